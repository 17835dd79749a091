package inbound

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// message receives a body of any length.
func message(t *testing.T, text string) *Message {
	t.Helper()
	pool := bodies.New(bodies.Limits{Room: 4 << 20, AtOnce: 1}, time.Now, func(string) {})
	body, err := pool.Receive(t.Context(), "a", strings.NewReader(text), 2<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(body.Release)
	return &Message{Body: body}
}

func posted(t *testing.T, contentType string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, PayPath, http.NoBody)
	r.Header.Set("Content-Type", contentType)
	return r
}

// What was read is not read again, whatever is shown of the request the second time.
func TestMessageIsReadOnce(t *testing.T) {
	t.Parallel()
	var registry merchants.Registry
	m := message(t, "req=a&sign=b")
	r := posted(t, "application/x-www-form-urlencoded")
	m.Read(r, &registry)
	first := m.Signed.Err
	if m.Params["req"] != "a" || m.FormErr != nil || first == nil {
		t.Fatalf("read as %+v", m)
	}
	r.URL.RawQuery = "more=c"
	m.Read(r, &registry)
	if len(m.Params) != 2 || !errors.Is(m.Signed.Err, first) {
		t.Errorf("read again, as %+v", m)
	}
}

// A message is refused as a request is that comes without an old gateway.
func TestMessagesAreCheckedAsRequestsAre(t *testing.T) {
	t.Parallel()
	route, _ := Served().At(PayPath)
	gopay, _ := Served().At(GoPayPath)
	for name, c := range map[string]struct {
		route        Route
		body, method string
		contentType  string
		want         error // nil: what Route.Read says
	}{
		"a form":              {route: route, body: "req=a&sign=b", method: http.MethodPost},
		"nothing":             {route: route, method: http.MethodPost},
		"GET":                 {route: route, body: "req=a", method: http.MethodGet},
		"broken multipart":    {route: route, body: "--x\r\nnonsense", method: http.MethodPost, contentType: "multipart/form-data; boundary=x"},
		"broken and GET":      {route: route, body: "--x\r\nnonsense", method: http.MethodGet, contentType: "multipart/form-data; boundary=x"},
		"longest":             {route: route, body: strings.Repeat("x", forms.MaxBody), method: http.MethodPost},
		"one byte too long":   {route: route, body: strings.Repeat("x", forms.MaxBody+1), method: http.MethodPost, want: forms.ErrTooLarge},
		"longest of a page":   {route: gopay, body: strings.Repeat("x", MaxPageForm), method: http.MethodPost},
		"too long for a page": {route: gopay, body: strings.Repeat("x", MaxPageForm+1), method: http.MethodPost, want: ErrPageFormTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := message(t, c.body)
			m.Read(posted(t, c.contentType), new(merchants.Registry))
			got, want := m.Check(c.route, c.method), c.want
			if want == nil {
				_, want = c.route.Read(c.method, c.contentType, []byte(c.body), "")
			}
			if told(got) != told(want) {
				t.Errorf("refused by %q, want %q", told(got), told(want))
			}
		})
	}
}

// told is what a merchant hears of an error.
func told(err error) string {
	if err == nil {
		return ""
	}
	return RefusedBody(err).Error()
}
