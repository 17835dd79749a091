package v2

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// member is one row of a message's table: how a member is spelt on the wire, what
// its value must be and where the value is kept. One table writes, checks and reads
// a message of type T. The table of v1 has the same vocabulary, as far as it needs
// it.
type member[T any] struct {
	name string
	text func(*T) *string // where the value is kept

	// When writing:
	required bool // refuses an empty value
	max      int  // the greatest length in characters; 0 where no limit is known
	// rule says what is wrong with a value that is not empty, or "".
	rule func(string) string

	// When reading:
	aliases  []string // names that count where name is empty, in order of preference
	fallback string   // counts where name and aliases are empty; it may mean another number
	// equal reports whether two values mean the same. The values of name and aliases
	// must then be equal; without it, the first that is not empty counts.
	equal func(a, b string) bool
	// prefers reports whether a value says what is asked for: the first that does counts,
	// and without one the first that is not empty.
	prefers func(string) bool
	// object takes a JSON object, or one in a string; anything else that is no JSON
	// object is read as "".
	object bool
}

// appendMembers writes a message as a JSON object to b: every member, "" when it
// is empty, in the table's order, raw UTF-8. path names the object in errors.
func appendMembers[T any](b *bytes.Buffer, path string, members []member[T], message *T) error {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	b.WriteByte('{')
	for i := range members {
		m := &members[i]
		value := *m.text(message)
		if err := m.check(value); err != nil {
			return fmt.Errorf("%s.%s: %w", path, m.name, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(m.name)
		b.WriteString(`":`)
		if err := encoder.Encode(value); err != nil {
			return fmt.Errorf("%s.%s: %w", path, m.name, err)
		}
		b.Truncate(b.Len() - 1) // the line break of Encode
	}
	b.WriteByte('}')
	return nil
}

// check judges a value that is to be written.
func (m *member[T]) check(value string) error {
	switch {
	case value == "" && m.required:
		return errors.New("missing")
	case value == "":
		return nil
	case !utf8.ValidString(value):
		return errors.New("not UTF-8")
	case m.max > 0 && utf8.RuneCountInString(value) > m.max:
		return fmt.Errorf("longer than %d characters", m.max)
	case m.rule == nil:
		return nil
	}
	if reason := m.rule(value); reason != "" {
		return errors.New(reason)
	}
	return nil
}

// readMembers reads a message from a JSON object by the names in the table.
// Unknown names are skipped, null and missing members are "", numbers and
// booleans keep their source text. A known name given twice is refused, because
// two programs might take it for two different messages.
func readMembers[T any](path string, members []member[T], object gjson.Result) (T, error) {
	var message T
	values, err := readValues(path, members, object)
	if err != nil {
		return message, err
	}
	for i := range members {
		m := &members[i]
		value, err := m.choose(values)
		if err != nil {
			return message, fmt.Errorf("%s.%w", path, err)
		}
		*m.text(&message) = value
	}
	return message, nil
}

// namedValue is what stands under a name that a table knows; of a name that is missing
// it does not exist.
type namedValue struct {
	name  string
	value gjson.Result
}

// readValues collects the members of an object that the table knows. They are so few
// that a list is searched faster than a map is made.
func readValues[T any](path string, members []member[T], object gjson.Result) ([]namedValue, error) {
	values := make([]namedValue, 0, 2*len(members))
	for i := range members {
		for name := range members[i].names {
			values = append(values, namedValue{name: name})
		}
	}
	var err error
	object.ForEach(func(key, value gjson.Result) bool {
		place := find(values, key.String())
		switch {
		case place == nil:
		case place.Exists():
			err = fmt.Errorf("%s.%s: given twice", path, key.String())
		default:
			*place = value
		}
		return err == nil
	})
	return values, err
}

// find returns the value under a name that is known, nil under any other.
func find(values []namedValue, name string) *gjson.Result {
	for i := range values {
		if values[i].name == name {
			return &values[i].value
		}
	}
	return nil
}

// names yields all names of a member, in order of preference.
func (m *member[T]) names(yield func(string) bool) {
	if !yield(m.name) {
		return
	}
	for _, name := range m.aliases {
		if !yield(name) {
			return
		}
	}
	if m.fallback != "" {
		yield(m.fallback)
	}
}

// choose returns the first value of a member's names that it prefers, or else that is
// not empty. Errors begin with the name.
func (m *member[T]) choose(values []namedValue) (string, error) {
	chosen := ""
	for name := range m.names {
		if name == m.fallback && chosen != "" {
			break // it need not say the same
		}
		value, err := m.textOf(*find(values, name))
		switch {
		case err != nil:
			return "", fmt.Errorf("%s: %w", name, err)
		case value == "":
		case chosen == "":
			chosen = value
		case m.equal != nil && !m.equal(chosen, value):
			return "", fmt.Errorf("%s: says other than %s", name, m.name)
		case m.prefers != nil && m.prefers(value) && !m.prefers(chosen):
			chosen = value
		}
	}
	return chosen, nil
}

// textOf returns the text of a JSON value.
func (m *member[T]) textOf(value gjson.Result) (string, error) {
	switch {
	case m.object:
		return objectText(value), nil
	case value.Type == gjson.Null: // or missing
		return "", nil
	case value.Type == gjson.String:
		return value.Str, nil
	case value.Type == gjson.JSON:
		return "", errors.New("not a text")
	default:
		return value.Raw, nil
	}
}

// objectText returns the JSON text of an object, or of one in a string, and ""
// for everything else.
func objectText(value gjson.Result) string {
	text := value.Raw
	if value.Type == gjson.String {
		text = value.Str
	}
	if !gjson.Valid(text) || !gjson.Parse(text).IsObject() {
		return ""
	}
	return text
}
