package v1

import (
	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/translate/internal/readable"
)

// Readable returns a message as UTF-8: without a byte order mark, with GB 18030 decoded,
// of which GBK is a part, and where that does not make sense with each foreign byte
// replaced by U+FFFD. The signature is over the base64 text, so a message that it fits is the merchant's
// whatever its letters are; only members that are used must be UTF-8.
func Readable(json []byte) []byte { return readable.Text(json, isMessage) }

// isMessage reports whether a text is JSON, but for control characters in its texts.
func isMessage(text []byte) bool {
	return !tooDeep(text) && (gjson.ValidBytes(text) || gjson.ValidBytes(escaped(text)))
}
