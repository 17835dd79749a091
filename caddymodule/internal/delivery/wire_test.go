package delivery

import (
	"crypto/md5"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/translate"
)

// newTestSender makes a sender with the real network.
func newTestSender(t *testing.T, timeout time.Duration) *sender {
	t.Helper()
	pool := newTransports(zap.NewNop(), timeout, DefaultPerHost)
	t.Cleanup(pool.close)
	return &sender{log: zap.NewNop(), timeout: timeout, userAgent: DefaultUserAgent, now: time.Now, roundTripper: pool.get}
}

// loopback is a target that may be on this machine.
func loopback() Target {
	t := testTarget()
	t.AllowCallbacks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	return t
}

func testOrder(backURL string) ledger.Order {
	return ledger.Order{
		Key:     ledger.Key{MerID: "89900001", OrderID: "20260701120000000042"},
		QueryID: "H00120260701120000~~~00000042",
		Amount:  1999, BackURL: backURL, State: translate.Paid,
		PaidAt: time.Date(2026, 6, 30, 16, 0, 5, 0, time.UTC),
	}
}

// rawServer hands every connection to serve.
func rawServer(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "http://" + l.Addr().String()
}

func TestExactBytes(t *testing.T) {
	t.Parallel()
	var wire []byte
	address := rawServer(t, func(conn net.Conn) {
		buffer := make([]byte, 64<<10)
		for n := 0; !strings.Contains(string(wire), "&sign="); wire = append(wire, buffer[:n]...) {
			var err error
			if n, err = conn.Read(buffer); err != nil {
				return
			}
		}
		_, _ = io.WriteString(conn, "HTTP/1.0 200 OK\r\n\r\n0000")
	})
	r := newTestSender(t, 5*time.Second).send(t.Context(), testOrder(address+"/pay/notify.php?shop=7&t=a+b%2F"), loopback(), agreed)
	if r.class != OK {
		t.Fatalf("%s: %v", r.class, r.cause)
	}

	const inner = `{"resultcode":"0000","resultmsg":"交易成功！","txnamt":1999,"merid":"89900001",` +
		`"orderid":"20260701120000000042","queryid":"H00120260701120000~~~00000042","paytime":"2026-07-01 00:00:05"}`
	resp := base64.StdEncoding.EncodeToString([]byte(inner))
	if !strings.ContainsRune(resp, '+') || !strings.ContainsRune(resp, '=') {
		t.Fatal("the example has nothing to percent-encode")
	}
	sign := md5.Sum([]byte(resp + testKey))
	escaped := strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(resp)
	body := "resp=" + escaped + "&sign=" + hex.EncodeToString(sign[:])
	want := "POST /pay/notify.php?shop=7&t=a+b%2F HTTP/1.1\r\n" +
		"Host: " + strings.TrimPrefix(address, "http://") + "\r\n" +
		"User-Agent: paybridge\r\n" +
		fmt.Sprintf("Content-Length: %d\r\n", len(body)) +
		"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + body
	if string(wire) != want {
		t.Errorf("sent\n%s\nwant\n%s", wire, want)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	// A server sees that the caller has gone only when it has read the body.
	hanging := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	tests := []struct {
		name    string
		serve   http.HandlerFunc
		class   Class
		status  int
		excerpt string
		cause   netcause.Kind
	}{
		{"acknowledged", status(200, "0000"), OK, 200, "0000", ""},
		{"acknowledged with 201", status(201, "0000"), OK, 201, "0000", ""},
		{"acknowledged behind junk", status(200, "\uFEFFNotice: x\n\"0000\""), OK, 200, "\uFEFFNotice: x\n\"0000\"", ""},
		{"credited", status(200, "P1"), AlreadyCredited, 200, "P1", ""},
		{"refused", status(200, "E3"), Refused, 200, "E3", ""},
		{"bytes that are no text", status(200, "\xff\xfe0"), Refused, 200, "\uFFFD0", ""},
		{"empty", status(200, ""), Empty, 200, "", ""},
		{"no content", status(204, ""), Empty, 204, "", ""},
		{"0000 on a page of errors", status(500, "0000"), HTTPStatus, 500, "0000", ""},
		{"not found", status(404, "<html>"), HTTPStatus, 404, "<html>", ""},
		{"not modified", status(304, ""), Redirect, 304, "", netcause.Redirected},
		{"whole at the limit", status(200, strings.Repeat(" ", maxAnswer-4)+"0000"), OK, 200, strings.Repeat(" ", maxExcerpt), ""},
		{"one byte too long", status(200, strings.Repeat(" ", maxAnswer-3)+"0000"), TooLarge, 200, strings.Repeat(" ", maxExcerpt), netcause.TooLong},
		{"huge", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<20)); err != nil {
					return
				}
			}
		}, TooLarge, 200, strings.Repeat("x", maxExcerpt), netcause.TooLong},
		{"hanging", hanging, Timeout, 0, "", "timed out"},
		{"hanging after 0000", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "0000")
			w.(http.Flusher).Flush()
			hanging(w, r)
		}, Timeout, 200, "0000", "timed out"},
		{"dripping", func(w http.ResponseWriter, r *http.Request) {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for r.Context().Err() == nil {
				<-tick.C
				_, _ = io.WriteString(w, " ")
				w.(http.Flusher).Flush()
			}
		}, Timeout, 200, "", "timed out"},
		{"hanging up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Broken, 0, "", netcause.Closed},
		{"hanging up after 0000", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "0000")
		}, Broken, 200, "0000", netcause.Closed},
		{"endless header", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", maxHeader+1))
		}, Broken, 0, "", netcause.TooLong},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(test.serve)
			t.Cleanup(server.Close)
			timeout := 10 * time.Second
			if test.class == Timeout {
				timeout = 200 * time.Millisecond
			}
			r := newTestSender(t, timeout).send(t.Context(), testOrder(server.URL), loopback(), agreed)
			for test.class == Timeout && r.Status != test.status && timeout < time.Minute { // before the head of the answer was there
				timeout *= 2
				r = newTestSender(t, timeout).send(t.Context(), testOrder(server.URL), loopback(), agreed)
			}
			if r.class != test.class || r.Status != test.status {
				t.Errorf("%s with status %d (%v), want %s with %d", r.class, r.Status, r.cause, test.class, test.status)
			}
			if got := strings.TrimRight(r.Excerpt, " "); got != strings.TrimRight(test.excerpt, " ") {
				t.Errorf("excerpt %q, want %q", got, test.excerpt)
			}
			words := r.cause.Kind
			if test.class == Timeout { // how far the call comes depends on the machine
				words = words[:len("timed out")]
			}
			if words != test.cause || r.Cause != r.cause.String() {
				t.Errorf("cause %q (%q), want %q", r.cause, r.Cause, test.cause)
			}
			if r.Class != string(r.class) || r.At.IsZero() || r.Duration <= 0 {
				t.Errorf("attempt %+v is not filled in", r.Attempt)
			}
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			var followed atomic.Bool
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/elsewhere" {
					followed.Store(true)
				}
				w.Header().Set("Location", "https://login.m.test/elsewhere?token=CANARY")
				w.WriteHeader(code)
				_, _ = io.WriteString(w, "0000")
			}))
			t.Cleanup(server.Close)
			r := newTestSender(t, 5*time.Second).send(t.Context(), testOrder(server.URL), loopback(), agreed)
			if r.Cause != "redirect not followed – to https://login.m.test" {
				t.Errorf("cause %q", r.Cause)
			}
			if r.class != Redirect || r.Status != code || followed.Load() {
				t.Errorf("%s with status %d, followed: %v", r.class, r.Status, followed.Load())
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	closed := "http://" + port.Free(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "0000")
	}))
	t.Cleanup(server.Close)
	secure := httptest.NewUnstartedServer(server.Config.Handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	trusting, plainOnly, strict := loopback(), loopback(), testTarget()
	trusting.RootCAs = x509.NewCertPool()
	trusting.RootCAs.AddCert(secure.Certificate())
	plainOnly.PlainHTTP = false
	toName := func(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

	tests := []struct {
		name, url string
		target    Target
		class     Class
		cause     string
	}{
		{"reached", server.URL, loopback(), OK, ""},
		{"reached by name", toName(server.URL), loopback(), OK, ""},
		{"reached by TLS", secure.URL, trusting, OK, ""},
		{"plain http not allowed", server.URL, plainOnly, PlainHTTP, "blocked: plain http, and callback_https_only is set – 127.0.0.1:"},
		{"address not allowed", server.URL, strict, Blocked, "blocked: not public, allow_callbacks would open it – 127.0.0.1 (loopback)"},
		{"address of a name not allowed", toName(server.URL), strict, Blocked, "blocked: not public, allow_callbacks would open it – "},
		{"address not allowed, by TLS", secure.URL, strict, Blocked, "blocked: not public, allow_callbacks would open it – 127.0.0.1 (loopback)"},
		{"mapped address not allowed", strings.Replace(server.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1), strict, Blocked, "blocked: not public, allow_callbacks would open it – 127.0.0.1 (loopback)"},
		{"number instead of a name", strings.Replace(server.URL, "127.0.0.1", "2130706433", 1), loopback(), Blocked, "blocked: a number written as a name – 2130706433:"},
		{"metadata, allowed by mistake", "http://169.254.169.254/latest/", Target{
			Key: strict.Key, PlainHTTP: true, AllowCallbacks: everything,
		}, Blocked, "blocked: never called, whatever is configured – 169.254.169.254 (link-local)"},
		{"authority unknown", secure.URL, loopback(), TLS, "TLS: certificate of an unknown authority – signed by itself"},
		{"certificate of another name", toName(secure.URL), trusting, TLS, "TLS: certificate for another name – example.com"},
		{"TLS with a plain server", strings.Replace(server.URL, "http:", "https:", 1), loopback(), TLS, "TLS: the other side does not speak it"},
		{"plain with a TLS server", strings.Replace(secure.URL, "https:", "http:", 1), trusting, HTTPStatus, ""},
		{"nobody listens", closed, loopback(), Connect, "connection refused – 127.0.0.1:"},
		{"no such name", "http://merchant.invalid/", loopback(), Connect, "no such host – merchant.invalid"},
		{"no URL", "notify.php", loopback(), BadURL, "not an address that can be called – it is neither http nor https"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newTestSender(t, 5*time.Second).send(t.Context(), testOrder(test.url), test.target, agreed)
			if r.class != test.class {
				t.Errorf("%s (%v), want %s", r.class, r.cause, test.class)
			}
			if !strings.HasPrefix(r.Cause, test.cause) || (test.cause == "") != (r.Cause == "") {
				t.Errorf("cause %q, want %q", r.Cause, test.cause)
			}
		})
	}
}

// url.Values reads the form as merchants do.
func TestFormReadsBack(t *testing.T) {
	t.Parallel()
	values, err := url.ParseQuery(form(testOrder(""), testTarget().Key))
	if err != nil || len(values) != 2 {
		t.Fatalf("%d values, %v", len(values), err)
	}
	if got := testTarget().Key.Sign(values.Get("resp")); got != values.Get("sign") {
		t.Errorf("sign %s, want %s", values.Get("sign"), got)
	}
}
