package caddymodule

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/tests/rawgateway"
)

// browserHeader is what a browser sends that opens a page.
const browserHeader = "Accept: text/html,application/xhtml+xml\r\n"

// hasty has the bridge answer merchants and payers in a time that is at most 11 s, and
// that includes its own work.
func (s *server) hasty(t *testing.T, reply time.Duration) {
	t.Helper()
	s.config = waits.ReplaceAll(s.config, fmt.Appendf(nil, `"reply":%d,"gateway":%d`, reply, reply/2))
	s.load(t)
}

var waits = regexp.MustCompile(`"reply":\d+(,"gateway":\d+)?`)

// An old gateway that takes a page's request and says nothing keeps no payer waiting, and
// nothing is sent twice, whatever the operator lets the proxy do.
func TestSilentPages(t *testing.T) { // not parallel: one Caddy a process
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) {
			old := rawgateway.New(t, unanswered["is silent"])
			s := start(t, "http://"+old.Address, "{\nlb_retries 3\nlb_try_duration 2s\n}")
			s.hasty(t, 50*time.Millisecond)
			order := sealed(strings.Replace(payJSON("T2026112200000000001"), "WxSao", "WxJsApi", 1), signKey).Encode()
			requests := map[string]string{
				"GET /wxjsapi/gopay.html?merid=1&orderid=2&code=3 HTTP/1.1\r\n":           "系统繁忙",
				"GET /wxjsapi/openid.html?merid=89900001 HTTP/1.1\r\n" + browserHeader:    "系统繁忙",
				"GET /apis/wxjspaygateway?" + order + " HTTP/1.1\r\n":                     "系统繁忙",
				"POST /WxJsApi//GoPay.html HTTP/1.1\r\n":                                  "系统繁忙",
				"GET /wxjsapi/dopay.html HTTP/1.1\r\n" + browserHeader:                    "系统繁忙",
				"POST /wxjsapi/dopay.html HTTP/1.1\r\n" + browserHeader:                   "系统繁忙",
				"GET /WXJSAPI/dopay.html;jsessionid=1A2B HTTP/1.1\r\n" + browserHeader:    "系统繁忙",
				"GET /wxjsapi/status.json?id=1 HTTP/1.1\r\n":                              "busy",
				"POST /api/query HTTP/1.1\r\nX-Is: a program, which has always heard\r\n": "resp",
			}
			for request, want := range requests {
				got, _, ok := s.exchange(t, request+"Host: pay.example.com\r\nContent-Length: 0\r\n\r\n", false)
				if !ok || !strings.Contains(got.body, want) {
					t.Errorf("%q: %+v", request, got)
				}
			}
			if n := old.Posts.Load(); int(n) > len(requests) { // one may arrive after it was given up
				t.Errorf("%d requests have arrived of %d", n, len(requests))
			}
			s.awaitLog(t, `"level":"warn"`, `"interface":"unsupported"`, `"result":"unanswered"`, "timed out")
			if name == "beside merchants" {
				s.expectMark(t, "T2026112200000000001", "GET /apis/wxjspaygateway?"+order+" HTTP/1.1\r\n")
			}
		})
	}
}

// expectMark has an order be put on record as the old gateway's by a request that begins
// so. On a busy machine the time may be over before it is, and then nothing leaves.
func (s *server) expectMark(t *testing.T, orderID, request string) {
	t.Helper()
	for reply := 50 * time.Millisecond; len(s.marks(t)) == 0 && reply < 11*time.Second; reply *= 2 {
		s.hasty(t, reply)
		s.exchange(t, request+"Host: pay.example.com\r\nContent-Length: 0\r\n\r\n", false)
	}
	if got := s.marks(t); !slices.Equal(got, []string{orderID}) {
		t.Errorf("on record as the old gateway's: %q", got)
	}
}

// Only the wait for a page's head is limited, and only that of payers: a file goes on
// arriving, and what nobody knows the time of may take its time.
func TestSlowOldGateway(t *testing.T) { // not parallel: one Caddy a process
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) { slowOldGateway(t, start) })
	}
}

func slowOldGateway(t *testing.T, start func(t *testing.T, address, block string) *server) {
	t.Helper()
	slow := []string{
		"POST /api/report HTTP/1.1\r\n", "GET /api/report HTTP/1.1\r\n" + browserHeader,
		"POST /apis/payout HTTP/1.1\r\n", "POST /wxjsapi/upload HTTP/1.1\r\nAccept: */*\r\n",
	}
	taken, release := make(chan struct{}, len(slow)), make(chan struct{})
	old := rawgateway.New(t, func(_ *rawgateway.Gateway, conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		request, err := http.ReadRequest(r)
		if err != nil || strings.HasSuffix(request.URL.Path, ".html") {
			_, _ = r.ReadByte() // until it is hung up
			return
		}
		taken <- struct{}{}
		select {
		case <-release:
			_, _ = io.WriteString(conn, okAnswer)
		case <-t.Context().Done():
		}
	})
	s := start(t, "http://"+old.Address, "")
	s.hasty(t, 2*time.Second) // in which the side of every request is found
	answers := make(chan string, len(slow))
	for _, request := range slow {
		go func() {
			got, _, _ := s.exchange(t, request+"Host: pay.example.com\r\nContent-Length: 0\r\n\r\n", false)
			answers <- request + got.body
		}()
	}
	for range slow {
		<-taken
	}
	// Whoever opens a page now has waited its whole time in vain when this returns.
	if got, _, _ := s.exchange(t, "GET /wxjsapi/gopay.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", false); !strings.Contains(got.body, "系统繁忙") {
		t.Errorf("a page: %+v", got)
	}
	close(release)
	for range slow {
		if got := <-answers; !strings.HasSuffix(got, "\nok") {
			t.Errorf("%q", got)
		}
	}
}

