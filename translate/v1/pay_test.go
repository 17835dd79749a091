package v1_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// plain is the request that payWith varies.
var plain = v1.PayRequest{
	Action: v1.WxSao, TxnAmt: 1999, MerID: "89900001", OrderID: "T20261121000000001", BackURL: "http://shop.example/n",
}

// payWith returns the JSON of plain with one member set to a JSON value; ""
// leaves the member out.
func payWith(name, value string) string {
	members := []struct{ name, value string }{
		{"action", `"WxSao"`},
		{"txnamt", `1999`},
		{"merid", `"89900001"`},
		{"orderid", `"T20261121000000001"`},
		{"backurl", `"http://shop.example/n"`},
	}
	var list []string
	for _, m := range members {
		if m.name != name {
			list = append(list, fmt.Sprintf("%q:%s", m.name, m.value))
		}
	}
	if value != "" {
		list = append(list, fmt.Sprintf("%q:%s", name, value))
	}
	return "{" + strings.Join(list, ",") + "}"
}

func TestParsePayDialects(t *testing.T) {
	t.Parallel()
	with := func(change func(*v1.PayRequest)) v1.PayRequest {
		r := plain
		change(&r)
		return r
	}
	for _, c := range []struct {
		name, json string
		want       v1.PayRequest
	}{
		{"amount as text", payWith("txnamt", `"1999"`), plain},
		{"amount as integer", payWith("txnamt", `1999`), plain},
		{"amount as double", payWith("txnamt", `1999.0`), plain},
		{"optional member empty", payWith("openid", `""`), plain},
		{"optional member null", payWith("openid", `null`), plain},
		{"optional member left out", payWith("openid", ""), plain},
		{"openid", using("openid", payWith("openid", `"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"`)), with(func(r *v1.PayRequest) { r.Action, r.OpenID = v1.WxJsApi, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" })},
		{"order number with a blank", payWith("orderid", `"`+plain.OrderID+` "`), plain},
		{"merchant with a blank", payWith("merid", `"\t89900001"`), plain},
		{"action with a line end", payWith("action", `"WxSao\n"`), plain},
		{"backurl with a line end", payWith("backurl", `"`+plain.BackURL+`\r\n"`), plain},
		{"backurl with a line end, not escaped", payWith("backurl", `"`+plain.BackURL+"\r\n"+`"`), plain},
		{"backurl with a blank without width", payWith("backurl", `"\u200b`+plain.BackURL+`\ufeff"`), plain},
		{"code as a scanner sends it", using("code", payWith("code", `"134567890123456789\r"`)), with(func(r *v1.PayRequest) { r.Action, r.Code = v1.WxCode, "134567890123456789" })},
		{"code with a wide blank", using("code", payWith("code", `"\u3000134567890123456789"`)), with(func(r *v1.PayRequest) { r.Action, r.Code = v1.WxCode, "134567890123456789" })},
		{"openid is a blank", payWith("openid", `" "`), plain},
		{"openid placeholder with a blank", payWith("openid", `"OpenId "`), plain},
		{"fronturl is a line end", payWith("fronturl", `"\r\n"`), plain},
		{"ip with a blank", payWith("ip", `" 203.0.113.7"`), with(func(r *v1.PayRequest) { r.IP = "203.0.113.7" })},
		{"openid placeholder", payWith("openid", `"OpenId"`), plain},
		{"payway as number", payWith("payway", `3`), with(func(r *v1.PayRequest) { r.PayWay = "3" })},
		{"payway as text", payWith("payway", `"3"`), with(func(r *v1.PayRequest) { r.PayWay = "3" })},
		{"ip", payWith("ip", `"203.0.113.7"`), with(func(r *v1.PayRequest) { r.IP = "203.0.113.7" })},
		{"ip as number", payWith("ip", `0`), with(func(r *v1.PayRequest) { r.IP = "0" })},
		{"code", using("code", payWith("code", `"130000000000000000"`)), with(func(r *v1.PayRequest) { r.Action, r.Code = v1.WxCode, "130000000000000000" })},
		{"code as number, every digit kept", using("code", payWith("code", `130000000000000001`)), with(func(r *v1.PayRequest) { r.Action, r.Code = v1.WxCode, "130000000000000001" })},
		{"order number as number", payWith("orderid", `20261121000000000002`), with(func(r *v1.PayRequest) { r.OrderID = "20261121000000000002" })},
		{"shortest order number", payWith("orderid", `"a1B2c3D4"`), with(func(r *v1.PayRequest) { r.OrderID = "a1B2c3D4" })},
		{"merid as number", payWith("merid", `89900001`), plain},
		{"fronturl", payWith("fronturl", `"https://shop.example/done"`), with(func(r *v1.PayRequest) { r.FrontURL = "https://shop.example/done" })},
		{"bad fronturl where it has no use", payWith("fronturl", `"done.html"`), plain},
		{"escaped slashes", payWith("backurl", `"http:\/\/shop.example\/n"`), plain},
		{"Chinese in backurl", payWith("backurl", `"https://商店.example:8443/通知?a=一&b=2"`), with(func(r *v1.PayRequest) { r.BackURL = "https://商店.example:8443/通知?a=一&b=2" })},
		{"unknown members", payWith("goods", `{"a":[1,{"txnamt":2}],"b":"\u0000"}`), plain},
		{"unknown member twice", strings.Replace(payWith("x", `1`), "{", `{"x":2,`, 1), plain},
		{"byte order mark", "\uFEFF" + payWith("", ""), plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := v1.ParsePay([]byte(c.json))
			if err != nil || got != c.want {
				t.Errorf("ParsePay(%s) = %+v, %v; want %+v", c.json, got, err, c.want)
			}
		})
	}
}

func TestParsePayActions(t *testing.T) {
	t.Parallel()
	if len(v1.Actions()) != 10 {
		t.Fatalf("%d actions, want the nine of the specification and AliWap", len(v1.Actions()))
	}
	for _, action := range v1.Actions() {
		got, err := v1.ParsePay([]byte(payWith("action", `"`+string(action)+`"`)))
		if err != nil || got.Action != action {
			t.Errorf("%s: %+v, %v", action, got, err)
		}
	}
}

// usedBy are actions that use an optional member.
var usedBy = map[string][]v1.Action{
	"code":     {v1.WxCode, v1.AliCode, v1.QQCode},
	"ip":       {v1.WxH5},
	"openid":   {v1.WxJsApi},
	"fronturl": {v1.WxJsApi},
	"payway":   nil,
}

// using gives the request of payWith an action that uses a member.
func using(member, json string) string {
	if len(usedBy[member]) == 0 {
		return json
	}
	return strings.Replace(json, `"WxSao"`, `"`+string(usedBy[member][0])+`"`, 1)
}

// Optional members come on any action (seen in the field): what is wrong with one
// refuses the order only where it is used, and elsewhere it counts as not sent.
func TestParsePayPassesOverWhatIsNotUsed(t *testing.T) {
	t.Parallel()
	for member, actions := range usedBy {
		for _, value := range []string{
			`[]`, `{}`, `true`, `-1`, `1.5`, `"a\u0007"`, `"` + strings.Repeat("203.0.113.7,", 60) + `"`, "\"\xb2\xe8\"", `1,"` + member + `":2`,
		} {
			for _, action := range v1.Actions() {
				t.Run(member+" "+string(action)+fmt.Sprintf(" %.20q", value), func(t *testing.T) {
					t.Parallel()
					json := strings.Replace(payWith(member, value), `"WxSao"`, `"`+string(action)+`"`, 1)
					got, err := v1.ParsePay([]byte(json))
					if slices.Contains(actions, action) {
						refused(t, err, v1.CodeBadRequest, member, "")
						return
					}
					want := plain
					want.Action = action
					if err != nil || got != want {
						t.Errorf("%+v, %v", got, err)
					}
				})
			}
		}
	}
}

// A repeat is the same order whatever it says in members that its action does not use:
// refused with 92, its merchant never gets the code that it may ask for again.
func TestRepeatMayDifferInWhatIsNotUsed(t *testing.T) {
	t.Parallel()
	for member, actions := range usedBy {
		for _, action := range v1.Actions() {
			if slices.Contains(actions, action) {
				continue
			}
			t.Run(member+" "+string(action), func(t *testing.T) {
				t.Parallel()
				want := plain
				want.Action = action
				for _, value := range []string{``, `"134567890123456701"`, `"134567890123456702"`, `[]`} {
					json := strings.Replace(payWith(member, value), `"WxSao"`, `"`+string(action)+`"`, 1)
					got, err := v1.ParsePay([]byte(json))
					if err != nil || got.Fingerprint() != want.Fingerprint() {
						t.Errorf("%s %s: %+v, %v is another order", member, value, got, err)
					}
				}
			})
		}
	}
}

// Who pays is part of the order where the action says it by a member.
func TestRepeatMayNotDifferInThePayer(t *testing.T) {
	t.Parallel()
	for _, member := range []string{"code", "openid"} {
		for _, action := range usedBy[member] {
			seen := map[[32]byte]bool{}
			for _, value := range []string{``, `"134567890123456701"`, `"134567890123456702"`} {
				json := strings.Replace(payWith(member, value), `"WxSao"`, `"`+string(action)+`"`, 1)
				got, err := v1.ParsePay([]byte(json))
				if err != nil || seen[got.Fingerprint()] {
					t.Errorf("%s %s %s: %v, same order: %t", action, member, value, err, seen[got.Fingerprint()])
				}
				seen[got.Fingerprint()] = true
			}
		}
	}
}

func TestParsePayRefuses(t *testing.T) {
	t.Parallel()
	long := func(n int) string {
		return `"http://shop.example/` + strings.Repeat("a", n-len("http://shop.example/")) + `"`
	}
	if _, err := v1.ParsePay([]byte(payWith("backurl", long(v1.MaxURL)))); err != nil {
		t.Errorf("the longest URL is refused: %v", err)
	}
	for _, c := range []struct {
		member, value string
		code          v1.Code
		reason        string
	}{
		{"action", ``, v1.CodeBadRequest, "missing"},
		{"action", `""`, v1.CodeBadRequest, "missing"},
		{"action", `"ICashier"`, v1.CodeUnsupported, `not supported: "ICashier"`},
		{"action", `"wxsao"`, v1.CodeUnsupported, "not supported"},
		{"action", `true`, v1.CodeBadRequest, "neither text"},
		{"txnamt", ``, v1.CodeAmount, "missing"},
		{"orderid", ``, v1.CodeBadRequest, "missing"},
		{"orderid", `"1234567"`, v1.CodeBadRequest, "shorter than 8"},
		{"orderid", `"` + strings.Repeat("1", 33) + `"`, v1.CodeBadRequest, "too long"},
		{"orderid", `"T2026-11-21"`, v1.CodeBadRequest, "not letters and digits"},
		{"orderid", `"订单订单订单"`, v1.CodeBadRequest, "not letters and digits"},
		{"orderid", `"1234\n5678"`, v1.CodeBadRequest, "control character"},
		{"orderid", `1234567e10`, v1.CodeBadRequest, "neither text"},
		{"orderid", `["12345678"]`, v1.CodeBadRequest, "neither text"},
		{"merid", `"8990 001"`, v1.CodeBadRequest, "not letters and digits"},
		{"backurl", ``, v1.CodeBadRequest, "missing"},
		{"backurl", `""`, v1.CodeBadRequest, "missing"},
		{"backurl", `"/notify"`, v1.CodeBadRequest, "not an absolute"},
		{"backurl", `"shop.example/notify"`, v1.CodeBadRequest, "not an absolute"},
		{"backurl", `"//shop.example/n"`, v1.CodeBadRequest, "not an absolute"},
		{"backurl", `"ftp://shop.example/n"`, v1.CodeBadRequest, "not an absolute"},
		{"backurl", `"javascript:alert(1)"`, v1.CodeBadRequest, "not an absolute"},
		{"backurl", `"http:shop.example"`, v1.CodeBadRequest, "without a host"},
		{"backurl", `"http://:80/n"`, v1.CodeBadRequest, "without a host"},
		{"backurl", `"http://u:canary@shop.example/n"`, v1.CodeBadRequest, "user information"},
		{"backurl", `"http://shop.example:99999/n"`, v1.CodeBadRequest, "impossible port"},
		{"backurl", `"http://shop.example:0/n"`, v1.CodeBadRequest, "impossible port"},
		{"backurl", `"http://shop.example:x/canary"`, v1.CodeBadRequest, "not a URL"},
		{"backurl", `"http://shop.example/\r\nX: y"`, v1.CodeBadRequest, "control character"},
		{"backurl", long(v1.MaxURL + 1), v1.CodeBadRequest, "too long"},
		{"fronturl", `"a\u0007"`, v1.CodeBadRequest, "control character"},
		{"code", `"13\u00000"`, v1.CodeBadRequest, "control character"},
		{"code", `"` + strings.Repeat("1", 129) + `"`, v1.CodeBadRequest, "too long"},
		{"code", `false`, v1.CodeBadRequest, "neither text"},
		{"openid", `"a\u007fb"`, v1.CodeBadRequest, "control character"},
		{"openid", `"a\u0085b"`, v1.CodeBadRequest, "control character"},
		{"openid", "\"a\rb\"", v1.CodeBadRequest, "control character"},
		{"openid", `"` + strings.Repeat("canary", 30) + `"`, v1.CodeBadRequest, "too long"},
		{"ip", `"` + strings.Repeat("1", 65) + `"`, v1.CodeBadRequest, "too long"},
		{"fronturl", long(v1.MaxURL + 1), v1.CodeBadRequest, "too long"},
		{"fronturl", `[]`, v1.CodeBadRequest, "neither text"},
		{"fronturl", `"done.html"`, v1.CodeBadRequest, "not an absolute"},
	} {
		t.Run(c.member+" "+c.value, func(t *testing.T) {
			t.Parallel()
			got, err := v1.ParsePay([]byte(using(c.member, payWith(c.member, c.value))))
			refused(t, err, c.code, c.member, c.reason)
			if got != (v1.PayRequest{}) {
				t.Errorf("a refused request is %+v", got)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("err = %v tells too much", err)
			}
		})
	}
}

func TestParsePagePay(t *testing.T) {
	t.Parallel()
	want := plain
	want.Action = v1.WxJsApi
	for _, action := range []string{``, `""`, `null`, `"WxJsApi"`} {
		if got, err := v1.ParsePagePay([]byte(payWith("action", action))); err != nil || got != want {
			t.Errorf("action %s: %+v, %v", action, got, err)
		}
	}
}

func TestParsePagePayRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		member, value string
		code          v1.Code
		reason        string
	}{
		{"action", ` "WxSao"`, v1.CodeUnsupported, `not WxJsApi: "WxSao"`},
		{"action", `"wxjsapi"`, v1.CodeUnsupported, "not WxJsApi"},
		{"action", `"<script>"`, v1.CodeUnsupported, "not WxJsApi"},
		{"action", `1.5`, v1.CodeBadRequest, "neither text"},
		{"txnamt", `19.99`, v1.CodeAmount, ""},
		{"orderid", ``, v1.CodeBadRequest, "missing"},
		{"backurl", ``, v1.CodeBadRequest, "missing"},
		{"fronturl", `"javascript:alert(1)"`, v1.CodeBadRequest, "not an absolute"}, // WxJsApi returns there
	} {
		t.Run(c.member+" "+c.value, func(t *testing.T) {
			t.Parallel()
			_, err := v1.ParsePagePay([]byte(strings.Replace(payWith(c.member, c.value), `"action":"WxSao",`, "", 1)))
			refused(t, err, c.code, c.member, c.reason)
		})
	}
}

