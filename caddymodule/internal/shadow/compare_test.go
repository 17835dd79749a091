package shadow

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/preview"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestFaithful: what the specification has the old gateway reply is what the bridge
// replies, for each action and both suites.
func TestFaithful(t *testing.T) {
	t.Parallel()
	type row struct{ iface, message, reply string }
	rows := map[string]row{
		"query, paid":     {preview.Query, lookup, queried},
		"query, not paid": {preview.Query, lookup, unpaid},
		"query, failed":   {preview.Query, lookup, strings.Replace(unpaid, "1001", "1003", 1)},
		"cancel":          {preview.Cancel, lookup, cancelled},
		"refused":         {preview.Pay, strings.Replace(paying("WxSao"), "1999", "0", 1), refused},
	}
	for _, action := range v1.Actions() {
		reply := paid
		if strings.HasSuffix(string(action), "Code") {
			reply = scanned
		}
		rows["pay "+string(action)] = row{preview.Pay, paying(string(action)), reply}
	}
	for name, r := range rows {
		for _, suite := range []v2.Suite{v2.Intl, v2.GM} {
			t.Run(name+" "+suite.Name(), func(t *testing.T) {
				t.Parallel()
				m := merchant()
				m.Codec = codecs[suite]()
				got := Compare(m, settings, exchange(r.iface, r.message, r.reply), noon)
				if found := differences(got); len(found) > 0 || !got.Compared() {
					t.Errorf("found %v", got.Findings)
				}
			})
		}
	}
}

// TestNoise: what replies may have otherwise without a merchant noticing.
func TestNoise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ iface, message, reply string }{
		"an empty member more":      {preview.Pay, paying("WxCode"), strings.Replace(paid, "weixin://x", "", 1)},
		"null for nothing":          {preview.Query, lookup, strings.Replace(unpaid, `"paytime":""`, `"paytime":null`, 1)},
		"nothing for empty":         {preview.Query, lookup, strings.Replace(unpaid, `,"paytime":""`, "", 1)},
		"blanks and line breaks":    {preview.Query, lookup, strings.NewReplacer(`,"`, ",\r\n \"", `":`, `" : `).Replace(queried)},
		"escapes":                   {preview.Pay, paying("WxSao"), strings.Replace(paid, "weixin://", `weixin:\/\/`, 1)},
		"another moment":            {preview.Query, lookup, strings.Replace(queried, "2026-11-22 20", "2020-01-01 09", 1)},
		"another link":              {preview.Pay, paying("AliSao"), strings.Replace(paid, "weixin://x", "https://qr.alipay.com/bax0", 1)},
		"a refusal with more":       {preview.Query, lookup, `{"respcode":"B5","respmsg":"no","merid":"1","x":{}}`},
		"amount of another dialect": {preview.Pay, strings.Replace(paying("WxSao"), `"1999"`, "1999.0", 1), paid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Compare(merchant(), settings, exchange(c.iface, c.message, c.reply), noon)
			found := slices.DeleteFunc(differences(got), func(f Finding) bool { return f.Kind == Taken })
			if len(found) > 0 || !got.Compared() {
				t.Errorf("found %v", got.Findings)
			}
		})
	}
}

