package v2

import (
	"bytes"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// byteOrderMark is what some programs write in front of UTF-8.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Readable returns a plain text as UTF-8: without a byte order mark, with GBK
// decoded, and where that does not make sense with each foreign byte replaced by
// U+FFFD. A signature is over bytes: a message that it fits is the gateway's
// whatever its letters are, and numbers, states and amounts in it are ASCII in
// every of these codings.
func Readable(plain []byte) []byte {
	plain = bytes.TrimPrefix(plain, byteOrderMark)
	if utf8.Valid(plain) {
		return plain
	}
	if text, ok := fromGBK(plain); ok {
		return text
	}
	return bytes.ToValidUTF8(plain, []byte(string(utf8.RuneError)))
}

// fromGBK decodes GBK; ok is false when some byte has no place in it, or when what
// comes out is no JSON any more because a quote or brace was taken for half a
// letter.
func fromGBK(plain []byte) (text []byte, ok bool) {
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(plain)
	return text, err == nil && !bytes.ContainsRune(text, utf8.RuneError) && gjson.ValidBytes(text)
}
