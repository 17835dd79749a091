package caddymodule

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// acceptHTML is what a browser sends for a page.
const acceptHTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

func (s *server) ask(t *testing.T, method, path, accept string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return send(t, req)
}

// Whatever lies below the old gateway's prefixes is answered: an empty 200 looks
// like success to programs that read no more.
func TestPathsOfTheOldGatewayThatAreNotServed(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	paths := []string{
		"/api/icashier", "/API/ICashier", "/api", "/api/", "/api/x/y", "/api//mpgateway.do", "/api%2Fx",
		"/apis/payout", "/APIS/", "/wxjsapi/", "/wxjsapi/other.html", "/wxjsapi/x?req=a&sign=b",
	}
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch} {
			t.Run("program "+method+" "+path, func(t *testing.T) {
				t.Parallel()
				mustBeV1(t, s.ask(t, method, path, "*/*"), v1.CodeUnsupported, "")
			})
		}
		t.Run("HEAD "+path, func(t *testing.T) {
			t.Parallel()
			if r := s.ask(t, http.MethodHead, path, ""); r.status != http.StatusOK || r.header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("answer %d %q", r.status, r.header)
			}
		})
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run("browser "+method+" "+path, func(t *testing.T) {
				t.Parallel()
				r := s.ask(t, method, path, acceptHTML)
				if r.status != http.StatusNotFound || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") || !strings.Contains(string(r.body), "这里没有此页面") {
					t.Errorf("answer %d %q", r.status, r.body)
				}
			})
		}
	}
	t.Run("signed where the merchant is known", func(t *testing.T) {
		t.Parallel()
		mustBeV1(t, s.postForm(t, "/apis/payout", sealed(payJSON("T20261121000000001"), signKey)), v1.CodeUnsupported, signKey)
	})
	t.Run("whatever else is wrong", func(t *testing.T) {
		t.Parallel()
		mustBeV1(t, s.post(t, "/api/icashier", "multipart/form-data; boundary=xyz", strings.NewReader("no parts")), v1.CodeUnsupported, "")
		mustBeV1(t, s.postForm(t, "/api/icashier", sealed(payJSON("T20261121000000001"), "another key")), v1.CodeUnsupported, "")
	})
}

// Merchants' configuration has the addresses in every spelling that the old
// gateway's servers took.
func TestAddressesInOtherSpellings(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	for i, path := range []string{
		"/API/MpGateway", "/api/mpgateway/", "//api/mpgateway", "/api//mpgateway", "/api%2Fmpgateway", "/api/%6Dpgateway",
		"/api/./mpgateway", "/x/../api/mpgateway", "/api/mpgateway%20", "/api/mpgateway%0D%0A", "/api%5Cmpgateway", "/api/MPGATEWAY/?a=b",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			form := sealed(payJSON(fmt.Sprintf("T2026112100000%04d", i)), signKey)
			mustBeV1(t, s.postForm(t, path, form), v1.CodeOK, signKey)
		})
	}
}

// A probe of an address that does not exist must not look like health.
func TestMistypedProbes(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	for _, path := range []string{"/paybridge", "/paybridge/", "/paybridge/ready", "/paybridge/live", "/paybridge/health/x", "/PayBridge/Ready/"} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			if r := s.ask(t, method, path, ""); r.status != http.StatusNotFound || method != http.MethodHead && !strings.Contains(string(r.body), "/paybridge/health/ready") {
				t.Errorf("%s %s: answer %d %q", method, path, r.status, r.body)
			}
		}
	}
	for _, path := range []string{"/paybridge/health/", "/PayBridge/health/ready", "//paybridge/health/live"} {
		if r := s.ask(t, http.MethodGet, path, ""); r.status != http.StatusOK || len(r.body) == 0 {
			t.Errorf("%s: answer %d %q", path, r.status, r.body)
		}
	}
}

// An operator who wants only some of the paths answered gives the directive a
// matcher, and it is a matcher's business how it reads a path.
func TestDirectiveWithAMatcher(t *testing.T) { // not parallel: one Caddy a process
	for name, tc := range map[string]struct {
		site   string // in the place of the directive
		served []string
		others []string
	}{
		"a path":       {"paybridge /api/*", []string{"/api/icashier", "/API/x", "//api/x"}, []string{"/wxjsapi/x", "/apis/x", "/paybridge/health"}},
		"named paths":  {"@old path /api/icashier /apis/*\n\tpaybridge @old", []string{"/api/icashier", "/Api/ICashier", "/apis/x"}, []string{"/api/x", "/wxjsapi/x"}},
		"not a path":   {"@bridge not path /api/docs*\n\tpaybridge @bridge", []string{"/api/x", "/apis/x"}, []string{"/api/docs", "/API/docs/x", "//api/docs/"}},
		"below a path": {"handle_path /pay/* {\n\tpaybridge\n\t}", []string{"/pay/api/x", "/PAY/apis/x"}, []string{"/api/x"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServerFrom(t, "", func(caddyfile string) string {
				return strings.Replace(caddyfile, "\tpaybridge\n\trespond", "\t"+tc.site+"\n\trespond", 1)
			})
			for _, path := range tc.served {
				mustBeV1(t, s.ask(t, http.MethodGet, path, ""), v1.CodeUnsupported, "")
			}
			for _, path := range tc.others {
				if r := s.ask(t, http.MethodGet, path, ""); string(r.body) != "somebody else's page" {
					t.Errorf("%s: answer %d %q", path, r.status, r.body)
				}
			}
		})
	}
}
