package caddymodule

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// A sender that never rests defeats limits on idleness: only the limit on the
// whole body gets its merchant an answer.
func TestDribblingSenderIsAnswered(t *testing.T) { // not parallel: one Caddy a process
	const limit, soon = time.Second, time.Minute // without the limit it would take minutes
	s := startServer(t, "timeouts {\n\tread 1s\n}")
	for name, tc := range map[string]struct{ header, piece string }{
		"length given": {"Content-Length: 1000", "A"},
		"chunked":      {"Transfer-Encoding: chunked", "1\r\nA\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			if err := conn.SetReadDeadline(begin.Add(soon)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, "POST /api/mpgateway HTTP/1.1\r\nHost: pay\r\n"+tc.header+"\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				dribble(conn, tc.piece, stop)
			}()
			defer func() {
				close(stop)
				conn.Close()
				<-stopped
			}()
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("no answer within %s: %v", soon, err)
			}
			defer res.Body.Close()
			mustBeV1(t, read(t, res), v1.CodeBadRequest, "")
			if took := time.Since(begin); took < limit {
				t.Errorf("answered after %s, before the limit of %s", took, limit)
			}
		})
	}
}

// dribble sends a piece every 200 ms until it is told to stop or cannot any more.
func dribble(w io.Writer, piece string, stop <-chan struct{}) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-stop:
			return
		}
		if _, err := io.WriteString(w, piece); err != nil {
			return
		}
	}
}
