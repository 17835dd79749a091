package merchant

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/paybridge/paybridge/tests/sandbox/internal/strictjson"
)

// Codes of v1 that the client knows.
const (
	// CodeSuccess is the only respcode that clients test for.
	CodeSuccess = "00"
	// CodeUnreadable and CodeSignature are the only respcodes whose reply may
	// be unsigned: no key has verified the request.
	CodeUnreadable = "90"
	CodeSignature  = "91"
	// ResultPaid is the resultcode of a paid order.
	ResultPaid = "0000"
)

// Reply is a v1 reply that has passed all rules. Members that were absent are
// empty.
type Reply struct {
	RespCode, RespMsg     string
	ResultCode, ResultMsg string
	QueryID, OrderID      string
	MerchantID            string
	// Amount is txnamt in fen.
	Amount int64
	// PayTime is yyyy-MM-dd HH:mm:ss in Beijing time, empty when unpaid.
	PayTime    string
	FormAction string
	// Inner is the JSON inside resp as it came; Signed whether sign was there.
	Inner  string
	Signed bool
}

// OrderNo is the number by which the gateway knows the order: the queryid without its
// first letter. It is empty where the reply names no order.
func (r *Reply) OrderNo() string {
	if r.QueryID == "" {
		return ""
	}
	return r.QueryID[1:]
}

// replyRules are the rules of one interface for a reply with respcode 00;
// sent are the members of the request.
type replyRules func(r *Reply, sent map[string]any) error

// readReply checks a reply by the rules that all replies have in common, and
// decodes it.
func readReply(status int, body []byte, key string) (*Reply, error) {
	if status != http.StatusOK {
		return nil, broken("status is 200", "%d with %.200q", status, body)
	}
	resp, signature, err := readOuter(body)
	if err != nil {
		return nil, err
	}
	inner, err := base64.StdEncoding.Strict().DecodeString(resp)
	if err != nil || strings.ContainsAny(resp, "\r\n") {
		return nil, broken("resp is padded standard base64 on one line", "%q", resp)
	}
	reply, err := readInner(inner)
	if err != nil {
		return nil, err
	}
	if signature == "" {
		if reply.RespCode != CodeUnreadable && reply.RespCode != CodeSignature {
			return nil, broken("only respcodes 90 and 91 are unsigned", "respcode %q", reply.RespCode)
		}
		return reply, nil
	}
	if err := verify(resp, signature, key); err != nil {
		return nil, broken("sign is the lower-case md5 of resp and key", "%v", err)
	}
	reply.Signed = true
	return reply, nil
}

// readOuter reads the JSON object around the signed text.
func readOuter(body []byte) (resp, signature string, err error) {
	if bytes.HasPrefix(body, []byte("\ufeff")) {
		return "", "", broken("the body has no BOM", "it begins with one")
	}
	for i, b := range body {
		if b >= 0x80 {
			return "", "", broken("the body is ASCII", "byte %d is %#x", i, b)
		}
	}
	outer, err := strictjson.Members(body)
	if err != nil {
		return "", "", broken("the body is a JSON object", "%v: %.200q", err, body)
	}
	texts := make(map[string]string)
	for _, name := range []string{"resp", "sign"} {
		text, ok := strictjson.String(outer[name])
		if !ok {
			return "", "", broken("resp and sign are strings", "%s is %q", name, outer[name])
		}
		texts[name] = text
	}
	if len(outer) != len(texts) {
		return "", "", broken("the body has exactly resp and sign", "%.200q", body)
	}
	return texts["resp"], texts["sign"], nil
}

