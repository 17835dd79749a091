package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		columns    int
		want       string
	}{
		{"empty", "", 3, ""},
		{"fits", "abc", 3, "abc"},
		{"too long", "abcd", 3, "ab…"},
		{"Chinese fits", "订单", 4, "订单"},
		{"Chinese too long", "订单号", 5, "订单…"},
		{"no half of a character", "订单号", 4, "订…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := cut(test.text, test.columns); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestPrintJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"empty members share a line", `{"a":"","b":"","c":"1","d":""}`, []string{"{", `  "a": "", "b": "",`, `  "c": "1",`, `  "d": ""`, "}"}},
		{"not JSON", "oops", []string{"oops"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			newPrinter(&out).json(test.text)
			want := indent + strings.Join(test.want, "\n"+indent) + "\n"
			if out.String() != want {
				t.Errorf("printed\n%swant\n%s", out.String(), want)
			}
		})
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	const text = `{"head":{"respCode":"S0000000"},"body":{"refundAmt":12.00,"empty":""},"txnamt":1200}`
	got := members(text, "head.respCode", "body.refundAmt", "body.empty", "missing", "txnamt")
	if want := "respCode S0000000  refundAmt 12.00  txnamt 1200"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestColour writes to a file, which is no terminal.
func TestColour(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if wantsColour(file) || wantsColour(new(bytes.Buffer)) {
		t.Error("colours for a file or a buffer")
	}
	for coloured, want := range map[bool]string{false: "x", true: red + "x" + plain} {
		if got := (&printer{coloured: coloured}).colour(red, "x"); got != want {
			t.Errorf("coloured %v: %q, want %q", coloured, got, want)
		}
	}
}
