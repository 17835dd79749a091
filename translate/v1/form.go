package v1

import (
	"strconv"
	"strings"
)

// maxParams bounds the parameters read from one form.
const maxParams = 64

// Form is the two parameters of a request after the transport's form decoding,
// done once.
type Form struct {
	// Req is the base64 text of the message, in one of the forms that Variant
	// tells apart.
	Req string
	// Sign is the signature, 32 hex digits.
	Sign string
}

// Params are the decoded parameters of a form by name.
type Params map[string]string

// ParseForm reads an urlencoded body or query string. It never fails: of a
// parameter given twice the first value counts, a malformed percent escape
// stays as it is rather than losing the parameter, ';' is an ordinary
// character, and what comes after the first 64 parameters is ignored.
func ParseForm(urlencoded string) Params {
	p := make(Params)
	for n := 0; urlencoded != "" && n < maxParams; n++ {
		var pair string
		pair, urlencoded, _ = strings.Cut(urlencoded, "&")
		name, value, _ := strings.Cut(pair, "=")
		name = unescapeForm(name)
		if _, repeated := p[name]; !repeated {
			p[name] = unescapeForm(value)
		}
	}
	return p
}

// Form returns the two parameters of a request.
func (p Params) Form() Form { return Form{Req: p["req"], Sign: p["sign"]} }

// unescapeForm undoes form encoding, in which '+' is a blank.
func unescapeForm(s string) string {
	return unescapePercent(strings.ReplaceAll(s, "+", " "))
}

// unescapePercent undoes one percent-encoding and keeps malformed escapes.
func unescapePercent(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
