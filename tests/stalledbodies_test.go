package tests

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// What the documents promise of requests that are being received
// (docs/operating.md, "Sizing"), in MiB: all large bodies together, and each
// request.
const (
	roomMiB = 32
	eachMiB = 128.0 / 1024
)

// Bodies that have been sent except for their end.
const (
	stalledSize = 510 << 10
	statedSize  = 511 << 10
)

// TestStalledBodies lets many unknown senders send the greater part of a large body
// and rest. The bridge's memory grows by no more than the documents promise, all
// requests of merchants and notices of the gateway are taken meanwhile, and in the
// end each of the senders reads a reply.
func TestStalledBodies(t *testing.T) {
	for name, tc := range map[string]struct {
		count int
		from  func(i int) net.Addr
	}{
		"one address":    {1500, func(int) net.Addr { return nil }},
		"many addresses": {600, func(i int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 1, byte(i>>8), byte(i))} }},
	} {
		t.Run(name, func(t *testing.T) {
			w := startWorld(t, settings{})
			w.paysAndIsNoticed(2)
			before := w.bridge.liveMiB()
			senders := w.stall(tc.count, tc.from)
			w.wantsMemory(before, tc.count)
			w.paysAndIsNoticed(20)
			for _, s := range senders {
				s.readsReply(t)
			}
			if away := w.bridge.metrics()["paybridge_bodies_turned_away_total"]; away < float64(tc.count/2) {
				t.Errorf("%v bodies were turned away, of %d", away, tc.count)
			}
			const line = "large requests are turned away"
			if n := strings.Count(w.bridge.log(), line); n < 1 || n > 2 { // the test may last longer than a minute
				t.Errorf("the log says %d times %q", n, line)
			}
			w.paysAndIsNoticed(2)
		})
	}
}

// TestStalledStreams does so with the streams of a few connections of HTTP/2.
func TestStalledStreams(t *testing.T) {
	t.Parallel()
	const connections, streams = 6, 100
	s := settings{}
	address := withTLS(t, &s)
	w := startWorld(t, s)
	w.paysAndIsNoticed(2)
	before := w.bridge.liveMiB()
	var senders []*http2Stream
	for range connections {
		c := dialHTTP2(t, address)
		for range streams {
			stream := c.begin(t, merchant.PayPath)
			stream.send(t, stalledSize)
			senders = append(senders, stream)
		}
	}
	w.wantsMemory(before, len(senders))
	w.paysAndIsNoticed(10)
	for _, stream := range senders {
		stream.readsReply(t, false)
	}
}

// wantsMemory checks that the memory in use has grown by no more than is promised
// for so many requests that are being received.
func (w *world) wantsMemory(before float64, requests int) {
	w.t.Helper()
	allowed := roomMiB + float64(requests)*eachMiB
	grown := w.bridge.liveMiB() - before
	for range 5 { // what was sent last may still be on its way through the bridge
		grown = min(grown, w.bridge.liveMiB()-before)
	}
	if grown > allowed {
		w.t.Errorf("memory in use grew by %.0f MiB, %.0f are promised", grown, allowed)
	}
	w.t.Logf("%d requests: memory in use grew by %.0f MiB; %.0f MiB are resident", requests, grown, residentMiB(w.t, w.bridge.cmd.Process.Pid))
}

// paysAndIsNoticed has merchants of both suites submit orders, some of them large,
// and payers pay them: everything succeeds the first time.
func (w *world) paysAndIsNoticed(rounds int) {
	w.t.Helper()
	for i := range rounds {
		for suite := range shops {
			p := w.payment(suite, "WxSao", 1999)
			if i%2 == 0 {
				p.Extra = map[string]any{"remark": strings.Repeat("r", 40<<10)} // no member that the bridge knows
			}
			notice, err := w.paidBy(suite, p)
			if err != nil {
				w.t.Fatal(err)
			}
			results, err := w.gateway.SendNotice(context.Background(), notice)
			if err != nil || !results[0].Acknowledged() {
				w.t.Fatalf("notice of %s: %v %+v", p.OrderID, err, results)
			}
		}
	}
}

