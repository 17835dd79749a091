package v1

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// maxDepth bounds the nesting of unknown members, since the JSON validator
// spends stack on each level. Known members do not nest.
const maxDepth = 32

// member is one row of a message's table: how a member is spelt on the wire, where
// its value is kept and what it must be. A row has text or fen. The tables of v2
// have the same vocabulary.
type member struct {
	name string
	// text receives the value without the blanks around it; a number is taken as
	// its digits. Null and "" count as absent.
	text *string
	// fen receives an amount, by the rules of parseFen.
	fen *int64
	// required refuses an absent member.
	required bool
	// max is the greatest length in bytes.
	max int
	// rule says what is wrong with a value that is not empty, or "".
	rule func(string) string
	// unused reports whether the message has no use for the member, by its name: then a
	// value that is bad counts as none. The rows above have been read by then. Without
	// it, the member is used.
	unused func(name string) bool
	// code answers a broken rule; without one, CodeBadRequest does.
	code Code

	value gjson.Result
	// foreign says that the value has letters of another coding than UTF-8.
	foreign bool
	// twice says that the message has the member more than once.
	twice bool
}

// readMembers fills the table from a JSON object. Unknown members are ignored.
// field is the parameter that is at fault when the object cannot be read.
// Faults are reported in the order of the table, whatever that of the object.
func readMembers(field string, json []byte, table []member) error {
	message, reason := parseMessage(json)
	if reason != "" {
		return refuse(CodeBadRequest, field, reason)
	}
	message.ForEach(func(name, value gjson.Result) bool {
		for i := range table {
			if m := &table[i]; m.name == name.Str {
				m.twice = m.value.Exists()
				m.value, m.foreign = value, message.isForeign(value)
			}
		}
		return true
	})
	for i := range table {
		m := &table[i]
		switch err := m.read(); {
		case err == nil:
		case m.unused != nil && m.unused(m.name):
			*m.text = ""
		default:
			return err
		}
	}
	return nil
}

// read checks the value of a row and stores it.
func (m *member) read() error {
	switch {
	case m.twice:
		return refuse(CodeBadRequest, m.name, "given twice")
	case m.foreign:
		return refuse(CodeBadRequest, m.name, notUTF8)
	}
	if m.fen != nil {
		fen, reason := parseFen(m.value)
		if reason != "" {
			return refuse(CodeAmount, m.name, reason)
		}
		*m.fen = fen
		return nil
	}
	text, reason := textOf(m.value)
	if reason != "" {
		return refuse(CodeBadRequest, m.name, reason)
	}
	*m.text = text
	return m.check()
}

// check judges the stored text by the row.
func (m *member) check() error {
	text := *m.text
	switch {
	case text == "" && m.required:
		return refuse(CodeBadRequest, m.name, "missing")
	case text == "":
		return nil
	case len(text) > m.max:
		return refuse(CodeBadRequest, m.name, "too long")
	case strings.ContainsFunc(text, unicode.IsControl):
		return refuse(CodeBadRequest, m.name, "control character")
	case m.rule == nil:
		return nil
	}
	if reason := m.rule(text); reason != "" {
		code := m.code
		if code == "" {
			code = CodeBadRequest
		}
		return refuse(code, m.name, reason)
	}
	return nil
}

// textOf reads a member that the specification calls a string, trimmed. A whole
// number is taken as it stands (payway, ip and others, seen in the field). The text
// is a copy: a part of the message would keep all of it in memory.
func textOf(v gjson.Result) (text, reason string) {
	switch v.Type {
	case gjson.Null:
		return "", ""
	case gjson.String:
		return strings.Clone(Trim(v.Str)), ""
	case gjson.Number:
		if isDigits(v.Raw) {
			return strings.Clone(v.Raw), ""
		}
	}
	return "", "neither text nor a whole number"
}

// notUTF8 refuses a member that is used: its bytes would be those of another text.
const notUTF8 = "not UTF-8"

// message is the JSON object of a message.
type message struct {
	gjson.Result
	foreign bool // it was not written in UTF-8
}

// isForeign reports whether a value of the message has letters that were not written
// in UTF-8.
func (m message) isForeign(value gjson.Result) bool {
	return m.foreign && strings.ContainsFunc(value.Raw, func(r rune) bool { return r >= utf8.RuneSelf })
}

// parseMessage checks that json is one valid JSON object, behind an optional byte
// order mark, with control characters in its texts and in whatever coding, and says
// what it is otherwise.
func parseMessage(json []byte) (m message, reason string) {
	m.foreign = !utf8.Valid(json)
	json = Readable(json)
	switch {
	case tooDeep(json):
		return m, "nested too deeply"
	case !gjson.ValidBytes(json):
		if json = escaped(json); !gjson.ValidBytes(json) {
			return m, "not JSON"
		}
	}
	m.Result = gjson.ParseBytes(json)
	if !m.IsObject() {
		return m, "not a JSON object"
	}
	return m, ""
}

// tooDeep reports whether json nests deeper than maxDepth. It need not be valid.
func tooDeep(json []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(json); i++ {
		switch c := json[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// Trim takes away the blanks and line ends around a value (seen in the field:
// codes from scanners, addresses from configuration files), and what is as
// invisible: byte order marks and blanks without width.
func Trim(value string) string {
	return strings.TrimFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' || r == '\u200B' })
}

// escaped writes control characters inside of texts as JSON wants them. Programs
// that put their messages together by hand leave line ends there.
func escaped(json []byte) []byte {
	var b bytes.Buffer
	quoted, behind := false, false // behind a backslash
	for _, c := range json {
		if quoted && c < ' ' {
			fmt.Fprintf(&b, `\u%04x`, c)
			continue
		}
		quoted = quoted != (c == '"' && !behind)
		behind = quoted && c == '\\' && !behind
		b.WriteByte(c)
	}
	return b.Bytes()
}
