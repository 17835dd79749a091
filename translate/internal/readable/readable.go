// Package readable makes UTF-8 of messages in other codings. Both wires need it: a
// signature is over bytes, so a message that it fits is its sender's whatever its letters
// are, and numbers, states and amounts are ASCII in every of these codings.
package readable

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// WithoutBOM takes away the byte order mark that some programs write in front of UTF-8.
func WithoutBOM(plain []byte) []byte { return bytes.TrimPrefix(plain, []byte("\uFEFF")) }

// Text returns a plain text as UTF-8: without a byte order mark, with GB 18030 decoded,
// and where that does not make sense with each foreign byte replaced by U+FFFD. isMessage
// reports whether what comes out can still be read; else a quote or brace was taken for
// half a letter.
func Text(plain []byte, isMessage func([]byte) bool) []byte {
	plain = WithoutBOM(plain)
	if utf8.Valid(plain) {
		return plain
	}
	if text, ok := fromGB18030(plain); ok && isMessage(text) {
		return text
	}
	return bytes.ToValidUTF8(plain, []byte(string(utf8.RuneError)))
}

// fromGB18030 decodes GB 18030, which holds all of GBK and rare letters of names in four
// bytes; ok is false when some byte has no place in it.
func fromGB18030(plain []byte) (text []byte, ok bool) {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(plain)
	return text, err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}
