package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// member is one member of a JSON object, in the order it is written.
type member struct {
	name  string
	value any
}

// object is a JSON object that keeps the order of its members, so that a
// notice can come in any order on purpose.
type object []member

// MarshalJSON writes the members in their order, with HTML characters as they
// are, the way the gateway's Java does.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := compact(m.name)
		if err != nil {
			return nil, err
		}
		value, err := compact(m.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// set replaces the member's value, or adds the member at the end.
func (o *object) set(name string, value any) {
	for i := range *o {
		if (*o)[i].name == name {
			(*o)[i].value = value
			return
		}
	}
	*o = append(*o, member{name, value})
}

// has reports whether there is a member of this name.
func (o object) has(name string) bool {
	return slices.ContainsFunc(o, func(m member) bool { return m.name == name })
}

// putMembers gives members of a message other values: in its head where that has them,
// else in its body.
func putMembers(members map[string]string, head, body *object) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		into := body
		if head.has(name) {
			into = head
		}
		into.set(name, members[name])
	}
}

// compact encodes value on one line without HTML escapes.
func compact(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
