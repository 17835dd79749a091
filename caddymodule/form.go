package caddymodule

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// maxForm bounds the body of a request: the largest v1 req and the largest v2
// envelope both fit, percent-encoded three times over.
const maxForm = 512 << 10

// maxParts bounds the parts of a multipart form.
const maxParts = 64

var (
	errFormTooLarge = fmt.Errorf("larger than %d KiB", maxForm>>10)
	errFormTooSlow  = errors.New("not received in time")

	// errFormMalformed does not say more: the parser's own words quote what
	// arrived, and that may be a payer's code.
	errFormMalformed = errors.New("malformed multipart form")
)

// readForm reads the parameters of a request: those of the body and, where the
// body has none of a name, those of the query string. The body may be
// urlencoded or multipart, with whatever Content-Type and Content-Encoding the
// merchant's program writes ("Content-Encoding: UTF-8" is common and means
// nothing). It gives up after the time limit, so that a client which dribbles
// bytes gets an answer and holds nothing.
func readForm(w http.ResponseWriter, r *http.Request, limit time.Duration) (v1.Params, error) {
	body, err := readBody(w, r, limit)
	if err != nil {
		return nil, err
	}
	params := v1.Params{}
	if boundary, ok := multipartBoundary(r.Header.Get("Content-Type")); ok {
		if params, err = parseMultipart(body, boundary); err != nil {
			return nil, err
		}
	} else if len(body) > 0 {
		params = v1.ParseForm(string(bytes.TrimSpace(body)))
	}
	for name, value := range v1.ParseForm(r.URL.RawQuery) {
		if _, given := params[name]; !given {
			params[name] = value
		}
	}
	return params, nil
}

func readBody(w http.ResponseWriter, r *http.Request, limit time.Duration) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	// Not every ResponseWriter can set deadlines (a recorder in a test); those
	// that cannot have no network behind them.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(limit))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
		return body, nil
	}
	// The deadline stays: the server reads on for a while before it sends our
	// reply, and would wait for the rest of the body without end.
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		// A connection that is closed on unread bytes is reset, and some
		// programs lose the reply with it.
		_, _ = io.CopyN(io.Discard, r.Body, maxForm)
		return nil, errFormTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errFormTooSlow
	default:
		return nil, fmt.Errorf("reading body: %w", err)
	}
}

func multipartBoundary(contentType string) (string, bool) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return "", false
	}
	return params["boundary"], true
}

// parseMultipart reads a multipart form from memory; the whole body has been
// bounded already.
func parseMultipart(body []byte, boundary string) (v1.Params, error) {
	params := v1.Params{}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParts + 1 { // the last round finds the end
		part, err := reader.NextRawPart()
		if err == io.EOF { //nolint:errorlint // a wrapped one is a form that breaks off
			return params, nil
		}
		if err != nil {
			return nil, errFormMalformed
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, errFormMalformed
		}
		if _, given := params[part.FormName()]; !given {
			params[part.FormName()] = string(value)
		}
	}
	return nil, fmt.Errorf("more than %d parts", maxParts)
}
