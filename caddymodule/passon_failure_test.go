package caddymodule

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/rawgateway"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// unanswered is what the old gateway does when it gives no answer.
var unanswered = map[string]func(g *rawgateway.Gateway, conn *net.TCPConn){
	"resets before it reads": func(_ *rawgateway.Gateway, conn *net.TCPConn) { _ = conn.SetLinger(0) },
	"resets": func(g *rawgateway.Gateway, conn *net.TCPConn) {
		g.Take(bufio.NewReader(conn))
		_ = conn.SetLinger(0)
	},
	"closes": func(g *rawgateway.Gateway, conn *net.TCPConn) { g.Take(bufio.NewReader(conn)) },
	"answers rubbish": func(g *rawgateway.Gateway, conn *net.TCPConn) {
		g.Take(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x46 ora-12541\r\n\r\n")
	},
	"answers an odd status": func(g *rawgateway.Gateway, conn *net.TCPConn) {
		g.Take(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 042 Odd\r\nContent-Length: 2\r\n\r\nok")
	},
	"breaks off in the head": func(g *rawgateway.Gateway, conn *net.TCPConn) {
		g.Take(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Le")
	},
	"says only that one may go on": func(g *rawgateway.Gateway, conn *net.TCPConn) {
		g.Take(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
	},
	"is silent": func(g *rawgateway.Gateway, conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		g.Take(r)
		_, _ = r.ReadByte() // until it is hung up
	},
}

const payRequest = "POST /api/mpgateway HTTP/1.1\r\nHost: pay.example.com\r\nIdempotency-Key: 1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nreq=&sign"

// Where the old gateway gives no answer a program hears v1 96 and a browser reads
// that it may try again; and nothing has been sent twice, whatever the operator
// lets the proxy do.
func TestUnanswered(t *testing.T) { // not parallel: one Caddy a process
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) { unansweredRequests(t, start) })
	}
}

func unansweredRequests(t *testing.T, start func(t *testing.T, address, block string) *server) {
	t.Helper()
	for name, serve := range unanswered {
		t.Run(name, func(t *testing.T) {
			old := rawgateway.New(t, serve)
			s := start(t, "http://"+old.Address, "{\nlb_retries 3\nlb_try_duration 2s\n}")
			s.hasty(t, 2*time.Second) // in which the side of the request is found
			got, _, ok := s.exchange(t, payRequest, false)
			if !ok || statusOf(got.line) != "200" {
				t.Fatalf("heard %+v", got)
			}
			expectBusy(t, got.body)
			// One that is reset while it is being opened has carried nothing, and another may be tried.
			if conns, posts := old.Conns.Load(), old.Posts.Load(); posts > 1 || posts == 1 && conns > 1 {
				t.Errorf("%d connections and %d requests, want one", conns, posts)
			}
			s.awaitLog(t, `"level":"warn"`, `"interface":"pay"`, `"result":"unanswered"`)
		})
	}
}

// An old gateway may answer before it has taken the whole request, which then is still
// being sent while what is left of it is dropped here.
func TestUnansweredBeforeAllIsTaken(t *testing.T) { // not parallel: one Caddy a process
	old := rawgateway.New(t, func(_ *rawgateway.Gateway, conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		if _, err := http.ReadRequest(r); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 042 Odd\r\nContent-Length: 2\r\n\r\nok")
		_, _ = io.Copy(io.Discard, r)
	})
	s := startBeside(t, "http://"+old.Address, "")
	for _, c := range []struct {
		path string
		size int
	}{{"/api/mpgateway", 10}, {"/api/mpgateway", 1 << 20}, {"/api/report", 5 << 20}} { // the last one is not received before it is passed on
		size := c.size
		for range 10 {
			request := fmt.Sprintf("POST "+c.path+" HTTP/1.1\r\nHost: pay.example.com\r\n"+
				"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
			got, _, ok := s.exchange(t, request, false)
			if !ok || statusOf(got.line) != "200" {
				t.Fatalf("%d bytes: heard %+v", size, got)
			}
			expectBusy(t, got.body)
		}
	}
}

// expectBusy insists on an unsigned v1 reply with code 96.
func expectBusy(t *testing.T, body string) {
	t.Helper()
	var outer struct{ Resp, Sign *string }
	var inner struct{ RespCode string }
	if err := json.Unmarshal([]byte(body), &outer); err != nil || outer.Resp == nil || outer.Sign == nil {
		t.Fatalf("heard %q", body)
	}
	text, err := base64.StdEncoding.DecodeString(*outer.Resp)
	if err != nil || json.Unmarshal(text, &inner) != nil || inner.RespCode != "96" || *outer.Sign != "" {
		t.Errorf("heard %q: %s", body, text)
	}
}

// Nobody listens: everybody is told so in the form that they read.
func TestUnansweredByCaller(t *testing.T) { // not parallel: one Caddy a process
	s := startFront(t, "http://"+port.Free(t), "")
	const browser = "Accept: text/html,application/xhtml+xml\r\n"
	for request, want := range map[string]string{
		"POST /api/query HTTP/1.1\r\n":                       "",
		"GET /api/query HTTP/1.1\r\n" + browser:              "",
		"POST /api/payout HTTP/1.1\r\n":                      "",
		"GET /api/icashier HTTP/1.1\r\n" + browser:           "系统繁忙",
		"GET /wxjsapi/gopay.html?a=1&b=%22 HTTP/1.1\r\n":     "系统繁忙",
		"GET //evil.test/../wxjsapi/gopay.html HTTP/1.1\r\n": "系统繁忙",
		"POST /apis/wxjspaygateway HTTP/1.1\r\n":             "系统繁忙",
		"GET /wxjsapi/x.html HTTP/1.1\r\n" + browser:         "系统繁忙",
		"GET /wxjsapi/status.json?id=1 HTTP/1.1\r\n":         "busy",
		"POST /API//Cancel/ HTTP/1.1\r\nX-Odd: 1\r\n":        "",
		"POST /apis/x HTTP/1.1\r\nAccept: */*\r\n":           "",
	} {
		got, _, ok := s.exchange(t, request+"Host: pay.example.com\r\nContent-Length: 0\r\n\r\n", false)
		switch {
		case !ok:
			t.Errorf("%q: %+v", request, got)
		case want == "":
			expectBusy(t, got.body)
		case !strings.Contains(got.body, want) || statusOf(got.line) != "503":
			t.Errorf("%q: %+v", request, got)
		case strings.Contains(got.body, "<html") && offered(got.body) != againOf(request):
			t.Errorf("%q: offers %q", request, offered(got.body))
		}
	}
	s.awaitLog(t, `"interface":"unsupported"`, "connection refused")
}

// againOf is the address that a page "busy" offers again: that of a GET.
func againOf(request string) string {
	words := strings.Fields(request)
	if words[0] != "GET" || strings.HasPrefix(words[1], "//") { // which would lead elsewhere
		return ""
	}
	return words[1]
}

// offered is where the button of a page leads, "" where there is none.
func offered(page string) string {
	_, link, _ := strings.Cut(page, `href="`)
	link, _, _ = strings.Cut(link, `"`)
	return html.UnescapeString(link)
}

// A program that has not sent all when there is no answer hears 96 all the same: a
// connection that is closed on unread bytes is reset, and the reply lost with it.
func TestUnansweredWhileItIsSent(t *testing.T) { // not parallel: one Caddy a process
	old := rawgateway.New(t, func(_ *rawgateway.Gateway, conn *net.TCPConn) {
		_, _ = bufio.NewReader(conn).ReadByte()
		_ = conn.SetLinger(0)
	})
	s := startFront(t, "http://"+old.Address, "")
	body := strings.Repeat("0123456789abcdef", 1<<16)
	got, _, ok := s.exchange(t, "POST /api/mpgateway HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n"+body, false)
	if !ok {
		t.Fatalf("heard %+v", got)
	}
	expectBusy(t, got.body)
}

// A connection that the old gateway closes just when the next request is sent on it
// is no reason to send a POST again, with whatever headers; the payer of that order
// would pay twice.
func TestPassedOnceOnAReusedConnection(t *testing.T) { // not parallel: one Caddy a process
	old := rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		if g.Take(r) {
			_, _ = io.WriteString(conn, okAnswer)
			g.Take(r) // and hang up
		}
	})
	for name, request := range map[string]string{
		"a form":                    payRequest,
		"all in the query":          "POST /api/mpgateway?req=&sign HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"with an Idempotency-Key":   "POST /api/mpgateway?req=&sign HTTP/1.1\r\nHost: a\r\nIdempotency-Key: 1\r\nContent-Length: 0\r\n\r\n",
		"with an X-Idempotency-Key": "POST /api/mpgateway?req=&sign HTTP/1.1\r\nHost: a\r\nX-Idempotency-Key: 1\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := startFront(t, "http://"+old.Address, "{\nlb_retries 3\nlb_try_duration 2s\n}")
			before := old.Posts.Load()
			if got, _, _ := s.exchange(t, request, false); got.body != "ok" {
				t.Fatalf("heard %+v", got)
			}
			got, _, _ := s.exchange(t, request, false)
			expectBusy(t, got.body)
			if posts := old.Posts.Load() - before; posts != 2 {
				t.Errorf("%d requests have arrived of two", posts)
			}
		})
	}
}

