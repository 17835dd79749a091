package forms

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"unicode"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// MaxBody bounds the body of a request: the largest v1 req and the largest v2
// envelope both fit, percent-encoded three times over.
const MaxBody = 512 << 10

// MaxParts bounds the parts of a multipart form.
const MaxParts = 64

// Errors of a body that holds no form.
var (
	ErrTooLarge = fmt.Errorf("larger than %d KiB", MaxBody>>10)
	// ErrMalformed does not say more: the parser's own words quote what
	// arrived, and that may be a payer's code.
	ErrMalformed    = errors.New("malformed multipart form")
	ErrTooManyParts = fmt.Errorf("more than %d parts", MaxParts)
)

// Parse reads the parameters of a request: those of the body and, for names that
// the body does not have, those of the query string. The body may be urlencoded
// or multipart, with whatever Content-Type the merchant's program writes.
//
// Blanks and line ends around a value are not part of it (seen in the field:
// numbers from scanners, keys from files). Only req stays as it is, because its
// signature covers every byte.
func Parse(contentType string, body []byte, query string) (v1.Params, error) {
	if len(body) > MaxBody {
		return nil, ErrTooLarge
	}
	return ParseLongForm(contentType, body, query)
}

// ParseLongForm is Parse for a body of any length.
func ParseLongForm(contentType string, body []byte, query string) (v1.Params, error) {
	params, err := parseBody(contentType, body)
	if err != nil {
		return nil, err
	}
	for name, value := range v1.ParseForm(query) {
		if _, given := params[name]; !given {
			params[name] = value
		}
	}
	for name, value := range params {
		if name != "req" {
			params[name] = strings.TrimSpace(value)
		}
	}
	return params, nil
}

// parseBody reads the parameters of a body. One of blanks alone holds no form that could
// be malformed, whatever its Content-Type says: programs that send everything in the
// query write the type of their usual bodies all the same.
func parseBody(contentType string, body []byte) (v1.Params, error) {
	if boundary, ok := Boundary(contentType); ok && len(bytes.TrimSpace(body)) > 0 {
		return parseMultipart(body, boundary)
	}
	return v1.ParseForm(urlencoded(body)), nil
}

// lineEnds are what may stand behind a base64 text and be signed with it.
const lineEnds = " \t\r\n"

// urlencoded is a body without the blanks and line ends around it. Behind a req that
// comes last they stay: some programs sign the line end that their base64 has. Where req
// has one of its own, which the program has encoded, what follows is the body's.
func urlencoded(body []byte) string {
	text := string(bytes.TrimLeftFunc(body, unicode.IsSpace))
	form := strings.TrimSpace(text)
	for name, value := range v1.Pairs(form[strings.LastIndexAny(form, "&;")+1:]) {
		endsInText := value != "" && strings.TrimRight(value, lineEnds) == value
		if strings.EqualFold(name, "req") && endsInText && strings.TrimRight(text, lineEnds) == form {
			return text
		}
	}
	return form
}

// parseMultipart reads a multipart form from memory; the caller has bounded the whole
// body.
func parseMultipart(body []byte, boundary string) (v1.Params, error) {
	params := v1.Params{}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for range MaxParts + 1 { // the last round finds the end
		part, err := reader.NextRawPart()
		if err == io.EOF { //nolint:errorlint // a wrapped one is a form that breaks off
			return params, nil
		}
		if err != nil {
			return nil, ErrMalformed
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, ErrMalformed
		}
		if _, given := params[part.FormName()]; !given {
			params[part.FormName()] = string(value)
		}
	}
	return nil, ErrTooManyParts
}
