package v1

import (
	"iter"
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
	p, n := make(Params), 0
	for name, value := range Pairs(urlencoded) {
		if _, repeated := p[name]; !repeated {
			p[name] = value
		}
		if n++; n == maxParams {
			break
		}
	}
	return p
}

// Pairs yields the names and values of an urlencoded body or query string, read as
// [ParseForm] does: all of them, in their order, also those given twice.
func Pairs(urlencoded string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for rest := urlencoded; rest != ""; {
			var pair string
			pair, rest, _ = strings.Cut(rest, "&")
			name, value, _ := strings.Cut(pair, "=")
			if !yield(unescapeForm(name), unescapeForm(value)) {
				return
			}
		}
	}
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
