// Package controlapi is the interface by which tests and people steer a sandbox: JSON,
// for callers on this machine only.
package controlapi

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// maxBody bounds the body of a request in bytes.
const maxBody = 64 << 10

// Handler serves commands, which are named by method and path below prefix, such as
// "POST pay". A request that cannot be done is answered with 400 and
// {"error": "…"}.
func Handler(prefix string, commands map[string]func(*http.Request) (any, error)) http.Handler {
	mux := http.NewServeMux()
	for pattern, command := range commands {
		method, name, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+prefix+name, func(w http.ResponseWriter, r *http.Request) {
			value, err := command(r)
			writeJSON(w, value, err)
		})
	}
	return loopbackOnly(mux)
}

// loopbackOnly keeps callers from other machines out, since there is no other
// protection.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			http.Error(w, "the control interface answers loopback callers only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func writeJSON(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		value = map[string]string{"error": err.Error()}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	enc.Encode(value) // a client that has gone away is no one to tell
}

// Read reads the JSON body of a request. Unknown members are errors, so that a slip
// in a test script is not taken for a default.
func Read(r *http.Request, value any) error {
	dec := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(value); err != nil {
		return fmt.Errorf("reading control request: %w", err)
	}
	return nil
}
