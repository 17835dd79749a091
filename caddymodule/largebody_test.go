package caddymodule

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
				all.Go(func() { answerOf(t, s.url, "POST /api/mpgateway HTTP/1.1\r\nHost: pay\r\n"+request) })
			}
			all.Wait()
		})
	}
}

func answerOf(t *testing.T, url, request string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	pace := time.NewTicker(200 * time.Millisecond)
	defer pace.Stop()
	for piece := range slices.Chunk([]byte(request), 512<<10) {
		if _, err := conn.Write(piece); err != nil {
			t.Errorf("sending: %v", err)
			return
		}
		<-pace.C
	}
	reader := bufio.NewReader(conn)
	res, err := http.ReadResponse(reader, nil)
	if err == nil && res.StatusCode == http.StatusContinue {
		_ = res.Body.Close() // it has none
		res, err = http.ReadResponse(reader, nil)
	}
	if err != nil {
		t.Errorf("reading the reply: %v", err)
		return
	}
	defer res.Body.Close()
	mustBeV1(t, read(t, res), v1.CodeBadRequest, "")
}