// An answer that breaks off half-way does so for the program, which would have
// heard the same of the old gateway.
func TestAnswerBreaksOff(t *testing.T) { // not parallel: one Caddy a process
	for name, answer := range map[string]string{
		"of a known length": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
		"in chunks":         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			old := rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
				g.Take(bufio.NewReader(conn))
				_, _ = io.WriteString(conn, answer)
			})
			s := startFront(t, "http://"+old.Address, "")
			if got, _, ok := s.exchange(t, payRequest, false); ok || got.body != "half" {
				t.Errorf("heard all of %+v", got)
			}
			s.awaitLog(t, `"interface":"pay"`, `"result":"broke_off"`)
		})
	}
}

// A large request that has to give way to others while the old gateway is silent has not
// hung up: its program hears 96, the log warns, and it says nothing about that gateway.
func TestGivingWayIsNoHangingUp(t *testing.T) { // not parallel: one Caddy a process
	taken, answer := make(chan struct{}, 1), make(chan struct{})
	old := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		taken <- struct{}{}
		<-answer
	}))
	t.Cleanup(old.Close)
	t.Cleanup(func() { close(answer) })
	s := startBeside(t, old.URL, "")
	const size = 50 << 10
	conn := dialServer(t, s.url)
	form := sealed(payJSON("T2026112200000000001"), signKey).Encode() + "&more=" + strings.Repeat("A", size)
	if _, err := io.WriteString(conn, formPost("/api/mpgateway", "", form)); err != nil {
		t.Fatal(err)
	}
	<-taken
	for i := range 2 * bodyRoom / size { // none is as old, and so as heavy
		body, err := receiver.Bodies.Receive(t.Context(), fmt.Sprint("somebody ", i), strings.NewReader(form), 2*size)
		if err != nil {
			t.Fatal(err)
		}
		defer body.Release()
	}
	mustBeV1(t, readAnswer(t, conn), v1.CodeBusy, signKey)
	s.awaitLog(t, `"level":"warn"`, "T2026112200000000001", `"result":"unanswered"`, `"error":"`+bodies.ErrTurnedAway.Error())
	if strings.Contains(s.log.String(), "hung_up") {
		t.Error("it is said to have hung up")
	}
	if err := caddy.Stop(); err != nil { // what was counted is in the ledger
		t.Fatal(err)
	}
	if got := s.texts(t, "SELECT side || ' ' || payments || ' ' || refused FROM answers"); len(got) > 0 {
		t.Errorf("counted: %q", got)
	}
}
