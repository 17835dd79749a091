package oldgateway

import (
	"net/http"
	"net/url"
	"strings"
)

// verbatim is a transport that sends requests as the client has sent them, where
// reverse_proxy and net/http would do otherwise.
type verbatim struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (v verbatim) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		// reverse_proxy tries a GET again until its own time is over, and ends with this
		// error alone.
		return nil, err //nolint:wrapcheck // it is compared
	}
	out := r.WithContext(r.Context()) // a copy, to be changed
	out.Header = r.Header.Clone()
	removeVia(out.Header, lastIndex)
	sendOnce(out)
	if path, ok := r.Context().Value(pathKey{}).(string); ok && path != "" {
		address := *r.URL
		address.Opaque = path
		out.URL = &address
	}
	return v.RoundTripper.RoundTrip(out) //nolint:wrapcheck // a transport's error is its own
}

func lastIndex(values []string, is func(string) bool) int {
	for i := len(values) - 1; i >= 0; i-- {
		if is(values[i]) {
			return i
		}
	}
	return -1
}

// repeatable are the headers by which net/http takes a request without a body for
// one that may be sent again.
var repeatable = []string{"Idempotency-Key", "X-Idempotency-Key"}

// sendOnce writes their names in small letters. For the old gateway they are the
// same, and net/http does not know them.
func sendOnce(r *http.Request) {
	for _, name := range repeatable {
		if values, has := r.Header[name]; has {
			delete(r.Header, name)
			r.Header[strings.ToLower(name)] = values
		}
	}
}

// pathKey is the context's key of the path to send.
type pathKey struct{}

// sentPath is the path of a request as the client has spelled it, where net/http
// would spell it otherwise: \ as %5C, for one. It is "" where that makes no
// difference, or where a handler before us has changed the path.
func sentPath(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || path == r.URL.EscapedPath() {
		return "" // net/http would put the scheme before two slashes
	}
	if decoded, err := url.PathUnescape(path); err != nil || decoded != r.URL.Path {
		return ""
	}
	return path
}
