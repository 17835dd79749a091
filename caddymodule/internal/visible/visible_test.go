package visible

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// shown are texts as they come, and as [Text] and [Line] show them.
var shown = map[string]struct{ given, text, line string }{
	"plain":              {"支付失败 ¥19.99 – \"a\\b\" 茶🍵", "", ""},
	"nothing":            {"", "", ""},
	"a title of xterm":   {"\x1b]0;owned\a", `\u001b]0;owned\u0007`, `\u001b]0;owned\u0007`},
	"CSI in one byte":    {"\u009b31m", `\u009b31m`, `\u009b31m`},
	"written over":       {"paid\rfailed\b\x7f", `paid\u000dfailed\u0008\u007f`, `paid\u000dfailed\u0008\u007f`},
	"a line of its own":  {"a\nVERIFIED\tb", "a\nVERIFIED\tb", `a\u000aVERIFIED\u0009b`},
	"other line ends":    {"a\u2028b\u2029c\u0085d", `a\u2028b\u2029c\u0085d`, `a\u2028b\u2029c\u0085d`},
	"turned around":      {"\u202e99.91\u202c\u2066\u2069\u200f\u061c", `\u202e99.91\u202c\u2066\u2069\u200f\u061c`, `\u202e99.91\u202c\u2066\u2069\u200f\u061c`},
	"hidden":             {"8990\u200b0001\ufeff\u00ad", `8990\u200b0001\ufeff\u00ad`, `8990\u200b0001\ufeff\u00ad`},
	"beyond 16 bits":     {"\U000e0041", `\udb40\udc41`, `\udb40\udc41`},
	"bytes that are not": {"a\xff\xc3", "a\ufffd\ufffd", "a\ufffd\ufffd"},
}

func TestShown(t *testing.T) {
	t.Parallel()
	for name, test := range shown {
		text, line := test.text, test.line
		if text == "" {
			text, line = test.given, test.given
		}
		if got := Text(test.given); got != text {
			t.Errorf("%s: text %q", name, got)
		}
		if got := Line(test.given); got != line {
			t.Errorf("%s: line %q", name, got)
		}
	}
}

// TestJSONStaysTheSame: what is spelt out in JSON means what it meant.
func TestJSONStaysTheSame(t *testing.T) {
	t.Parallel()
	for name, test := range shown {
		if !utf8.ValidString(test.given) {
			continue
		}
		var written bytes.Buffer
		encoder := json.NewEncoder(NewWriter(&written))
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(test.given); err != nil {
			t.Fatal(err)
		}
		var read string
		if err := json.Unmarshal(written.Bytes(), &read); err != nil || read != test.given {
			t.Errorf("%s: %s is read as %q, %v", name, written.Bytes(), read, err)
		}
	}
}

// FuzzWriter: however a text is cut into writes, it is written as it would be in one.
func FuzzWriter(f *testing.F) {
	for _, test := range shown {
		f.Add(test.given, uint8(1))
	}
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		var written bytes.Buffer
		w := NewWriter(&written)
		for rest := []byte(text); len(rest) > 0; {
			n := min(len(rest), int(size)+1)
			if got, err := w.Write(rest[:n]); got != n || err != nil {
				t.Fatalf("wrote %d, %v", got, err)
			}
			rest = rest[n:]
		}
		want := Text(text)
		if got := written.String() + Text(string(w.rest)); utf8.ValidString(text) && got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		for _, r := range written.String() {
			if unseenInText(r) {
				t.Errorf("%q became %q", text, written.String())
			}
		}
	})
}