// readInner decodes the signed JSON. respcode and respmsg must be there;
// everything else must have its type where it is.
func readInner(inner []byte) (*Reply, error) {
	members, err := strictjson.Members(inner)
	if err != nil {
		return nil, broken("resp holds a JSON object", "%v: %.200q", err, inner)
	}
	r := &Reply{Inner: string(inner)}
	for _, text := range []struct {
		name  string
		value *string
		must  bool
	}{
		{"respcode", &r.RespCode, true},
		{"respmsg", &r.RespMsg, true},
		{"resultcode", &r.ResultCode, false},
		{"resultmsg", &r.ResultMsg, false},
		{"queryid", &r.QueryID, false},
		{"orderid", &r.OrderID, false},
		{"merid", &r.MerchantID, false},
		{"paytime", &r.PayTime, false},
		{"formaction", &r.FormAction, false},
	} {
		raw, present := members[text.name]
		if !present && !text.must {
			continue
		}
		value, ok := strictjson.String(raw)
		if !ok {
			return nil, broken(text.name+" is a string", "%q in %s", raw, inner)
		}
		*text.value = value
	}
	if r.RespCode == "" {
		return nil, broken("respcode is not empty", "%s", inner)
	}
	if raw, present := members["txnamt"]; present {
		if r.Amount, err = integer(raw); err != nil {
			return nil, broken("txnamt is a JSON integer", "%v", err)
		}
	} else if r.RespCode == CodeSuccess {
		return nil, broken("txnamt is there on 00", "%s", inner)
	}
	return r, nil
}

var integerText = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

// integer reads a JSON number that is written as a whole number of fen.
func integer(raw json.RawMessage) (int64, error) {
	if !integerText.Match(raw) {
		return 0, fmt.Errorf("%q", raw)
	}
	return strconv.ParseInt(string(raw), 10, 64)
}

// orderReply has the rules for every reply about an order.
func orderReply(r *Reply, sent map[string]any) error {
	if r.MerchantID != sent["merid"] {
		return broken("merid is the request's", "%q, not %q", r.MerchantID, sent["merid"])
	}
	// A query by queryid may find any order of the merchant.
	if want, ok := sent["orderid"]; ok && sent["queryid"] == nil && r.OrderID != want {
		return broken("orderid is the request's", "%q, not %q", r.OrderID, want)
	}
	if r.OrderID == "" {
		return broken("orderid is not empty on 00", "%s", r.Inner)
	}
	if r.QueryID == "" {
		return broken("queryid is not empty on 00", "%s", r.Inner)
	}
	if r.Amount <= 0 {
		return broken("txnamt is above zero on 00", "%d", r.Amount)
	}
	return nil
}

// payReply adds the rules for a pay reply: the amount, and a formaction for
// every action but the *Code ones.
func payReply(p Payment) replyRules {
	return func(r *Reply, sent map[string]any) error {
		if err := orderReply(r, sent); err != nil {
			return err
		}
		if r.Amount != p.Amount {
			return broken("txnamt is the request's", "%d, not %d", r.Amount, p.Amount)
		}
		if r.FormAction == "" && !strings.HasSuffix(p.Action, "Code") {
			return broken("formaction is there for "+p.Action, "%s", r.Inner)
		}
		if strings.ContainsAny(r.FormAction, "\"' +\r\n\t") {
			return broken("formaction has no quotes, blanks or +", "%q", r.FormAction)
		}
		return nil
	}
}

// resultCodes are the results that a query may answer; 1002 and 1004 are read
// as paid by some clients, and so never sent.
var resultCodes = map[string]bool{ResultPaid: true, "1001": true, "1003": true}

// queryReply adds the rules for a query reply.
func queryReply(r *Reply, sent map[string]any) error {
	if err := orderReply(r, sent); err != nil {
		return err
	}
	if !resultCodes[r.ResultCode] {
		return broken("resultcode is 0000, 1001 or 1003", "%q", r.ResultCode)
	}
	for _, name := range []string{`"resultmsg"`, `"paytime"`} {
		if !strings.Contains(r.Inner, name+":") {
			return broken("a query reply has "+name, "%s", r.Inner)
		}
	}
	if r.ResultCode == ResultPaid && !isPayTime(r.PayTime) {
		return broken("paytime of a paid order is yyyy-MM-dd HH:mm:ss", "%q", r.PayTime)
	}
	return nil
}
