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

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// maxBody bounds the body of a request: no change needs more.
const maxBody = 64 << 10

// readBody fills in what a route takes from the JSON body of its request,
// strictly: a member it does not know may be one that was meant to hold the
// change back. Errors name the member.
func readBody(r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return Refuse(http.StatusUnsupportedMediaType, bodyNotJSON.With())
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return Refuse(http.StatusBadRequest, bodyNotReceived.With())
	case len(data) > maxBody:
		return Refuse(http.StatusRequestEntityTooLarge, bodyTooLong.With(maxBody>>10))
	case !utf8.Valid(data):
		return Refuse(http.StatusBadRequest, bodyNotUTF8.With())
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return Refuse(http.StatusBadRequest, bodyError(err, reflect.TypeOf(into).Elem()))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Refuse(http.StatusBadRequest, bodyGoesOn.With())
	}
	target := reflect.ValueOf(into).Elem()
	if err := checkTexts(target); err != nil {
		return err
	}
	return checkNeeded("body", target)
}

// bodyError says in an operator's words what the JSON decoder found.
func bodyError(err error, t reflect.Type) bilingual.Said {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return wrongMember.With("body", wrongType.Field, notOfType.With(wrongType.Value))
	}
	// The decoder has no type for this one.
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return wrongMember.With("body", strings.Trim(name, `"`), unknownMember.With(memberNames(membersOf(t))))
	}
	return bodyNotObject.With(memberNames(membersOf(t)))
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
			return badMember("body", m.name, textTooLong.With(maxText))
		}
		if wrong := checkEnumeration(field); !wrong.IsZero() {
			return badMember("body", m.name, wrong)
		}
	}
	return nil
}