// TestByQueryID: a merchant may name its order by the queryid, in which some write their own
// number. The reply names it by their own all the same, as the bridge's would.
func TestByQueryID(t *testing.T) {
	t.Parallel()
	for iface, reply := range map[string]string{preview.Query: queried, preview.Cancel: cancelled} {
		for _, number := range []string{`"queryid":"H0002026112212000000000001"`, `"queryid":"` + orderID + `"`, `"queryid":"` + orderID + `","orderid":""`} {
			got := Compare(merchant(), settings, exchange(iface, `{"merid":"`+merID+`",`+number+`}`, reply), noon)
			if found := differences(got); len(found) > 0 || !got.Compared() || got.OrderID != orderID {
				t.Errorf("%s by %s: found %v of %q", iface, number, got.Findings, got.OrderID)
			}
		}
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		iface, message, old, new string // in the reply
		want                     Finding
	}{
		"a member more":            {preview.Pay, paying("WxSao"), `"merid"`, `"bankname":"x","merid"`, Finding{Missing, preview.Pay, "bankname", ""}},
		"a member less":            {preview.Pay, paying("WxSao"), `"queryid":"H0002026112212000000000001",`, ``, Finding{Added, preview.Pay, "queryid", ""}},
		"amount as text":           {preview.Pay, paying("WxSao"), `1999`, `"1999"`, Finding{Type, preview.Pay, "txnamt", "text, whole number"}},
		"amount as fraction":       {preview.Query, lookup, `1999`, `1999.00`, Finding{Type, preview.Query, "txnamt", "fraction, whole number"}},
		"another amount":           {preview.Pay, paying("WxSao"), `1999`, `19`, Finding{Value, preview.Pay, "txnamt", ""}},
		"another order":            {preview.Cancel, lookup, orderID, `X` + orderID, Finding{Value, preview.Cancel, "orderid", ""}},
		"frozen account":           {preview.Query, lookup, `"0000"`, `"1002"`, Finding{Value, preview.Query, "resultcode", "1002, 0000"}},
		"a state of its own":       {preview.Query, lookup, `"0000"`, `"7777"`, Finding{Value, preview.Query, "resultcode", "7777, 1001"}},
		"no state":                 {preview.Query, lookup, `"resultcode":"0000",`, ``, Finding{Added, preview.Query, "resultcode", ""}},
		"time of another form":     {preview.Query, lookup, `2026-11-22 20:00:00`, `20261122200000`, Finding{Value, preview.Query, "paytime", ""}},
		"another order of members": {preview.Pay, paying("WxSao"), `"respcode":"00","respmsg":"ok"`, `"respmsg":"ok","respcode":"00"`, Finding{Order, preview.Pay, "respmsg", ""}},
		"hostile name":             {preview.Pay, paying("WxSao"), `"merid"`, `"0123456789abcdef <script>":"x","merid"`, Finding{Missing, preview.Pay, "other", ""}},
		"a list":                   {preview.Pay, paying("WxSao"), `"weixin://x"`, `["weixin://x"]`, Finding{Type, preview.Pay, "formaction", "list, text"}},
		"no amount":                {preview.Query, lookup, `"txnamt":1999,`, ``, Finding{Added, preview.Query, "txnamt", ""}},
		"no amount of a cancel":    {preview.Cancel, lookup, `"txnamt":1999,`, ``, Finding{Added, preview.Cancel, "txnamt", ""}},
		"a refusal's number":       {preview.Pay, paying("WxSao"), paid, `{"respcode":90,"respmsg":"no"}`, Finding{Type, preview.Pay, "respcode", "whole number, text"}},
		"a refusal's silence":      {preview.Pay, paying("WxSao"), paid, `{"respcode":"90"}`, Finding{Added, preview.Pay, "respmsg", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reply := map[string]string{preview.Pay: paid, preview.Query: queried, preview.Cancel: cancelled}[c.iface]
			if !strings.Contains(reply, c.old) {
				t.Fatalf("%s has no %s", reply, c.old)
			}
			got := Compare(merchant(), settings, exchange(c.iface, c.message, strings.Replace(reply, c.old, c.new, 1)), noon)
			if !slices.Contains(got.Findings, c.want) {
				t.Errorf("found %v, want %v", got.Findings, c.want)
			}
			if got.OrderID != orderID || !got.Compared() {
				t.Errorf("order %q, compared %v", got.OrderID, got.Compared())
			}
		})
	}
}

