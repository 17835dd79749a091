package merchant

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/internal/strictjson"
)

// Notification is one call of a merchant's backurl.
type Notification struct {
	// Arrived and Answered are when the call came and when its answer was
	// done. Answered is zero while it is under way.
	Arrived, Answered time.Time
	// Path and Query are of the called address; a backurl's own query string
	// must come through.
	Path  string
	Query url.Values
	// Header is what the call had.
	Header http.Header
	// Body is the form as it came, Inner the JSON inside resp.
	Body, Inner string
	// The members of Inner. Amount is in fen, PayTime in Beijing time.
	ResultCode, ResultMsg, MerchantID string
	OrderID, QueryID, PayTime         string
	Amount                            int64
	// Answer is what it was answered.
	Answer Answer
	// Violations are the rules it breaks, empty for a good one.
	Violations []error
}

// notificationMembers are the members of a notification in their order (v1 in
// the field, notifications).
var notificationMembers = []string{"resultcode", "resultmsg", "txnamt", "merid", "orderid", "queryid", "paytime"}

// paidMessage is the resultmsg that was captured in the field.
const paidMessage = "交易成功！"

// payTimeLayout is the form of paytime.
const payTimeLayout = "2006-01-02 15:04:05"

func isPayTime(text string) bool {
	t, err := time.Parse(payTimeLayout, text)
	return err == nil && t.Format(payTimeLayout) == text
}

func (n *Notification) violate(rule, format string, args ...any) {
	n.Violations = append(n.Violations, broken(rule, format, args...))
}

// readNotification checks a call by every rule, decoding as far as it can.
func readNotification(r *http.Request, body []byte, merchantID string, keys []string) *Notification {
	n := &Notification{Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: string(body)}
	if r.Method != http.MethodPost {
		n.violate("a notification is a POST", "%s", r.Method)
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		n.violate("the content type is application/x-www-form-urlencoded", "%q", r.Header.Get("Content-Type"))
	}
	for _, name := range []string{"resp", "sign"} {
		if n.Query.Has(name) {
			n.violate("parameters are in the body", "%s is in the query string", name)
		}
	}
	form := n.readForm()
	n.readSigned(form["resp"], form["sign"], merchantID, keys)
	return n
}

// readSigned checks the signed text, which one of the keys must verify, and what
// it says.
func (n *Notification) readSigned(resp, signature, merchantID string, keys []string) {
	inner, err := base64.StdEncoding.Strict().DecodeString(resp)
	if err != nil || resp == "" || strings.ContainsAny(resp, "\r\n") {
		n.violate("resp is padded standard base64 on one line", "%q", resp)
		return
	}
	var failed error
	for _, key := range keys {
		if failed = verify(resp, signature, key); failed == nil {
			break
		}
	}
	if failed != nil {
		n.violate("sign is the lower-case md5 of resp and key", "%v", failed)
	}
	n.Inner = string(inner)
	n.readInner(merchantID)
}

// readForm reads the form, each value percent-encoded exactly once.
func (n *Notification) readForm() map[string]string {
	form := make(map[string]string)
	for pair := range strings.SplitSeq(n.Body, "&") {
		name, raw, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(raw)
		if err != nil || url.QueryEscape(value) != upperEscapes(raw) || strings.ContainsAny(value, "% ") {
			n.violate("values are percent-encoded once", "%s=%q", name, raw)
		}
		if _, twice := form[name]; twice {
			n.violate("the form has exactly resp and sign", "%s comes twice", name)
		}
		form[name] = value
	}
	if _, ok := form["resp"]; !ok || len(form) != 2 || form["sign"] == "" {
		n.violate("the form has exactly resp and sign", "%.200q", n.Body)
	}
	return form
}

// upperEscapes writes the hex digits of percent-escapes in upper case, since
// either case is right.
func upperEscapes(raw string) string {
	b := []byte(raw)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToUpper(b[i+1:i+3]))
		}
	}
	return string(b)
}

// readInner checks the signed JSON: its form, its members and their values.
func (n *Notification) readInner(merchantID string) {
	members, err := strictjson.Ordered([]byte(n.Inner))
	if err != nil {
		n.violate("resp holds a JSON object", "%v: %q", err, n.Inner)
		return
	}
	n.checkForm(members)
	texts := map[string]*string{
		"resultcode": &n.ResultCode, "resultmsg": &n.ResultMsg, "merid": &n.MerchantID,
		"orderid": &n.OrderID, "queryid": &n.QueryID, "paytime": &n.PayTime,
	}
	for _, m := range members {
		if m.Name == "txnamt" {
			if n.Amount, err = integer(m.Value); err != nil || n.Amount == 0 {
				n.violate("txnamt is a JSON integer above zero", "%s", m.Value)
			}
			continue
		}
		value, isText := strictjson.String(m.Value)
		if !isText {
			n.violate("every member but txnamt is a string", "%s is %s", m.Name, m.Value)
		}
		if target, known := texts[m.Name]; known {
			*target = value
		}
	}
	n.checkValues(merchantID)
}

// checkForm wants the seven members in order, compact and in raw UTF-8.
func (n *Notification) checkForm(members []strictjson.Member) {
	var names []string
	for _, m := range members {
		names = append(names, m.Name)
	}
	if !slices.Equal(names, notificationMembers) {
		n.violate("the members are "+strings.Join(notificationMembers, ", "), "%s", strings.Join(names, ", "))
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(n.Inner)); err != nil || compact.String() != n.Inner {
		n.violate("the JSON is compact", "%q", n.Inner)
	}
	if strings.Contains(n.Inner, `\u`) {
		n.violate("the JSON is raw UTF-8", "%q", n.Inner)
	}
}

func (n *Notification) checkValues(merchantID string) {
	if n.ResultCode != ResultPaid || n.ResultMsg != paidMessage {
		n.violate("only paid orders are notified", "%q %q", n.ResultCode, n.ResultMsg)
	}
	if n.MerchantID != merchantID {
		n.violate("merid is the merchant's", "%q, not %q", n.MerchantID, merchantID)
	}
	if n.OrderID == "" || n.QueryID == "" {
		n.violate("orderid and queryid are not empty", "%q %q", n.OrderID, n.QueryID)
	}
	if !isPayTime(n.PayTime) {
		n.violate("paytime is yyyy-MM-dd HH:mm:ss", "%q", n.PayTime)
	}
}