// stalledSender has sent most of a body.
type stalledSender struct {
	path string
	conn net.Conn
}

// stall lets so many senders send to the paths of merchants, of the gateway and of
// payers, and returns when all rest.
func (w *world) stall(count int, from func(i int) net.Addr) []*stalledSender {
	w.t.Helper()
	address := strings.TrimPrefix(w.bridge.url, "http://")
	paths := []string{merchant.PayPath, "/api/nothing", "/onepay/notify", "/wxjsapi/gopay.html"}
	body := "req=" + strings.Repeat("A", stalledSize-len("req="))
	senders := make([]*stalledSender, count)
	var all sync.WaitGroup
	places := make(chan struct{}, 32)
	for i := range senders {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			s := &stalledSender{path: paths[i%len(paths)]}
			senders[i] = s
			var err error
			if s.conn, err = (&net.Dialer{LocalAddr: from(i)}).Dial("tcp", address); err != nil {
				w.t.Errorf("connecting: %v", err)
				return
			}
			w.t.Cleanup(func() { s.conn.Close() })
			if _, err = fmt.Fprintf(s.conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
				s.path, address, statedSize, body); err != nil {
				w.t.Errorf("sending: %v", err)
			}
		})
	}
	all.Wait()
	if w.t.Failed() {
		w.t.FailNow()
	}
	return senders
}

// readsReply checks that the sender is answered in a form that it can read.
func (s *stalledSender) readsReply(t *testing.T) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(s.conn), nil)
	if err != nil {
		t.Errorf("%s: reading the reply: %v", s.path, err)
		return
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Errorf("%s: reading the reply: %v", s.path, err)
	}
	switch {
	case strings.HasPrefix(s.path, "/api/"):
		mustBeReply(t, res.StatusCode, body, "90", "96", "97")
	case s.path == "/onepay/notify":
		if string(body) != "fail" {
			t.Errorf("a notice is answered with %q", body)
		}
	default:
		if res.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "</html>") {
			t.Errorf("a payer is shown %d %s", res.StatusCode, body)
		}
	}
}

// mustBeReply checks that somebody whom the bridge does not know hears v1.
func mustBeReply(t *testing.T, status int, body []byte, codes ...string) {
	t.Helper()
	var outer struct{ Resp, Sign *string }
	var inner struct{ RespCode string }
	err := json.Unmarshal(body, &outer)
	if err != nil || status != http.StatusOK || outer.Resp == nil || outer.Sign == nil {
		t.Errorf("not v1: %d %q", status, body)
		return
	}
	text, err := base64.StdEncoding.Strict().DecodeString(*outer.Resp)
	if err == nil {
		err = json.Unmarshal(text, &inner)
	}
	if err != nil || !slices.Contains(codes, inner.RespCode) {
		t.Errorf("%s: %v, want respcode %s", text, err, codes)
	}
}

// liveMiB is what the bridge has in use of memory, after a collection: objects and
// stacks.
func (p *process) liveMiB() float64 {
	p.t.Helper()
	res, err := httpclient.Client.Get("http://" + p.admin + "/debug/pprof/heap?gc=1&debug=1")
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	bytes := 0.0
	for _, name := range []string{"HeapAlloc", "Stack"} {
		found := regexp.MustCompile(`# ` + name + ` = (\d+)`).FindSubmatch(text)
		if found == nil {
			p.t.Fatalf("the profile does not tell %s", name)
		}
		value, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			p.t.Fatal(err)
		}
		bytes += value
	}
	return bytes / (1 << 20)
}

// comesDownTo checks that no more memory than allowed is in use, in MiB, as soon as the
// bridge is done with what it was sent. It returns what is in use then.
func (p *process) comesDownTo(allowed float64) (used float64) {
	p.t.Helper()
	if !eventually(func() bool { used = p.liveMiB(); return used <= allowed }) {
		p.t.Errorf("%.0f MiB are in use, %.0f are promised", used, allowed)
	}
	return used
}