// TestEnvelopes: differences of what a message comes in.
func TestEnvelopes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Exchange)
		want   Finding
	}{
		"a member more": {func(e *Exchange) { e.Reply = bytes.Replace(e.Reply, []byte(`{`), []byte(`{"charset":"x",`), 1) }, Finding{Missing, preview.Pay, "body.charset", ""}},
		"sign in capitals": {func(e *Exchange) {
			i := bytes.Index(e.Reply, []byte(`"sign":"`)) + len(`"sign":"`)
			e.Reply = append(e.Reply[:i:i], bytes.ToUpper(e.Reply[i:])...)
		}, Finding{Value, preview.Pay, "body.sign", "capital letters"}},
		"sign first": {func(e *Exchange) {
			resp, sign, _ := strings.Cut(strings.Trim(string(e.Reply), "{}"), ",")
			e.Reply = []byte("{" + sign + "," + resp + "}")
		}, Finding{Order, preview.Pay, "body.sign", ""}},
		"base64 without padding": {func(e *Exchange) {
			resp := strings.TrimRight(strings.Split(string(e.Reply), `"`)[3], "=")
			e.Reply = []byte(`{"resp":"` + resp + `","sign":"` + key.Sign(resp) + `"}`)
		}, Finding{Value, preview.Pay, "body.resp", "base64 in another form"}},
		"GBK":                  {func(e *Exchange) { e.Reply = sealed(strings.Replace(paid, "ok", "\xb3\xc9\xb9\xa6", 1), key) }, Finding{Value, preview.Pay, "message", "not UTF-8"}},
		"GBK with a backslash": {func(e *Exchange) { e.Reply = sealed(strings.Replace(paid, "ok", "\xbf\x5c", 1), key) }, Finding{Value, preview.Pay, "message", "not UTF-8"}},
		"another key":          {func(e *Exchange) { e.Reply = sealed(paid, foreign) }, Finding{ReplyKey, preview.Pay, "", "none"}},
		"the key before":       {func(e *Exchange) { e.Reply = sealed(paid, previous) }, Finding{ReplyKey, preview.Pay, "", "previous"}},
		"no signature":         {func(e *Exchange) { e.Reply = sealed(paid, v1.Key{}) }, Finding{ReplyKey, preview.Pay, "", "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := exchange(preview.Pay, paying("WxSao"), strings.Replace(paid, "weixin://x", "weixin://xy", 1))
			c.change(&e)
			if got := Compare(merchant(), settings, e, noon); !slices.Contains(got.Findings, c.want) {
				t.Errorf("found %v, want %v", got.Findings, c.want)
			}
		})
	}
}

// TestWouldRefuse: requests that the old gateway takes and the bridge refuses.
func TestWouldRefuse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Exchange)
		want   Finding
	}{
		"another action": {func(e *Exchange) { *e = exchange(preview.Pay, paying("iCashier"), paid) }, Finding{Refused, preview.Pay, "action", "97"}},
		"an amount": {func(e *Exchange) {
			*e = exchange(preview.Pay, strings.Replace(paying("WxSao"), "1999", "1e3", 1), paid)
		}, Finding{Refused, preview.Pay, "txnamt", "98"}},
		"no address of the payer": {func(e *Exchange) {
			*e = exchange(preview.Pay, strings.Replace(paying("WxH5"), "203.0.113.9", "", 1), paid)
		}, Finding{Refused, preview.Pay, "ip", "90"}},
		"another key": {func(e *Exchange) { e.Body = request(paying("WxSao"), foreign) }, Finding{Refused, preview.Pay, "sign", "91"}},
		"GET":         {func(e *Exchange) { e.Method, e.Query, e.Body = "GET", string(e.Body), nil }, Finding{Refused, preview.Pay, "method", "90"}},
		"too long":    {func(e *Exchange) { e.Body = append(e.Body, make([]byte, forms.MaxBody)...) }, Finding{Refused, preview.Pay, "body", "90"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := exchange(preview.Pay, paying("WxSao"), paid)
			c.change(&e)
			got := Compare(merchant(), settings, e, noon)
			if !slices.Contains(got.Findings, c.want) || !got.Compared() {
				t.Errorf("found %v, want %v", got.Findings, c.want)
			}
			e.Reply = sealed(refused, key)
			if got = Compare(merchant(), settings, e, noon); len(differences(got)) > 0 {
				t.Errorf("both refuse, and that is a difference: %v", got.Findings)
			}
		})
	}
}