func TestParsePayRefusesMembersGivenTwice(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"action", "txnamt", "merid", "orderid", "code", "openid", "ip", "backurl", "fronturl"} {
		for _, value := range []string{"null", `"x"`} {
			json := `{"` + name + `":` + value + "," + strings.TrimPrefix(using(name, payWith(name, `"1"`)), "{")
			_, err := v1.ParsePay([]byte(json))
			refused(t, err, v1.CodeBadRequest, name, "given twice")
		}
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*v1.PayRequest)
		same   bool
	}{
		{"nothing", func(*v1.PayRequest) {}, true},
		{"ip", func(r *v1.PayRequest) { r.IP = "203.0.113.7" }, true},
		{"payway", func(r *v1.PayRequest) { r.PayWay = "1" }, true},
		{"fronturl", func(r *v1.PayRequest) { r.FrontURL = "http://shop.example/done" }, true},
		{"action", func(r *v1.PayRequest) { r.Action = v1.AliSao }, false},
		{"amount", func(r *v1.PayRequest) { r.TxnAmt++ }, false},
		{"merchant", func(r *v1.PayRequest) { r.MerID = "89900002" }, false},
		{"order number", func(r *v1.PayRequest) { r.OrderID += "1" }, false},
		{"code", func(r *v1.PayRequest) { r.Code = "1" }, false},
		{"openid", func(r *v1.PayRequest) { r.OpenID = "1" }, false},
		{"backurl", func(r *v1.PayRequest) { r.BackURL += "1" }, false},
		{"a character moved over", func(r *v1.PayRequest) { r.MerID, r.OrderID = "89900001T", r.OrderID[1:] }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := plain
			c.change(&r)
			if same := r.Fingerprint() == plain.Fingerprint(); same != c.same {
				t.Errorf("same fingerprint: %t, want %t", same, c.same)
			}
		})
	}
}

// Fingerprints are stored with orders: one that changes makes every repeat after
// an upgrade a conflict.
func TestFingerprintStays(t *testing.T) {
	t.Parallel()
	const want = "648a01b5e4c9f8616c1115509281ec89dae1449e9c5da6e503ab3794c84047e0"
	if got := fmt.Sprintf("%x", plain.Fingerprint()); got != want {
		t.Errorf("Fingerprint = %s, want %s", got, want)
	}
}
