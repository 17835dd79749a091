package caddymodule

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// TestLargeBodiesAreAnswered sends bodies that are far too large, over a line that
// takes its time, from programs that read nothing before they have sent all. Each
// reads a whole v1 reply.
func TestLargeBodiesAreAnswered(t *testing.T) { // not parallel: one Caddy a process
	const senders, size = 10, 3 << 20
	s := startServer(t, "")
	body := strings.Repeat("A", size)
	for name, request := range map[string]string{
		"length given": fmt.Sprintf("Content-Length: %d\r\n\r\n%s", size, body),
		"chunked":      fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, body),
		"expecting":    fmt.Sprintf("Expect: 100-continue\r\nContent-Length: %d\r\n\r\n%s", size, body),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all sync.WaitGroup
			for range senders {
				all.Go(func() {
					r := answerOf(t, s.url, "POST /api/mpgateway HTTP/1.1\r\nHost: pay\r\n"+request, 200*time.Millisecond)
					mustBeV1(t, r, v1.CodeBadRequest, "")
				})
			}
			all.Wait()
		})
	}
}

// TestHugeBodiesAreAnswered sends far more, to every caller's interfaces.
func TestHugeBodiesAreAnswered(t *testing.T) { // not parallel: one Caddy a process
	const size = 20 << 20
	s := startServer(t, "")
	body := strings.Repeat("A", size)
	for kind, request := range map[string]string{
		"length given": fmt.Sprintf("Content-Length: %d\r\n\r\n%s", size, body),
		"chunked":      fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, body),
	} {
		for path, check := range map[string]func(*testing.T, reply){
			inbound.PayPath:    func(t *testing.T, r reply) { mustBeV1(t, r, v1.CodeBadRequest, "") },
			inbound.CancelPath: func(t *testing.T, r reply) { mustBeV1(t, r, v1.CodeBadRequest, "") },
			"/api/nothing":     func(t *testing.T, r reply) { mustBeV1(t, r, v1.CodeUnsupported, "") },
			inbound.NotifyPath: func(t *testing.T, r reply) { mustBePlain(t, r, noticeRefused) },
			inbound.GoPayPath:  func(t *testing.T, r reply) { mustBeStatus(t, r, http.StatusBadRequest) },
			inbound.HealthPath: func(t *testing.T, r reply) { mustBeStatus(t, r, http.StatusMethodNotAllowed) },
		} {
			t.Run(kind+" "+path, func(t *testing.T) {
				t.Parallel()
				r := answerOf(t, s.url, "POST "+path+" HTTP/1.1\r\nHost: pay\r\n"+request, 0)
				check(t, r)
			})
		}
	}
}

func mustBeStatus(t *testing.T, r reply, want int) {
	t.Helper()
	if r.status != want {
		t.Errorf("status %d, want %d", r.status, want)
	}
}

// answerOf sends a request as a program does that reads nothing before it has sent
// all, with a rest between its pieces, and returns what it reads then.
func answerOf(t *testing.T, url, request string, rest time.Duration) reply {
	t.Helper()
	conn := dialServer(t, url)
	for piece := range slices.Chunk([]byte(request), 512<<10) {
		if _, err := conn.Write(piece); err != nil {
			t.Errorf("sending: %v", err)
			return reply{}
		}
		<-time.After(rest)
	}
	return readAnswer(t, conn)
}

func dialServer(t *testing.T, url string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// readAnswer reads an answer and what may go before it.
func readAnswer(t *testing.T, conn net.Conn) reply {
	t.Helper()
	reader := bufio.NewReader(conn)
	res, err := http.ReadResponse(reader, nil)
	if err == nil && res.StatusCode == http.StatusContinue {
		_ = res.Body.Close() // it has none
		res, err = http.ReadResponse(reader, nil)
	}
	if err != nil {
		t.Errorf("reading the reply: %v", err)
		return reply{}
	}
	defer res.Body.Close()
	return read(t, res)
}

// Whoever sends without end reads a reply while it still sends, and the connection
// ends with the time.
func TestEndlessBodiesAreAnswered(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "timeouts {\n\tread 2s\n}")
	for name, tc := range map[string]struct{ header, piece string }{
		"chunked":                 {"Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat("A", 64<<10))},
		"a terabyte":              {"Content-Length: 1099511627776", strings.Repeat("A", 64<<10)},
		"a terabyte, if it may":   {"Expect: 100-continue\r\nContent-Length: 1099511627776", strings.Repeat("A", 64<<10)},
		"until the connection is": {"Transfer-Encoding: chunked\r\nConnection: close", fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat("A", 64<<10))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dialServer(t, s.url)
			answered, ended := make(chan struct{}), make(chan error, 1)
			go func() {
				_, err := io.WriteString(conn, "POST /api/mpgateway HTTP/1.1\r\nHost: pay\r\n"+tc.header+"\r\n\r\n")
				for err == nil {
					_, err = io.WriteString(conn, tc.piece)
				}
				ended <- err
			}()
			go func() {
				defer close(answered)
				r := readAnswer(t, conn)
				mustBeV1(t, r, v1.CodeBadRequest, "")
			}()
			<-answered
			if err := <-ended; err == nil {
				t.Error("nothing has ended the sender")
			}
		})
	}
}

// What ends too early is answered, as long as its sender still reads.
func TestBrokenBodiesAreAnswered(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	more := strings.Repeat("A", 3<<20)
	for name, request := range map[string]string{
		"shorter than said":       "Content-Length: 1000\r\n\r\nreq=AAAA",
		"ends within a chunk":     "Transfer-Encoding: chunked\r\n\r\n40\r\nreq=AAAA",
		"no chunk at all":         "Transfer-Encoding: chunked\r\n\r\nreq=AAAA",
		"no chunk, and very much": "Transfer-Encoding: chunked\r\n\r\nreq=" + more,
		"a chunk without its end": "Transfer-Encoding: chunked\r\n\r\n4\r\nreq=" + more,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dialServer(t, s.url)
			if _, err := io.WriteString(conn, "POST /api/mpgateway HTTP/1.1\r\nHost: pay\r\n"+request); err != nil {
				t.Fatal(err)
			}
			if err := conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			r := readAnswer(t, conn)
			mustBeV1(t, r, v1.CodeBadRequest, "")
		})
	}
}