// TestExamples: an order has its number also where its request is refused, and no
// number where a program has sent something else.
func TestExamples(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		paying("WxSao"):    orderID,
		paying("iCashier"): orderID,
		strings.Replace(paying("WxSao"), "1999", "x", 1):                           orderID,
		strings.Replace(paying("WxSao"), orderID, "0123456789abcdef", 1):           "",
		strings.Replace(paying("WxSao"), orderID, strings.Repeat("1", 33), 1):      "",
		strings.Replace(paying("iCashier"), orderID, "<b>"+orderID+"</b>", 1):      "",
		strings.Replace(paying("iCashier"), `"merid"`, `"orderid":"1","merid"`, 1): "",
	} {
		if got := Compare(merchant(), settings, exchange(preview.Pay, message, paid), noon); got.OrderID != want {
			t.Errorf("%s: order %q, want %q", message, got.OrderID, want)
		}
	}
}

// TestUnsealed: what cannot be written for v2 is refused before it is sent, as the
// bridge does.
func TestUnsealed(t *testing.T) {
	t.Parallel()
	m := merchant()
	m.GatewayMerchant = "1234567890123456789"
	got := Compare(m, settings, exchange(preview.Pay, paying("WxSao"), paid), noon)
	if want := (Finding{Refused, preview.Pay, "head.merchantId", "96"}); !slices.Contains(got.Findings, want) {
		t.Errorf("found %v, want %v", got.Findings, want)
	}
}

// TestWouldTake: the other way round.
func TestWouldTake(t *testing.T) {
	t.Parallel()
	got := Compare(merchant(), settings, exchange(preview.Pay, paying("WxSao"), refused), noon)
	if want := (Finding{Taken, preview.Pay, "", "90"}); !slices.Contains(got.Findings, want) || len(differences(got)) != 1 {
		t.Errorf("found %v, want %v", got.Findings, want)
	}
}

func TestUncompared(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Exchange){
		"status 502":     func(e *Exchange) { e.Status = 502 },
		"no v1 reply":    func(e *Exchange) { e.Reply = []byte("<html>") },
		"reply too long": func(e *Exchange) { e.ReplyCut = true },
	} {
		e := exchange(preview.Pay, paying("WxSao"), paid)
		change(&e)
		got := Compare(merchant(), settings, e, noon)
		if len(got.Findings) != 1 || got.Findings[0] != (Finding{Uncompared, preview.Pay, want, ""}) || got.Compared() {
			t.Errorf("found %v, want %s", got.Findings, want)
		}
	}
}

func TestSeen(t *testing.T) {
	t.Parallel()
	plain := exchange(preview.Pay, paying("WxSao"), paid)
	for name, c := range map[string]struct {
		change func(*Exchange)
		want   Finding
	}{
		"action":    {func(*Exchange) {}, Finding{Compared, preview.Pay, "WxSao", ""}},
		"host":      {func(*Exchange) {}, Finding{Host, preview.Pay, "https://shop.example", ""}},
		"multipart": {func(e *Exchange) { multipart(e) }, Finding{Dialect, preview.Pay, "multipart", ""}},
		"query":     {func(e *Exchange) { e.Query, e.Body = string(e.Body), nil }, Finding{Dialect, preview.Pay, "parameters in the query", ""}},
		"query, no body": {func(e *Exchange) {
			e.ContentType, e.Query, e.Body = "multipart/form-data; boundary=xyz", string(e.Body), []byte("\r\n")
		}, Finding{Dialect, preview.Pay, "parameters in the query", ""}},
		"raw plus":     {func(e *Exchange) { rawPlus(e) }, Finding{Dialect, preview.Pay, "blanks for plus", ""}},
		"previous key": {func(e *Exchange) { e.Body = request(paying("WxSao"), previous) }, Finding{Dialect, preview.Pay, "previous sign key", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := plain
			c.change(&e)
			if got := Compare(merchant(), settings, e, noon); !slices.Contains(got.Findings, c.want) || len(differences(got)) > 0 {
				t.Errorf("found %v, want %v", got.Findings, c.want)
			}
		})
	}
}

