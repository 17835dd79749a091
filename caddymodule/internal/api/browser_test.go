package api

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Changes are taken from programs, and from the console if it is allowed to; a
// page of another site makes none.
func TestChangesFromBrowsers(t *testing.T) {
	t.Parallel()
	const refused = http.StatusForbidden
	for name, tc := range map[string]struct {
		header  map[string]string
		without int // status without console_actions
		with    int
	}{
		"a program":                         {nil, 200, 200},
		"our command":                       {map[string]string{OperatorHeader: "ada", "Origin": "http://example.com"}, 200, 200},
		"the console":                       {map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://example.com"}, refused, 200},
		"an old browser":                    {map[string]string{"Origin": "http://example.com"}, refused, 200},
		"another site":                      {map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, refused, refused},
		"another site in an old browser":    {map[string]string{"Origin": "https://evil.example"}, refused, refused},
		"another port":                      {map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://example.com:81"}, refused, refused},
		"another site with our header":      {map[string]string{"Sec-Fetch-Site": "cross-site", OperatorHeader: "ada"}, refused, refused},
		"the address bar":                   {map[string]string{"Sec-Fetch-Site": "none"}, refused, refused},
		"the console that hides its origin": {map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, refused, refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for actions, want := range map[bool]int{false: tc.without, true: tc.with} {
				w := newWorld(t)
				w.served.ConsoleActions = actions
				r := httptest.NewRequest(http.MethodPost, Prefix+"merchants/pause", strings.NewReader(`{"merid":"89900001","why":"x"}`))
				r.Header.Set("Content-Type", "application/json")
				for name, value := range tc.header {
					r.Header.Set(name, value)
				}
				if a := w.ask(r); a.status != want {
					t.Errorf("console_actions %t: got %d %s, want %d", actions, a.status, a.body, want)
				}
			}
		})
	}
}

func TestBodiesAreStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, tc := range map[string]struct {
		kind, body string
		status     int
		words      string
	}{
		"a form":            {"application/x-www-form-urlencoded", "merid=1&why=x", 415, "Content-Type must be application/json"},
		"plain text":        {"text/plain", `{"merid":"89900001","why":"x"}`, 415, "Content-Type must be application/json"},
		"an unknown member": {"application/json", `{"merid":"89900001","why":"x","force":true}`, 400, "body.force: unknown; known are: merid, why"},
		"another type":      {"application/json", `{"merid":89900001,"why":"x"}`, 400, "body.merid: must not be a JSON number"},
		"two objects":       {"application/json", `{"merid":"89900001","why":"x"}{}`, 400, "something follows"},
		"no object":         {"application/json", `[]`, 400, "not a JSON object"},
		"half an object":    {"application/json", `{"merid":`, 400, "not a JSON object"},
		"nothing":           {"application/json", ``, 400, "not a JSON object"},
		"not UTF-8":         {"application/json", "{\"merid\":\"\xff\"}", 400, "not UTF-8"},
		"too long":          {"application/json", `{"why":"` + strings.Repeat("x", maxBody) + `"}`, 413, "longer than 64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, Prefix+"merchants/pause", strings.NewReader(tc.body))
			r.Header.Set("Content-Type", tc.kind)
			w.refused(w.ask(r), tc.status, tc.words)
		})
	}
	if paused := read[MerchantList](t, w.get("merchants?paused=true")); len(paused.Items) != 0 {
		t.Errorf("one of them was done: %+v", paused)
	}
}

// Who made a change is never unknown altogether, and fits into one line.
func TestWhoIs(t *testing.T) {
	t.Parallel()
	certificate := &x509.Certificate{Subject: pkix.Name{CommonName: "ops-1"}}
	for name, tc := range map[string]struct {
		header, remote string
		tls            *tls.ConnectionState
		want           string
	}{
		"a command":              {"ada", "127.0.0.1:5", nil, "ada from 127.0.0.1"},
		"nobody named":           {"", "[::1]:5", nil, "somebody from ::1"},
		"over a socket":          {"ada", "@", nil, "ada from a local socket"},
		"with a certificate":     {"ada", "192.0.2.1:5", &tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate}}, "ada, certificate CN=ops-1 from 192.0.2.1"},
		"control characters":     {"a\x00\u202ed\na", "127.0.0.1:5", nil, "ada from 127.0.0.1"},
		"a name that is a novel": {strings.Repeat("x", 500), "127.0.0.1:5", nil, strings.Repeat("x", maxOperator) + " from 127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, Prefix, nil)
			r.RemoteAddr, r.TLS = tc.remote, tc.tls
			r.Header[OperatorHeader] = []string{tc.header}
			if got := whoIs(r); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
