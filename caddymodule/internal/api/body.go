package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"
)

// maxBody bounds the body of a request: no change needs more.
const maxBody = 64 << 10

// readBody fills in what a route takes from the JSON body of its request,
// strictly: a member it does not know may be one that was meant to hold the
// change back. Errors name the member.
func readBody(r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "body: Content-Type must be application/json")
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return badRequest("body: not received")
	case len(data) > maxBody:
		return refuse(http.StatusRequestEntityTooLarge, "body: longer than %d KiB", maxBody>>10)
	case !utf8.Valid(data):
		return badRequest("body: not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return badRequest("%s", bodyError(err, reflect.TypeOf(into).Elem()))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return badRequest("body: something follows the JSON object")
	}
	target := reflect.ValueOf(into).Elem()
	if err := checkTexts(target); err != nil {
		return err
	}
	return checkNeeded("body", target)
}

// bodyError says in an operator's words what the JSON decoder found.
func bodyError(err error, t reflect.Type) string {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return "body." + wrongType.Field + ": must not be a JSON " + wrongType.Value
	}
	// The decoder has no type for this one.
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return "body." + strings.Trim(name, `"`) + ": unknown; known are: " + memberNames(membersOf(t))
	}
	return "body: not a JSON object with what this takes: " + memberNames(membersOf(t))
}

// checkTexts refuses texts that are too long and values that a type does not
// have.
func checkTexts(target reflect.Value) error {
	for _, m := range membersOf(target.Type()) {
		field := target.FieldByIndex(m.index)
		if field.Kind() != reflect.String || field.String() == "" {
			continue
		}
		if len(field.String()) > maxText {
			return badRequest("body.%s: longer than %d bytes", m.name, maxText)
		}
		if err := checkEnumeration(field); err != nil {
			return badRequest("body.%s: %s", m.name, err)
		}
	}
	return nil
}
