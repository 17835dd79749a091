package merchants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
)

// memberNames are the JSON members of a struct in order, and those of the objects
// in them.
type memberNames struct {
	names     []string
	durations []string // those that are durations, whose own errors name no member
	inside    map[string]*memberNames
	array     bool // of such objects
}

// configMembers are the members of a merchant.
var configMembers = membersOf(reflect.TypeFor[Config]())

func membersOf(t reflect.Type) *memberNames {
	m := &memberNames{inside: make(map[string]*memberNames)}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == sourceMember {
			continue
		}
		m.names = append(m.names, name)
		if field.Type == reflect.TypeFor[caddy.Duration]() {
			m.durations = append(m.durations, name)
		}
		if kind := field.Type.Kind(); (kind == reflect.Slice || kind == reflect.Pointer) && field.Type.Elem().Kind() == reflect.Struct {
			m.inside[name] = membersOf(field.Type.Elem())
			m.inside[name].array = kind == reflect.Slice
		}
	}
	return m
}

// sourceMember is taken and left alone, as in what "caddy adapt" shows: the file
// has its own lines.
const sourceMember = "source"

// members refuses unknown and repeated members of an object, which begins in the
// file at start, and notes where the others are. Letters may be small or not, as
// encoding/json has it. Names within the object begin with within.
func (f *merchantsFile) members(object []byte, start int64, within string, known *memberNames, source configerror.Source) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return // decoding says what is wrong with it
	}
	seen := make(map[string]bool)
	for dec.More() {
		at := dec.InputOffset()
		at += start + int64(bytes.IndexByte(object[at:], '"'))
		token, err := dec.Token()
		if err != nil {
			f.notJSON(start, err)
			return
		}
		name, _ := token.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			f.notJSON(start, err)
			return
		}
		member := known.named(name)
		switch {
		case member == "" && strings.EqualFold(name, sourceMember):
			continue
		case member == "":
			f.wrong(at, fmt.Errorf("unknown member %.60q%s; known are %s", name, meant(name, known.names), strings.Join(known.names, ", ")))
			continue
		case seen[member]:
			f.wrong(at, fmt.Errorf("%s: given twice", member))
		}
		seen[member] = true
		source[within+member] = f.at(at)
		if slices.Contains(known.durations, member) && json.Unmarshal(value, new(caddy.Duration)) != nil {
			f.wrong(at, fmt.Errorf("%s: %.40s is not a duration; write for example \"10m\"", within+member, value))
		}
		if inside := known.inside[member]; inside != nil {
			read := f.object
			if inside.array {
				read = f.objects
			}
			read(value, start+dec.InputOffset()-int64(len(value)), within+member, inside, source)
		}
	}
}

// named returns the member of that name, "" if there is none.
func (m *memberNames) named(name string) string {
	if i := slices.IndexFunc(m.names, func(k string) bool { return strings.EqualFold(k, name) }); i >= 0 {
		return m.names[i]
	}
	return ""
}

// object is members for an object of that name.
func (f *merchantsFile) object(object []byte, start int64, name string, known *memberNames, source configerror.Source) {
	f.members(object, start, name+".", known, source)
}

// objects is members for each object of an array of that name.
func (f *merchantsFile) objects(array []byte, start int64, name string, known *memberNames, source configerror.Source) {
	dec := json.NewDecoder(bytes.NewReader(array))
	if first, err := dec.Token(); err != nil || first != json.Delim('[') {
		return
	}
	for i := 0; dec.More(); i++ {
		var object json.RawMessage
		if err := dec.Decode(&object); err != nil {
			f.notJSON(start, err)
			return
		}
		begin := start + dec.InputOffset() - int64(len(object))
		indexed := configerror.Indexed(name, i)
		source[indexed] = f.at(begin)
		f.members(object, begin, indexed+".", known, source)
	}
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
