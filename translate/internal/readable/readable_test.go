package readable_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/paybridge/paybridge/translate/internal/readable"
)

func anything([]byte) bool { return true }

// TestGBK: every pair of bytes that GBK has a letter for is that letter.
func TestGBK(t *testing.T) {
	t.Parallel()
	letters := 0
	for first := 0x80; first <= 0xff; first++ {
		for second := range 0x100 {
			pair := []byte{byte(first), byte(second)}
			want, err := simplifiedchinese.GBK.NewDecoder().Bytes(pair)
			if err != nil || utf8.Valid(pair) || bytes.ContainsRune(want, utf8.RuneError) {
				continue
			}
			if letters++; !bytes.Equal(readable.Text(pair, anything), want) {
				t.Errorf("% x is %q, want %q", pair, readable.Text(pair, anything), want)
			}
		}
	}
	if letters < 20000 {
		t.Errorf("only %d letters were compared", letters)
	}
}
