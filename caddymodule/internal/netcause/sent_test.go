package netcause

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestSent: nothing has left where there was no connection.
func TestSent(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := nobody.Close(); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	for address, want := range map[string]bool{server.URL: true, "http://" + nobody.Addr().String(): false} {
		var way Trace
		req, err := http.NewRequestWithContext(way.Watch(t.Context()), http.MethodPost, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := transport.RoundTrip(req); err == nil {
			_ = res.Body.Close()
		}
		if way.Sent() != want {
			t.Errorf("%s: sent %v, want %v", address, way.Sent(), want)
		}
	}
}