func multipart(e *Exchange) {
	form := v1.SealRequest([]byte(paying("WxSao")), key)
	e.ContentType = "multipart/form-data; boundary=xyz"
	e.Body = fmt.Appendf(nil, "--xyz\r\nContent-Disposition: form-data; name=\"req\"\r\n\r\n%s\r\n--xyz\r\nContent-Disposition: form-data; name=\"sign\"\r\n\r\n%s\r\n--xyz--\r\n", form.Req, form.Sign)
}

// rawPlus sends a req that has a plus, not encoded.
func rawPlus(e *Exchange) {
	for i := range 100 {
		form := v1.SealRequest([]byte(strings.Replace(paying("WxSao"), `{`, strings.Repeat(" ", i)+`{"memo":"~~>>??",`, 1)), key)
		if strings.Contains(form.Req, "+") {
			e.Body = []byte("req=" + form.Req + "&sign=" + form.Sign)
			return
		}
	}
	panic("no plus")
}

// TestNothingOfPaymentsIsKept: findings hold no secret, code, openid, address or
// amount.
func TestNothingOfPaymentsIsKept(t *testing.T) {
	t.Parallel()
	evil := strings.NewReplacer(`"ok"`, `"canary"`, `"weixin://x"`, `"https://canary/"`, `"queryid"`, `"canary 0123456789abcdef"`,
		`1999`, `"canary"`, `"00"`, `"00","canary\u0000":"canary"`).Replace(paid)
	for _, e := range []Exchange{
		exchange(preview.Pay, paying("WxSao"), paid),
		exchange(preview.Pay, paying("WxCode"), evil),
		exchange(preview.Pay, strings.ReplaceAll(paying("WxJsApi"), `"WxJsApi"`, `"canary"`), evil),
		exchange(preview.Query, lookup, strings.Replace(queried, `"0000"`, `"canary"`, 1)),
		exchange(preview.Cancel, lookup, `{"respcode":"canary","respmsg":"canary"}`),
		exchange(preview.Cancel, `{"merid":"`+merID+`","canary":"canary"}`, cancelled),
	} {
		text := fmt.Sprintf("%+v", Compare(merchant(), settings, e, noon).Findings)
		for _, secret := range []string{"canary", "Canary", "0123456789abcdef", "203.0.113.9", "1999"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s is kept: %s", secret, text)
			}
		}
	}
}

// FuzzCompare: nothing that a merchant or the old gateway sends makes a comparison
// panic, for that switches the shadow off.
func FuzzCompare(f *testing.F) {
	for _, reply := range []string{paid, queried, cancelled, refused, "[]", `{"respcode":"00","respcode":"00"}`, `{"respcode":{}}`} {
		f.Add(0, []byte(paying("WxSao")), []byte(reply))
		f.Add(1, []byte(lookup), []byte(reply))
		f.Add(2, []byte(lookup), []byte(reply))
	}
	interfaces := []string{preview.Pay, preview.Query, preview.Cancel}
	f.Fuzz(func(t *testing.T, iface int, message, reply []byte) {
		e := exchange(interfaces[uint(iface)%3], string(message), string(reply))
		got := Compare(merchant(), settings, e, noon)
		if slices.ContainsFunc(got.Findings, func(f Finding) bool { return f.Subject == "no reply of ours" }) {
			t.Errorf("no reply to compare with: %q", reply)
		}
		e.Body, e.Reply = message, reply
		Compare(merchant(), settings, e, noon)
	})
}
