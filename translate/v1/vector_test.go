package v1_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// testSecret is the key of testdata/v1.json.
const testSecret = "0123456789abcdef0123456789abcdef"

type vector struct {
	Name, JSON, Base64, Sign string
}

func ring(keys ...v1.Key) func(string) []v1.Key {
	return func(string) []v1.Key { return keys }
}

func readVectors(tb testing.TB) []vector {
	tb.Helper()
	data, err := os.ReadFile("testdata/v1.json")
	if err != nil {
		tb.Fatal(err)
	}
	var file struct {
		Key   string
		Cases []vector
	}
	if err := json.Unmarshal(data, &file); err != nil {
		tb.Fatal(err)
	}
	if file.Key != testSecret || len(file.Cases) == 0 {
		tb.Fatal("testdata/v1.json is not the file these tests know")
	}
	return file.Cases
}

// refused checks that err is a refusal with the given code, field and words.
func refused(tb testing.TB, err error, code v1.Code, field, reason string) {
	tb.Helper()
	e, ok := errors.AsType[*v1.Error](err)
	if !ok {
		tb.Fatalf("err = %v, want a *v1.Error", err)
	}
	if e.Code != code || e.Field != field || !strings.Contains(e.Reason, reason) {
		tb.Errorf("refused with %s, %q; want %s, %s: ...%s...", e.Code, e, code, field, reason)
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	for _, c := range readVectors(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if got := key.Sign(c.Base64); got != c.Sign {
				t.Errorf("Sign = %s, want %s", got, c.Sign)
			}
			if got, want := string(v1.SealReply([]byte(c.JSON), key)), `{"resp":"`+c.Base64+`","sign":"`+c.Sign+`"}`; got != want {
				t.Errorf("SealReply = %s, want %s", got, want)
			}
			form := v1.SealForm([]byte(c.JSON), key)
			if want := (url.Values{"resp": {c.Base64}, "sign": {c.Sign}}).Encode(); form != want {
				t.Errorf("SealForm = %s, want %s", form, want)
			}
			if got, want := v1.SealRequest([]byte(c.JSON), key), (v1.Form{Req: c.Base64, Sign: c.Sign}); got != want {
				t.Errorf("SealRequest = %+v, want %+v", got, want)
			}
			p := v1.ParseForm(form)
			r, err := v1.OpenResponse(p["resp"], p["sign"], key)
			if err != nil || string(r.JSON) != c.JSON || !r.Signed {
				t.Errorf("OpenResponse = %s, signed %t, %v; want %s", r.JSON, r.Signed, err, c.JSON)
			}
		})
	}
}

func TestVectorsOpenAndParse(t *testing.T) {
	t.Parallel()
	want := map[string]any{
		"pay, amount as string": v1.PayRequest{
			Action: v1.WxSao, TxnAmt: 1, MerID: "89900001", OrderID: "T20261121000000001",
			BackURL: "http://shop.example/notify?a=1&b=2",
		},
		"pay, amount as integer, every optional member empty": v1.PayRequest{
			Action: v1.AliSao, TxnAmt: 1999, MerID: "89900001", OrderID: "20261121000000002", BackURL: "http://shop.example/n",
		},
		"pay, escaped slashes": v1.PayRequest{
			Action: v1.AliCode, TxnAmt: 100, MerID: "89900001", OrderID: "T20261121000000003",
			Code: "280000000000000000", BackURL: "http://shop.example/n",
		},
		"pay, amount as a double": v1.PayRequest{
			Action: v1.QQSao, TxnAmt: 1000, MerID: "89900001", OrderID: "T20261121000000004", BackURL: "http://shop.example/n",
		},
		"query by order":               v1.OrderRef{MerID: "89900001", OrderID: "T20261121000000001"},
		"query, platform number empty": v1.OrderRef{MerID: "89900001", OrderID: "T20261121000000001"},
		"notification as captured in the field (synthetic values)": v1.Notification{
			ResultCode: v1.ResultPaid, ResultMsg: "交易成功！", TxnAmt: 1000, MerID: "89900001",
			OrderID: "T20261121000000001", QueryID: "H0012026112123595900000001", PayTime: "2026-11-21 23:59:59",
		},
	}
	for _, c := range readVectors(t) {
		want, ok := want[c.Name]
		if !ok {
			continue // the reply of merchants unknown, no request
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			o, err := v1.Open(v1.Form{Req: c.Base64, Sign: c.Sign}, ring(v1.NewKey(testSecret)))
			if err != nil {
				t.Fatal(err)
			}
			if string(o.JSON) != c.JSON || o.MerID != "89900001" || o.Variant != v1.AsSent || o.Previous {
				t.Errorf("Open = %+v", o)
			}
			var got any
			switch want.(type) {
			case v1.PayRequest:
				got, err = v1.ParsePay(o.JSON)
			case v1.OrderRef:
				got, err = v1.ParseOrderRef(o.JSON)
			case v1.Notification:
				got, err = v1.ParseNotification(o.JSON)
			}
			if err != nil || got != want {
				t.Errorf("parsed %+v, %v; want %+v", got, err, want)
			}
		})
	}
}
