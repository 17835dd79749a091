package caddymodule

import (
	"bufio"
	"io"
	"maps"
	"net/http"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// TestUnreadBodiesLeaveAWholeAnswer sends bodies to every address of the site,
// those too that read none. Whatever is sent, the answer is whole, and says so where
// the connection ends with it: a program that sends its next request on it would
// read a reset instead.
func TestUnreadBodiesLeaveAWholeAnswer(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	paths := map[string]bool{"/paybridge/ready": true, "/api/nothing": true, "/wxjsapi/nothing.html": true}
	for path := range maps.Keys(inbound.Served()) {
		paths[path] = true
	}
	for kind, body := range map[string]string{
		"short":   "Content-Length: 3\r\n\r\na=b",
		"chunked": "Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
		"none":    "\r\n",
	} {
		for path := range paths {
			for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodHead} {
				t.Run(kind+" "+method+" "+path, func(t *testing.T) {
					t.Parallel()
					conn := dialServer(t, s.url)
					if _, err := io.WriteString(conn, method+" "+path+" HTTP/1.1\r\nHost: pay\r\n"+body); err != nil {
						t.Fatal(err)
					}
					reader := bufio.NewReader(conn)
					if answeredWhole(t, reader, method) {
						return
					}
					if _, err := io.WriteString(conn, "GET /nobodys HTTP/1.1\r\nHost: pay\r\n\r\n"); err != nil {
						t.Fatal(err)
					}
					answeredWhole(t, reader, http.MethodGet)
				})
			}
		}
	}
}

// answeredWhole reads a whole answer, and reports whether it says that the
// connection ends with it.
func answeredWhole(t *testing.T, reader *bufio.Reader, method string) (ends bool) {
	t.Helper()
	res, err := http.ReadResponse(reader, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err != nil {
		t.Errorf("status %d, and then %q: %v", res.StatusCode, text, err)
	}
	return res.Close
}
