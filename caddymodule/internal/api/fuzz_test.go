package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// What a query that is taken says can be written as a query again that says the
// same; what is refused is the caller's fault.
func FuzzReadQuery(f *testing.F) {
	for _, seed := range []string{
		"", "merid=89900001&state=paid,failed&overdue=true&limit=500", "from=2026-11-22T03:00:00%2B08:00&to=2026-11-22T04:00:00Z",
		"limit=-1", "state=,,", "merid=%00", "a=1&a=2", "limit=9999999999999999999",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var first, second OrdersQuery
		r := &http.Request{URL: &url.URL{RawQuery: raw}}
		if err := readQuery(r, &first); err != nil {
			mustBeCallersFault(t, err)
			return
		}
		again := queryOf(first).Encode()
		if err := readQuery(&http.Request{URL: &url.URL{RawQuery: again}}, &second); err != nil {
			t.Fatalf("%q became %q: %v", raw, again, err)
		}
		if queryOf(second).Encode() != again {
			t.Errorf("%q became %q and then %q", raw, again, queryOf(second).Encode())
		}
	})
}

func FuzzReadBody(f *testing.F) {
	for _, seed := range []string{
		`{"merid":"89900001","orderid":"T1","why":"x"}`, `{"rate":-1}`, `{"from":"2026-11-22T03:00:00Z"}`, `null`, `{}{}`, `{"state":"x"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, Prefix, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		var request ResendRequest
		if err := readBody(r, &request); err != nil {
			mustBeCallersFault(t, err)
			return
		}
		if len(request.Why) > maxText || len(request.MerID) > maxText {
			t.Errorf("too long: %+v", request)
		}
		if err := request.check(); err != nil {
			mustBeCallersFault(t, err)
		}
	})
}

func mustBeCallersFault(t *testing.T, err error) {
	t.Helper()
	var refusal caddy.APIError
	if !errors.As(err, &refusal) || refusal.HTTPStatus < 400 || refusal.HTTPStatus >= 500 || strings.ContainsAny(refusal.Message, "\n\r\x00") {
		t.Errorf("%v", err)
	}
}
