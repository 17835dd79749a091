package ledger_test

import (
	"encoding/base64"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func TestParseCursor(t *testing.T) {
	t.Parallel()
	encode := func(plain string) string { return base64.RawURLEncoding.EncodeToString([]byte(plain)) }
	o := ledger.CursorOf(ledger.Key{MerID: "89900001", OrderID: "单号/1?&"}, noon)
	for _, want := range []ledger.Cursor{{}, o, ledger.CursorOf(sample(2).Key, noon)} {
		if got, err := ledger.ParseCursor(want.String()); err != nil || got != want {
			t.Errorf("%q is read as %+v, %v, want %+v", want, got, err, want)
		}
	}
	if text := (ledger.Cursor{}).String(); text != "" {
		t.Errorf("the top of a list is %q", text)
	}
	for name, text := range map[string]string{
		"rubbish":      "rubbish!",
		"no time":      encode("x\x00order\x00merchant"),
		"odd time":     encode("+1\x00order\x00merchant"),
		"huge time":    encode("99999999999999999999\x00order\x00merchant"),
		"two parts":    encode("1\x00order"),
		"four parts":   encode("1\x00order\x00merchant\x00more"),
		"no UTF-8":     encode("1\x00\xff\x00merchant"),
		"padded":       base64.URLEncoding.EncodeToString([]byte("1\x00order\x00merchant")),
		"line break":   o.String() + "\n",
		"without end":  o.String()[:9],
		"far too long": encode("1\x00" + string(make([]byte, 600))),
		"nothing":      encode("0\x00\x00"),
	} {
		if got, err := ledger.ParseCursor(text); err == nil {
			t.Errorf("%s: %q is read as %+v", name, text, got)
		}
	}
}

// FuzzParseCursor finds no text that is read as a cursor of another text.
func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add(ledger.CursorOf(sample(1).Key, noon).String())
	f.Add(base64.RawURLEncoding.EncodeToString([]byte("-1\x00\x00")))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ledger.ParseCursor(text)
		if err == nil && c.String() != text {
			t.Errorf("%q is read as the cursor %q", text, c)
		}
	})
}
