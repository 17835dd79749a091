package v2

import (
	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/translate/internal/readable"
)

// Readable returns a plain text as UTF-8: without a byte order mark, with GB 18030
// decoded, of which GBK is a part, and where that does not make sense with each foreign
// byte replaced by U+FFFD. A signature is over bytes: a message that it fits is the gateway's
// whatever its letters are, and numbers, states and amounts in it are ASCII in
// every of these codings.
func Readable(plain []byte) []byte { return readable.Text(plain, gjson.ValidBytes) }