// An answer that has begun may take longer than the wait for its head.
func TestLongDownload(t *testing.T) { // not parallel: one Caddy a process
	release, half := make(chan struct{}), strings.Repeat("0123456789abcdef", 1<<14) // longer than any buffer on the way
	old := rawgateway.New(t, func(_ *rawgateway.Gateway, conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		request, err := http.ReadRequest(r)
		if err != nil || request.URL.Path != "/wxjsapi/gopay.html" {
			_, _ = r.ReadByte() // until it is hung up
			return
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", 2*len(half), half)
		select {
		case <-release:
			_, _ = io.WriteString(conn, half)
		case <-t.Context().Done():
		}
	})
	s := startBeside(t, "http://"+old.Address, "")
	for patience := 100 * time.Millisecond; patience < 11*time.Second; patience *= 2 { // on a busy machine the head takes its time
		s.hasty(t, patience)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/wxjsapi/gopay.html", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := newClient(t).Do(request) // returns with the head
		if err != nil {
			t.Fatal(err)
		}
		if got.StatusCode != http.StatusOK {
			_ = got.Body.Close()
			continue
		}
		s.exchange(t, "GET /wxjsapi/openid.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", false) // waits as long
		close(release)
		if body, err := io.ReadAll(got.Body); err != nil || string(body) != half+half {
			t.Errorf("%d bytes of %d, error %v", len(body), 2*len(half), err)
		}
		_ = got.Body.Close()
		return
	}
	t.Error("no head came in time")
}

// A client that hangs up is told of as one that has hung up: the bridge was not stopped.
func TestClientHangsUp(t *testing.T) { // not parallel: one Caddy a process
	taken := make(chan struct{}, 1)
	old := rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		g.Take(r)
		taken <- struct{}{}
		_, _ = r.ReadByte()
	})
	s := startBeside(t, "http://"+old.Address, "")
	for path, name := range map[string]string{"/wxjsapi/gopay.html": "gopay", "/api/report": "unsupported", "/api/query": "query"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
		<-taken
		_ = conn.Close()
		s.awaitLog(t, `"level":"info"`, `"interface":"`+name+`"`, `"merchant_hung_up":true`, `"error":"whoever asked has hung up"`)
	}
	if strings.Contains(s.log.String(), "the bridge was stopped") {
		t.Error("the log says that the bridge was stopped")
	}
}

// hangUp sends a request and hangs up once it is taken.
func (s *server) hangUp(t *testing.T, request string, taken <-chan struct{}) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, request)
	<-taken
	_ = conn.Close()
}

// A merchant that hangs up says nothing about the old gateway: its payment counts as
// neither accepted nor refused, where one that got no answer counts as refused.
func TestHangingUpIsNoRefusal(t *testing.T) { // not parallel: one Caddy a process
	taken := make(chan struct{}, 1)
	old := rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		g.Take(r)
		if g.Posts.Load() == 1 {
			taken <- struct{}{}
			_, _ = r.ReadByte() // until it is hung up
		}
	})
	s := startBeside(t, "http://"+old.Address, "")
	request := func(orderID string) string {
		return formPost("/api/mpgateway", "", sealed(payJSON(orderID), signKey).Encode())
	}
	s.hangUp(t, request("T2026112200000000001"), taken)
	s.awaitLog(t, "T2026112200000000001", `"merchant_hung_up":true`)
	got, _, _ := s.exchange(t, request("T2026112200000000002"), false)
	if !strings.Contains(got.body, "resp") {
		t.Fatalf("heard %+v", got)
	}
	s.awaitLog(t, "T2026112200000000002", `"result":"unanswered"`)
	if err := caddy.Stop(); err != nil { // what was counted is in the ledger
		t.Fatal(err)
	}
	if got := s.texts(t, "SELECT side || ' ' || payments || ' ' || refused FROM answers"); !slices.Equal(got, []string{"old 1 1"}) {
		t.Errorf("counted: %q", got)
	}
}

// Nor does it say anything about v2: a merchant whose programs are impatient is not turned
// back while v2 works.
func TestHangingUpOnV2IsNoRefusal(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := startServer(t, "old_gateway http://"+old.Address+"\ndefault_route v2")
	taken, answer := make(chan struct{}, 1), make(chan struct{})
	release := sync.OnceFunc(func() { close(answer) })
	t.Cleanup(release)
	s.gateway.answerWith(func(http.ResponseWriter, *http.Request) {
		taken <- struct{}{}
		<-answer
	})
	request := func(orderID string) string {
		return formPost("/api/mpgateway", "", sealed(payJSON(orderID), signKey).Encode())
	}
	s.hangUp(t, request("T2026112200000000001"), taken)
	s.awaitLine(t, "v1 request", "T2026112200000000001", `"respcode":"96"`, `"merchant_hung_up":true`)
	s.gateway.answerWith(nil)
	release()
	for _, orderID := range []string{"T2026112200000000002", "T2026112200000000003"} {
		if got, _, ok := s.exchange(t, request(orderID), false); !ok || !strings.Contains(got.body, "resp") {
			t.Fatalf("heard %+v", got)
		}
	}
	if err := caddy.Stop(); err != nil { // what was counted is in the ledger
		t.Fatal(err)
	}
	if got := s.texts(t, "SELECT side || ' ' || payments || ' ' || refused FROM answers"); !slices.Equal(got, []string{"v2 2 0"}) {
		t.Errorf("counted: %q", got)
	}
}
