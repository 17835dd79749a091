package api

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of what is read from a request.
const (
	maxText  = 500 // bytes of one text: a reason, the longest there is
	maxQuery = 8 << 10
)

// readQuery fills in what a route takes from the query of its request. It
// refuses what it does not know, so that a mistyped filter does not list
// everything. Errors name the parameter.
func readQuery(r *http.Request, into any) error {
	if len(r.URL.RawQuery) > maxQuery {
		return badRequest("query: longer than %d bytes", maxQuery)
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badRequest("query: not urlencoded")
	}
	target := reflect.ValueOf(into).Elem()
	members := membersOf(target.Type())
	for name := range values {
		if !slices.ContainsFunc(members, func(m member) bool { return m.name == name }) {
			return badRequest("query.%s: unknown; known are: %s", strings.Trim(printable(name), `"`), memberNames(members))
		}
	}
	for _, m := range members {
		if err := setMember(target.FieldByIndex(m.index), values[m.name]); err != nil {
			return badRequest("query.%s: %s", m.name, err)
		}
	}
	return checkNeeded("query", target)
}

// setMember reads the values of one parameter. One that may be given more than
// once may also be given as a list with commas.
func setMember(field reflect.Value, values []string) error {
	if field.Kind() == reflect.Slice {
		for _, value := range strings.FieldsFunc(strings.Join(values, ","), func(r rune) bool { return r == ',' }) {
			item := reflect.New(field.Type().Elem()).Elem()
			if err := setText(item, value); err != nil {
				return err
			}
			field.Set(reflect.Append(field, item))
		}
		return nil
	}
	switch len(values) {
	case 0:
		return nil
	case 1:
		return setText(field, values[0])
	}
	return fmt.Errorf("given %d times; give it once", len(values))
}

// setText reads one value.
func setText(field reflect.Value, text string) error {
	if len(text) > maxText {
		return fmt.Errorf("longer than %d bytes", maxText)
	}
	switch {
	case field.Type() == timeType:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return fmt.Errorf("not a time; write for example 2026-11-22T03:00:00+08:00 (with + as %%2B)")
		}
		field.Set(reflect.ValueOf(at))
	case field.Kind() == reflect.Bool:
		yes, known := map[string]bool{"true": true, "false": false}[text]
		if !known {
			return fmt.Errorf("neither true nor false")
		}
		field.SetBool(yes)
	case field.Kind() == reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("not a whole number")
		}
		field.SetInt(int64(n))
	default:
		field.SetString(text)
		return checkEnumeration(field)
	}
	return nil
}

// checkEnumeration refuses a value that its type does not have.
func checkEnumeration(value reflect.Value) error {
	known := enumerations[value.Type()]
	if known == nil || slices.Contains(known, value.String()) {
		return nil
	}
	return fmt.Errorf("unknown value %s; one of: %s", printable(value.String()), strings.Join(known, ", "))
}

// checkNeeded refuses a request that lacks what it must have.
func checkNeeded(where string, target reflect.Value) error {
	for _, m := range membersOf(target.Type()) {
		if m.needed && target.FieldByIndex(m.index).IsZero() {
			return badRequest("%s.%s: missing", where, m.name)
		}
	}
	return nil
}

// printable quotes what a request holds for an error, cut to what a line bears.
func printable(text string) string {
	const longest = 40
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	return strconv.QuoteToASCII(text)
}
