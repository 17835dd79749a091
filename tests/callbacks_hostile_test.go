package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/tests/nameserver"
)

// hostileSite is the merchant's own server, which acknowledges nothing, and services
// inside that count who connects to them. All are on one port.
type hostileSite struct {
	port    string
	called  atomic.Int32 // the own server
	touched atomic.Int32 // those inside
}

// newHostileSite starts the servers on a port that is free on every address.
func newHostileSite(t *testing.T) *hostileSite {
	t.Helper()
	for range 20 {
		own, err := net.Listen("tcp", ownHost+":0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { own.Close() })
		s := &hostileSite{port: strconv.Itoa(own.Addr().(*net.TCPAddr).Port)}
		if s.listenInside(t) {
			server := &http.Server{Handler: s}
			go func() { _ = server.Serve(own) }() // until it is closed
			t.Cleanup(func() { server.Close() })
			return s
		}
	}
	t.Fatal("no port is free on all of loopback")
	return nil
}

func (s *hostileSite) listenInside(t *testing.T) bool {
	t.Helper()
	for _, host := range []string{"127.0.0.1", innerHost, "::1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, s.port))
		if err != nil && host == "::1" {
			continue // a machine without IPv6
		}
		if err != nil {
			return false
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return // closed
				}
				s.touched.Add(1)
				conn.Close()
			}
		}()
	}
	return true
}

// ServeHTTP answers with the status that the path names, and with everything that
// might lead a client inside.
func (s *hostileSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.called.Add(1)
	inside := "http://" + net.JoinHostPort(innerHost, s.port) + "/"
	for name, value := range map[string]string{
		"Location": inside, "Content-Location": inside, "Refresh": "0;url=" + inside, "Link": "<" + inside + ">; rel=preload",
		"Alt-Svc": fmt.Sprintf("http/1.1=%q; persist=1", innerHost+":"+s.port), "Connection": "close",
	} {
		w.Header().Set(name, value)
	}
	status := http.StatusOK
	if text, named := strings.CutPrefix(r.URL.Path, "/status/"); named {
		status, _ = strconv.Atoi(text)
	}
	w.WriteHeader(status)
	fmt.Fprintf(w, `<meta http-equiv="refresh" content="0;url=%s">`, inside)
}

// TestHostileCallbacks gives the bridge every spelling of an inner address to notify,
// and names that lead inside from one question to the next. On none of the ways on which
// it calls merchants, the first call, a retry, a resend by hand and a trial, does
// anything inside see so much as a connection; and honest merchants are notified
// meanwhile.
func TestHostileCallbacks(t *testing.T) {
	t.Parallel()
	site := newHostileSite(t)
	names, err := nameserver.Start(namedHosts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(names.Close)
	w := newWorld(t, settings{Extra: oneRung, IntlCallbacks: ownHost + "/32"})
	w.bridge.binary = sandboxBinary(t)
	w.bridge.env = append(w.bridge.env, nameserver.Variable+"="+names.Address)
	w.bridge.start()

	taken := slices.Concat(blockedCallbacks, misleadingCallbacks)
	orders := w.payWithCallbacks(taken, site.port, "00")
	w.awaitAttempts(orders, 2)
	w.adminPost(t, "notifications/resend", map[string]any{"merid": shops["intl"].MerID, "rate": 100, "why": "once more"}, nil)
	w.awaitAttempts(orders, 3)
	w.payWithCallbacks(refusedCallbacks, site.port, "90")
	for _, c := range slices.Concat(taken, refusedCallbacks) {
		var tried struct{ Attempt struct{ Class string } }
		w.adminPost(t, "try/notify", map[string]any{"merid": shops["intl"].MerID, "url": c.at(site.port), "why": "hostile"}, &tried)
		for _, class := range append(w.attempts(orders[c.name]), tried.Attempt.Class) {
			if !slices.Contains(strings.Fields(c.class), class) {
				t.Errorf("%s: a call of %q came to %q, want %s", c.name, c.url, class, c.class)
			}
		}
	}
	honest := w.payment("gm", "WxCode", 700)
	w.pay("gm", honest)
	if got := w.notified("gm", honest.OrderID, 1)[0]; !got.Answer.Acknowledges() {
		t.Errorf("an honest merchant: %+v", got)
	}
	if n := site.touched.Load(); n > 0 {
		t.Errorf("%d connections were made inside", n)
	}
	if n := site.called.Load(); int(n) < 4*10 {
		t.Errorf("the merchant's own server was called %d times only", n)
	}
	for _, name := range []string{"second.test", "first.test", "odd.test", "even.test", "inner.test"} {
		if n := names.Asked(name); n < 4 {
			t.Errorf("%s was looked up %d times, not once on each way", name, n)
		}
	}
}

// payWithCallbacks pays an order for each address, wants a respcode, and returns the
// order numbers by the names of the addresses.
func (w *world) payWithCallbacks(callbacks []callback, port, code string) map[string]string {
	w.t.Helper()
	var (
		mu     sync.Mutex
		paying sync.WaitGroup
		turns  = make(chan struct{}, 8)
		orders = make(map[string]string)
	)
	for _, c := range callbacks {
		turns <- struct{}{}
		paying.Go(func() {
			defer func() { <-turns }()
			p := w.payment("intl", "WxCode", 500)
			p.BackURL = c.at(port)
			reply, err := w.client("intl").Pay(w.ctx(), p)
			if err != nil || reply.RespCode != code {
				w.t.Errorf("%s: %+v, %v; want %s", c.name, reply, err, code)
			}
			mu.Lock()
			defer mu.Unlock()
			orders[c.name] = p.OrderID
		})
	}
	paying.Wait()
	return orders
}

// awaitAttempts waits until each order's address has been called so often.
func (w *world) awaitAttempts(orders map[string]string, count int) {
	w.t.Helper()
	for name, orderID := range orders {
		if !eventually(func() bool { return len(w.attempts(orderID)) >= count }) {
			w.t.Fatalf("%s: the attempts are %q, want %d", name, w.attempts(orderID), count)
		}
	}
}

// attempts are what came of the calls for an order so far; none where there is no
// order.
func (w *world) attempts(orderID string) (classes []string) {
	if orderID == "" {
		return nil
	}
	var story struct {
		Events []struct{ Attempt *struct{ Class string } }
	}
	page := w.adminPage("/paybridge/order?" + url.Values{"merid": {shops["intl"].MerID}, "number": {orderID}}.Encode())
	if err := json.Unmarshal([]byte(page), &story); err != nil {
		w.t.Fatal(err)
	}
	for _, e := range story.Events {
		if e.Attempt != nil {
			classes = append(classes, e.Attempt.Class)
		}
	}
	return classes
}

// adminPost asks the admin API for a change as a program would, and reads its answer.
func (w *world) adminPost(t *testing.T, path string, request map[string]any, answer any) {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := httpclient.Client.Post("http://"+w.bridge.admin+"/paybridge/"+path, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && answer != nil {
		err = json.Unmarshal(text, answer)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s of %v: status %d, %v: %s", path, request, resp.StatusCode, err, text)
	}
}
