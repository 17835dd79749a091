package merchants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// memberNames are the JSON members of a struct in order, and those of the objects
// in them.
type memberNames struct {
	names  []string
	inside map[string]*memberNames
}

// configMembers are the members of a merchant.
var configMembers = membersOf(reflect.TypeFor[Config]())

func membersOf(t reflect.Type) *memberNames {
	m := &memberNames{inside: make(map[string]*memberNames)}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		m.names = append(m.names, name)
		if field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() == reflect.Struct {
			m.inside[name] = membersOf(field.Type.Elem())
		}
	}
	return m
}

// checkMembers refuses unknown and repeated members of an object, which begins in
// the file at start. Letters may be small or not, as encoding/json has it.
func checkMembers(file, object []byte, start int64, known *memberNames) error {
	dec := json.NewDecoder(bytes.NewReader(object))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return nil // decoding says what is wrong with it
	}
	seen := make(map[string]bool)
	for dec.More() {
		at := dec.InputOffset()
		at += start + int64(bytes.IndexByte(object[at:], '"'))
		token, err := dec.Token()
		if err != nil {
			return placedJSON(file, start, err)
		}
		name, _ := token.(string)
		i := slices.IndexFunc(known.names, func(k string) bool { return strings.EqualFold(k, name) })
		switch {
		case i < 0:
			return placed(file, at, fmt.Errorf("unknown member %.60q%s; known are %s", name, meant(name, known.names), strings.Join(known.names, ", ")))
		case seen[known.names[i]]:
			return placed(file, at, fmt.Errorf("%s: given twice", known.names[i]))
		}
		seen[known.names[i]] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return placedJSON(file, start, err)
		}
		if inside := known.inside[known.names[i]]; inside != nil {
			if err := checkObjects(file, value, start+dec.InputOffset()-int64(len(value)), inside); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkObjects is checkMembers for each object of an array.
func checkObjects(file, array []byte, start int64, known *memberNames) error {
	dec := json.NewDecoder(bytes.NewReader(array))
	if first, err := dec.Token(); err != nil || first != json.Delim('[') {
		return nil
	}
	for dec.More() {
		var object json.RawMessage
		if err := dec.Decode(&object); err != nil {
			return placedJSON(file, start, err)
		}
		if err := checkMembers(file, object, start+dec.InputOffset()-int64(len(object)), known); err != nil {
			return err
		}
	}
	return nil
}

// meant guesses the member that a misspelt name stands for.
func meant(name string, known []string) string {
	best, least := "", 3 // more typing errors than this make another word
	for _, k := range known {
		if d := distance(bare(name), bare(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

// bare is a name as people who write it otherwise mean it.
func bare(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
}

// distance counts the letters to change, put in or leave out (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			same := before
			if a[i] != b[j] {
				same++
			}
			before = row[j+1]
			row[j+1] = min(same, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
