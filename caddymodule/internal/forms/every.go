package forms

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// maxValues bounds the different values of one name that are told.
const maxValues = 8

// ErrTooManyValues is that a request has more different values of one name.
var ErrTooManyValues = errors.New("too many values of one parameter")

// Values are the different values that parameters have, by their name in small letters.
type Values map[string][]string

// Every collects every value of the named parameters, wherever a request has it. Parse
// says which of them the bridge reads; other programs read others: the last one, the
// query's before the body's, a name in capitals, or what follows a ';'. Empty values are
// left out. Blanks count as for Parse.
func Every(contentTypes []string, body []byte, query string, names ...string) (Values, error) {
	c := collector{Values: make(Values, len(names)), names: names}
	c.urlencoded(query)
	c.urlencoded(urlencoded(body))
	for _, contentType := range contentTypes {
		if boundary, ok := Boundary(contentType); ok {
			c.multipart(body, boundary)
		}
	}
	if c.tooMany {
		return nil, ErrTooManyValues
	}
	return c.Values, nil
}

// collector collects values.
type collector struct {
	Values
	names   []string
	tooMany bool
}

// urlencoded collects from a body or query that is split at '&', and for some at ';'.
func (c *collector) urlencoded(text string) {
	for name, value := range v1.Pairs(text) {
		c.add(name, value)
	}
	if strings.Contains(text, ";") {
		for name, value := range v1.Pairs(strings.ReplaceAll(text, ";", "&")) {
			c.add(name, value)
		}
	}
}

// partName finds the names in the head of a part. It takes more for one than the grammar
// does, as some servers do.
var partName = regexp.MustCompile(`(?i)[;\s]name\s*=\s*(?:"([^"]*)"|([^;\s"]*))`)

// multipart collects from a multipart form, also from one that is malformed or breaks
// off.
func (c *collector) multipart(body []byte, boundary string) {
	for part := range bytes.SplitSeq(body, []byte("--"+boundary)) {
		head, value, ok := bytes.Cut(part, []byte("\r\n\r\n"))
		if !ok {
			head, value, ok = bytes.Cut(part, []byte("\n\n"))
		}
		if !ok {
			continue
		}
		value = bytes.TrimSuffix(bytes.TrimSuffix(value, []byte("\n")), []byte("\r"))
		for _, found := range partName.FindAllSubmatch(head, -1) {
			c.add(string(found[1])+string(found[2]), string(value))
		}
	}
}

// add notes a value of a name that is asked for. Some servers read a name only up to a
// zero byte.
func (c *collector) add(name, value string) {
	name, _, _ = strings.Cut(name, "\x00")
	name = strings.ToLower(strings.TrimSpace(name))
	if name != "req" {
		value = strings.TrimSpace(value)
	}
	if value == "" || !slices.Contains(c.names, name) || slices.Contains(c.Values[name], value) {
		return
	}
	if len(c.Values[name]) == maxValues {
		c.tooMany = true
		return
	}
	c.Values[name] = append(c.Values[name], value)
}
