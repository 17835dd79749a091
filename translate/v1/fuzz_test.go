package v1_test

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

var (
	merIDForm   = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
	orderIDForm = regexp.MustCompile(`^[0-9A-Za-z]{8,32}$`)
)

func addVectors(f *testing.F, add func(vector)) {
	f.Helper()
	for _, c := range readVectors(f) {
		add(c)
	}
}

// FuzzOpen asks that hostile forms are survived, that a refused one yields no
// message, and that a sealed message opens to the same in every received form.
func FuzzOpen(f *testing.F) {
	addVectors(f, func(c vector) { f.Add(c.Base64, c.Sign); f.Add(c.JSON, "") })
	f.Add(url.QueryEscape("ey+/\r\n=="), strings.Repeat("0", 32))
	key := v1.NewKey(testSecret)
	f.Fuzz(func(t *testing.T, req, sign string) {
		o, err := v1.Open(v1.Form{Req: req, Sign: sign}, ring(key))
		if err == nil && !merIDForm.MatchString(o.MerID) {
			t.Errorf("opened for merchant %q", o.MerID)
		}
		if err != nil && o.JSON != nil {
			t.Errorf("refused with %v but opened", err)
		}

		sealed := v1.SealRequest([]byte(req), key)
		direct, err := v1.Open(sealed, ring(key))
		if err != nil {
			return
		}
		for _, received := range []string{
			strings.ReplaceAll(sealed.Req, "+", " "), url.QueryEscape(sealed.Req), wrapped(sealed.Req, "\r\n"),
		} {
			if len(received) > v1.MaxReq {
				continue
			}
			o, err := v1.Open(v1.Form{Req: received, Sign: sealed.Sign}, ring(key))
			if err != nil || !bytes.Equal(o.JSON, direct.JSON) || o.MerID != direct.MerID {
				t.Errorf("received as %q: %+v, %v", received, o, err)
			}
		}
	})
}

// FuzzParseForm asks that a form which the standard library encoded is read
// back, and that any other is survived within bounds.
func FuzzParseForm(f *testing.F) {
	f.Add("req=a+b%2B&sign=%zz", "a+b ;&=%")
	f.Fuzz(func(t *testing.T, body, value string) {
		if p := v1.ParseForm(body); len(p) > 64 {
			t.Errorf("%d parameters", len(p))
		}
		encoded := url.Values{"req": {value}, "sign": {body}}.Encode()
		if got, want := v1.ParseForm(encoded).Form(), (v1.Form{Req: value, Sign: body}); got != want {
			t.Errorf("ParseForm(%s).Form() = %+v, want %+v", encoded, got, want)
		}
	})
}

// FuzzParsePay asks that whatever is accepted keeps the documented bounds.
func FuzzParsePay(f *testing.F) {
	addVectors(f, func(c vector) { f.Add([]byte(c.JSON)) })
	f.Add([]byte(payJSON))
	for _, words := range foreignWords(f) {
		f.Add([]byte(payWith("subject", `"`+words+`"`)))
	}
	f.Fuzz(func(t *testing.T, json []byte) {
		r, err := v1.ParsePay(json)
		if err != nil {
			if r != (v1.PayRequest{}) || v1.CodeOf(err) == v1.CodeInternal {
				t.Errorf("refused with %v as %+v", err, r)
			}
			return
		}
		if !slices.Contains(v1.Actions(), r.Action) || r.TxnAmt < 1 || r.TxnAmt > v1.MaxTxnAmt ||
			!merIDForm.MatchString(r.MerID) || !orderIDForm.MatchString(r.OrderID) {
			t.Errorf("accepted %+v", r)
		}
		if u, err := url.Parse(r.BackURL); err != nil || u.Host == "" || u.User != nil || len(r.BackURL) > v1.MaxURL {
			t.Errorf("accepted backurl %q", r.BackURL)
		}
		for _, s := range []string{r.Code, r.OpenID, r.IP, r.PayWay, r.BackURL, r.FrontURL} {
			if strings.ContainsFunc(s, unicode.IsControl) || len(s) > v1.MaxURL {
				t.Errorf("accepted member %q", s)
			}
		}
	})
}

// FuzzParseOrderRef asks that an accepted reference names a merchant and an
// order within bounds.
func FuzzParseOrderRef(f *testing.F) {
	addVectors(f, func(c vector) { f.Add([]byte(c.JSON)) })
	f.Fuzz(func(t *testing.T, json []byte) {
		r, err := v1.ParseOrderRef(json)
		if err != nil {
			return
		}
		if !merIDForm.MatchString(r.MerID) || r.OrderID+r.QueryID == "" ||
			len(r.OrderID) > v1.MaxOrderQuery || len(r.QueryID) > v1.MaxOrderQuery {
			t.Errorf("accepted %+v", r)
		}
	})
}

// FuzzParseNotification asks that what is accepted survives being written and
// read again.
func FuzzParseNotification(f *testing.F) {
	addVectors(f, func(c vector) { f.Add([]byte(c.JSON)) })
	f.Fuzz(func(t *testing.T, json []byte) {
		n, err := v1.ParseNotification(json)
		if err != nil {
			return
		}
		again, err := v1.ParseNotification(n.JSON())
		if err != nil || again != n {
			t.Errorf("%+v comes back as %+v, %v", n, again, err)
		}
	})
}

// FuzzParseReply asks that a sealed message opens to itself and that nothing
// else but an unsigned refusal is accepted.
func FuzzParseReply(f *testing.F) {
	addVectors(f, func(c vector) { f.Add([]byte(c.JSON)) })
	f.Add(v1.SealReply(v1.BuildRefusal(v1.CodeBadRequest, ""), v1.Key{}))
	key := v1.NewKey(testSecret)
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := v1.ParseReply(data, v1.Key{}); err == nil && r.Signed {
			t.Errorf("the zero key verified %s", data)
		}
		if len(data) == 0 || len(data) > 32<<10 {
			return
		}
		body := v1.SealReply(data, key)
		if bytes.ContainsFunc(body, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("not ASCII: %s", body)
		}
		r, err := v1.ParseReply(body, key)
		if err != nil || !bytes.Equal(r.JSON, data) || !r.Signed {
			t.Errorf("sealed %q, opened %q, %v", data, r.JSON, err)
		}
	})
}
