// Package strictjson reads JSON objects more strictly than encoding/json: it
// keeps the order of the members and refuses a member that comes twice. The
// sandbox checks messages with it as the strictest peer would.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Member is one member of an object, with its value as it was written.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Ordered splits an object into its members, in their order. The text must be
// UTF-8 and hold the one object and nothing else.
func Ordered(text []byte) ([]Member, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if token, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("reading JSON: %w", err)
	} else if token != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var members []Member
	known := make(map[string]bool)
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("reading JSON: %w", err)
		}
		m := Member{Name: token.(string)} // a member's name is always a string token
		if err := dec.Decode(&m.Value); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		if known[m.Name] {
			return nil, fmt.Errorf("%s: twice", m.Name)
		}
		known[m.Name] = true
		members = append(members, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("reading JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more after the JSON object")
	}
	return members, nil
}

// Members is Ordered for callers that do not need the order.
func Members(text []byte) (map[string]json.RawMessage, error) {
	ordered, err := Ordered(text)
	if err != nil {
		return nil, err
	}
	members := make(map[string]json.RawMessage, len(ordered))
	for _, m := range ordered {
		members[m.Name] = m.Value
	}
	return members, nil
}

// String returns the text of a JSON string, and false for anything else.
func String(value json.RawMessage) (string, bool) {
	var text *string
	if err := json.Unmarshal(value, &text); err != nil || text == nil {
		return "", false
	}
	return *text, true
}
