package api

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
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
		return Refuse(http.StatusBadRequest, queryTooLong.With(maxQuery))
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return Refuse(http.StatusBadRequest, queryUnreadable.With())
	}
	target := reflect.ValueOf(into).Elem()
	members := membersOf(target.Type())
	for name := range values {
		if !slices.ContainsFunc(members, func(m member) bool { return m.name == name }) {
			return badMember("query", strings.Trim(printable(name), `"`), unknownMember.With(memberNames(members)))
		}
	}
	for _, m := range members {
		if wrong := setMember(target.FieldByIndex(m.index), values[m.name]); !wrong.IsZero() {
			return badMember("query", m.name, wrong)
		}
		if m.positive && values.Has(m.name) && target.FieldByIndex(m.index).Int() <= 0 {
			return badMember("query", m.name, notPositive.With())
		}
	}
	return checkNeeded("query", target)
}

// setMember reads the values of one parameter, and says what is wrong with them,
// if anything is. One that may be given more than once may also be given as a list
// with commas.
func setMember(field reflect.Value, values []string) (wrong bilingual.Said) {
	if field.Kind() == reflect.Slice {
		for _, value := range strings.FieldsFunc(strings.Join(values, ","), func(r rune) bool { return r == ',' }) {
			item := reflect.New(field.Type().Elem()).Elem()
			if wrong := setText(item, value); !wrong.IsZero() {
				return wrong
			}
			field.Set(reflect.Append(field, item))
		}
		return bilingual.Said{}
	}
	switch len(values) {
	case 0:
		return bilingual.Said{}
	case 1:
		return setText(field, values[0])
	}
	return givenTooOften.With(len(values))
}

// setText reads one value, and says what is wrong with it, if anything is.
func setText(field reflect.Value, text string) (wrong bilingual.Said) {
	if len(text) > maxText {
		return textTooLong.With(maxText)
	}
	switch {
	case field.Type() == timeType:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return notATime.With()
		}
		field.Set(reflect.ValueOf(at))
	case field.Kind() == reflect.Bool:
		yes, known := map[string]bool{"true": true, "false": false}[text]
		if !known {
			return notABool.With()
		}
		field.SetBool(yes)
	case field.CanInt():
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil {
			return notANumber.With()
		}
		field.SetInt(n)
	default:
		field.SetString(text)
		return checkEnumeration(field)
	}
	return bilingual.Said{}
}

// checkEnumeration says what is wrong with a value that its type does not have.
func checkEnumeration(value reflect.Value) (wrong bilingual.Said) {
	known := enumerations[value.Type()]
	if known == nil || slices.Contains(known, value.String()) {
		return bilingual.Said{}
	}
	return unknownValue.With(printable(value.String()), strings.Join(known, ", "))
}

// checkNeeded refuses a request that lacks what it must have.
func checkNeeded(where string, target reflect.Value) error {
	for _, m := range membersOf(target.Type()) {
		if m.needed && target.FieldByIndex(m.index).IsZero() {
			return badMember(where, m.name, missing.With())
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
