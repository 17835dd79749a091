package caddymodule

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Of an interface that only the old gateway has nobody knows here what it does with the
// order that a request names; a cashier's page begins a payment. So the order is the old
// gateway's from then on, and an order of v2 does not get there.
func TestOrdersOfInterfacesThatAreNotServed(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := startServer(t, "old_gateway http://"+old.Address+"\ndefault_route v2")
	number := 0
	isOld := func(reply message) bool { return reply.body == "ok" }
	pay := func(orderID, key string) string { return sealed(payJSON(orderID), key).Encode() }
	for name, c := range map[string]struct {
		path   string
		post   bool
		header string
	}{
		"a program's cashier": {path: "/api/icashier", post: true},
		"a browser's cashier": {path: "/API/iCashier/", header: "Accept: text/html\r\n"},
		"of another prefix":   {path: "/apis/other;jsessionid=1", post: true},
		"of a page":           {path: "/wxjsapi/choose.html", header: "Accept: text/html\r\n"},
	} {
		send := func(t *testing.T, path, form, header string, post bool) message {
			t.Helper()
			request := "GET " + path + "?" + form + " HTTP/1.1\r\nHost: a\r\n" + header + "\r\n"
			if post {
				request = formPost(path, header, form)
			}
			got, _, ok := s.exchange(t, request, false)
			if !ok {
				t.Fatalf("no answer to %q", request)
			}
			return got
		}
		toCashier := func(t *testing.T, form string) message { t.Helper(); return send(t, c.path, form, c.header, c.post) }
		toPay := func(t *testing.T, orderID string) message {
			t.Helper()
			return send(t, "/api/mpgateway", pay(orderID, signKey), "", true)
		}
		next := func() string { number++; return "T20261122000000" + strconv.Itoa(10000+number) }
		t.Run(name, func(t *testing.T) {
			first := next()
			if !isOld(toCashier(t, pay(first, signKey))) || !isOld(toPay(t, first)) {
				t.Error("the old gateway's order did not stay with it")
			}
			second, posts := next(), s.gateway.posts()
			if isOld(toPay(t, second)) || s.gateway.posts() == posts {
				t.Fatal("a new order did not go to v2")
			}
			if c.post {
				mustBeV1(t, s.postForm(t, c.path, sealed(payJSON(second), signKey)), "92", signKey)
			} else if shown := toCashier(t, pay(second, signKey)); !strings.HasPrefix(shown.line, "HTTP/1.1 404 ") {
				t.Errorf("a browser is shown %q", shown.line)
			}
			for what, form := range map[string]string{
				"of anybody":            pay(second, "another key"),
				"in plain":              "merid=89900001&orderid=" + second,
				"without an order":      sealed(`{"merid":"89900001"}`, signKey).Encode(),
				"of an unknown order":   sealed(`{"merid":"89900001","orderid":"`+next()+`"}`, signKey).Encode(),
				"of another merchant":   sealed(strings.Replace(payJSON(second), "89900001", "89900077", 1), signKey).Encode(),
				"with no form whatever": "x",
			} {
				if !isOld(toCashier(t, form)) {
					t.Errorf("a request %s did not get to the old gateway", what)
				}
			}
		})
	}
}

// A payer may open a link to pay long after its order was paid at the old gateway, before
// the bridge stood there or after the mark was forgotten. The old gateway says so, and
// where it does not, v2 does not depend on it.
func TestLinksOfOrdersThatTheOldGatewayHas(t *testing.T) { // not parallel: one Caddy a process
	number := 0
	for name, c := range map[string]struct {
		says func(w http.ResponseWriter, orderID string)
		old  bool
	}{
		"it has it": {func(w http.ResponseWriter, orderID string) {
			_, _ = w.Write(v1.SealReply([]byte(`{"respcode":"00","resultcode":"0000","merid":"89900001","orderid":"`+orderID+`"}`), v1.NewKey(signKey)))
		}, true},
		"it has it, and says so in GBK": {func(w http.ResponseWriter, orderID string) {
			_, _ = w.Write(v1.SealReply([]byte("{\"respmsg\":\"\xbf\x5c\",\"respcode\":\"00\",\"merid\":\"89900001\",\"orderid\":\""+orderID+"\"}"), v1.NewKey(signKey)))
		}, true},
		"it does not": {func(w http.ResponseWriter, orderID string) {
			_, _ = w.Write(v1.SealReply([]byte(`{"respcode":"93","respmsg":"none","merid":"89900001","orderid":"`+orderID+`"}`), v1.NewKey(signKey)))
		}, false},
		"another order": {func(w http.ResponseWriter, _ string) {
			_, _ = w.Write(v1.SealReply([]byte(`{"respcode":"00","resultcode":"0000","merid":"89900001","orderid":"1"}`), v1.NewKey(signKey)))
		}, false},
		"somebody says so": {func(w http.ResponseWriter, orderID string) {
			_, _ = w.Write(v1.SealReply([]byte(`{"respcode":"00","resultcode":"0000","merid":"89900001","orderid":"`+orderID+`"}`), v1.NewKey("another")))
		}, false},
		"rubbish":  {func(w http.ResponseWriter, _ string) { _, _ = w.Write([]byte("<html>")) }, false},
		"hangs up": {func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			number++
			orderID := "T202611220000002000" + strconv.Itoa(number)
			var queries, passed atomic.Int32 // one that hangs up is over before its handler is
			old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/query" {
					passed.Add(1)
					_, _ = w.Write([]byte("ok"))
					return
				}
				queries.Add(1)
				form := v1.Form{Req: r.FormValue("req"), Sign: r.FormValue("sign")}
				opened, err := v1.Open(form, func(string) []v1.Key { return []v1.Key{v1.NewKey(signKey)} })
				if err != nil || r.Host != "pay.example.com" || v1.ReadClaims(opened.JSON).OrderID != orderID {
					t.Errorf("asked by %q at %q: %v", opened.JSON, r.Host, err)
				}
				c.says(w, orderID)
			}))
			t.Cleanup(old.Close)
			s := startServer(t, "old_gateway "+old.URL+"\ndefault_route v2")
			form := sealed(strings.Replace(payJSON(orderID), "WxSao", "WxJsApi", 1), signKey).Encode()
			want := map[bool]string{true: "HTTP/1.1 200 OK", false: "HTTP/1.1 303 See Other"}[c.old]
			for range 2 { // the second time its side is on record
				got, _, ok := s.exchange(t, "GET /apis/wxjspaygateway?"+form+" HTTP/1.1\r\nHost: pay.example.com\r\nAccept: text/html\r\n\r\n", false)
				if !ok || got.line != want {
					t.Errorf("answered %q, want %q", got.line, want)
				}
			}
			if want := map[bool]int32{true: 2}[c.old]; passed.Load() != want || queries.Load() != 1 {
				t.Errorf("passed on %d times, want %d; asked %d times", passed.Load(), want, queries.Load())
			}
		})
	}
}

// A link under a key that its merchant has changed since: the old gateway, which has one key,
// is asked by the merchant's current one, and by that of the link only where it says nothing.
func TestLinksUnderAPreviousKey(t *testing.T) { // not parallel: one Caddy a process
	for name, c := range map[string]struct {
		has     string // the old gateway's key
		queries int32
		packed  bool
	}{
		"changed there as well":       {signKey, 1, false},
		"changed there, and it packs": {signKey, 1, true},
		"not changed there yet":       {oldSignKey, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			const orderID = "T2026112200000031000"
			var queries, passed atomic.Int32
			old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/query" {
					passed.Add(1)
					_, _ = w.Write([]byte("ok"))
					return
				}
				queries.Add(1)
				form := v1.Form{Req: r.FormValue("req"), Sign: r.FormValue("sign")}
				if _, err := v1.Open(form, func(string) []v1.Key { return []v1.Key{v1.NewKey(c.has)} }); err != nil {
					_, _ = w.Write([]byte(`{"respcode":"90","respmsg":"sign"}`))
					return
				}
				reply := v1.SealReply([]byte(`{"respcode":"00","resultcode":"0000","merid":"89900001","orderid":"`+orderID+`"}`), v1.NewKey(c.has))
				if c.packed {
					var packed bytes.Buffer
					z := gzip.NewWriter(&packed)
					_, _ = z.Write(reply)
					_ = z.Close()
					reply = packed.Bytes()
				}
				_, _ = w.Write(reply)
			}))
			t.Cleanup(old.Close)
			s := startServer(t, "old_gateway "+old.URL+"\ndefault_route v2")
			form := sealed(strings.Replace(payJSON(orderID), "WxSao", "WxJsApi", 1), oldSignKey).Encode()
			got, _, ok := s.exchange(t, "GET /apis/wxjspaygateway?"+form+" HTTP/1.1\r\nHost: pay.example.com\r\nAccept: text/html\r\n\r\n", false)
			if !ok || got.line != "HTTP/1.1 200 OK" || passed.Load() != 1 || queries.Load() != c.queries {
				t.Errorf("answered %q, passed on %d times, asked %d times, want %d", got.line, passed.Load(), queries.Load(), c.queries)
			}
		})
	}
}

// While the old gateway is asked, the merchant is turned back: from then on no new order
// goes to v2, also none whose link was opened before.
func TestWayBackWhileTheOldGatewayIsAsked(t *testing.T) { // not parallel: one Caddy a process
	const orderID = "T2026112200000004001"
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/query" {
			_, _ = w.Write([]byte("ok"))
			return
		}
		app, _ := serving.Get()
		e := app.engine.Load()
		if err := e.ledger.SetAllRoutes(r.Context(), route.ToOld, ledger.Change{At: time.Now(), Who: "test", Why: "v2 refuses"}); err != nil {
			t.Error(err)
		}
		e.routes.Expire() // as a second does
		_, _ = w.Write(v1.SealReply([]byte(`{"respcode":"93","respmsg":"none","merid":"89900001","orderid":"`+orderID+`"}`), v1.NewKey(signKey)))
	}))
	t.Cleanup(old.Close)
	s := startServer(t, "old_gateway "+old.URL+"\ndefault_route v2")
	form := sealed(strings.Replace(payJSON(orderID), "WxSao", "WxJsApi", 1), signKey).Encode()
	got, _, ok := s.exchange(t, "GET /apis/wxjspaygateway?"+form+" HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n", false)
	if !ok || got.body != "ok" {
		t.Errorf("answered %q", got.line)
	}
	if marks := s.marks(t); len(marks) != 1 || marks[0] != orderID {
		t.Errorf("on record as the old gateway's: %q", marks)
	}
}

// A browser that hangs up while the old gateway is asked says nothing about the order:
// WeChat opens an address twice and drops the first.
func TestHangingUpBeginsNoOrder(t *testing.T) { // not parallel: one Caddy a process
	const orderID = "T2026112200000003001"
	asked, answer := make(chan struct{}, 2), make(chan struct{})
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/query" {
			_, _ = w.Write([]byte("ok"))
			return
		}
		asked <- struct{}{}
		<-answer
		_, _ = w.Write(v1.SealReply([]byte(`{"respcode":"00","resultcode":"0000","merid":"89900001","orderid":"`+orderID+`"}`), v1.NewKey(signKey)))
	}))
	t.Cleanup(old.Close)
	s := startServer(t, "old_gateway "+old.URL+"\ndefault_route v2")
	form := sealed(strings.Replace(payJSON(orderID), "WxSao", "WxJsApi", 1), signKey).Encode()
	request := "GET /apis/wxjspaygateway?" + form + " HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n"

	dropped, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dropped.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := dropped.Close(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // the server notices; too short a time hides a fault, and makes none
	close(answer)
	if got, _, ok := s.exchange(t, request, false); !ok || got.body != "ok" {
		t.Errorf("answered %q", got.line)
	}
}

// What the bridge cannot verify leaves no mark beforehand. Once the old gateway has
// accepted it, it is that one's order, whoever has signed it.
func TestAcceptedPaymentsAreOnRecord(t *testing.T) { // not parallel: one Caddy a process
	said, packed := "", false
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reply := v1.SealReply([]byte(said), v1.NewKey("the old gateway's key"))
		if !packed {
			_, _ = w.Write(reply)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		to := gzip.NewWriter(w)
		_, _ = to.Write(reply)
		_ = to.Close()
	}))
	t.Cleanup(old.Close)
	s := startServer(t, "old_gateway "+old.URL+"\ndefault_route old")
	stranger := strings.Replace(payJSON("T2026112200000005004"), "89900001", "12345678", 1)
	for _, c := range []struct {
		message, key, says string
		packed             bool
	}{
		{payJSON("T2026112200000005001"), "another key", `{"respcode":"91","merid":"89900001","orderid":"T2026112200000005001"}`, false},
		{payJSON("T2026112200000005002"), "another key", `{"respcode":"00","merid":"89900001","orderid":"T2026112200000009999"}`, false},
		{payJSON("T2026112200000005003"), "another key", `{"respcode":"00","merid":"89900001","orderid":"T2026112200000005003"}`, false},
		{stranger, "its key", `{"respcode":"00","merid":"12345678","orderid":"T2026112200000005004"}`, false},
		{payJSON("T2026112200000005005"), "another key", `{"respcode":"00","merid":"89900001","orderid":"T2026112200000005005"}`, true},
		{payJSON("T2026112200000005006"), "another key", "{\"respmsg\":\"\xbf\x5c\",\"respcode\":\"00\",\"merid\":\"89900001\",\"orderid\":\"T2026112200000005006\"}", false},
	} {
		said, packed = c.says, c.packed // one request at a time
		s.exchange(t, formPost("/api/mpgateway", "", sealed(c.message, c.key).Encode()), false)
	}
	if err := caddy.Stop(); err != nil { // what waits is written
		t.Fatal(err)
	}
	marks := s.marks(t)
	slices.Sort(marks)
	if want := []string{"T2026112200000005003", "T2026112200000005004", "T2026112200000005005", "T2026112200000005006"}; !slices.Equal(marks, want) {
		t.Errorf("on record as the old gateway's: %q, want %q", marks, want)
	}
}

// A payment of a merchant that is not configured, of which nobody heard how it ended, may have
// been charged at the old gateway: when somebody configures the merchant for v2 a minute later,
// its repeat must not begin there. What the old gateway has refused may.
func TestUnansweredPaymentsOfStrangersAreOnRecord(t *testing.T) { // not parallel: one Caddy a process
	hangUp := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	says := func(text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { _, _ = w.Write([]byte(text)) }
	}
	var answer atomic.Pointer[func(http.ResponseWriter)]
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { (*answer.Load())(w) }))
	t.Cleanup(old.Close)
	s := startServer(t, "old_gateway "+old.URL+"\ndefault_route old")
	awaitWhoIsOnV2(t)
	var want []string
	for i, c := range []struct {
		merID  string
		answer func(http.ResponseWriter)
		marked bool
	}{
		{"12345678", hangUp, true},
		{"12345678", says("<html>502</html>"), true},
		{"12345678", func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"resp":"`))
			panic(http.ErrAbortHandler)
		}, true},
		{"12345678", says(string(v1.SealReply([]byte(`{"respcode":"91","respmsg":"sign"}`), v1.NewKey("its key")))), false},
		{"12345678", says(`{"respcode":"03","respmsg":"no such merchant"}`), false},
		{"12345678", says(string(v1.SealReply([]byte(`{"respcode":"96","respmsg":"busy"}`), v1.NewKey("its key")))), true},
		{"12345678", says(`{"respcode":"99","respmsg":"internal"}`), true},
		{"89900001", hangUp, false}, // whose signature is wrong: anybody could make these up
		{"89900001", says("<html>502</html>"), false},
	} {
		orderID := fmt.Sprintf("T20261122000000060%02d", i)
		answer.Store(&c.answer)
		s.exchange(t, formPost("/api/mpgateway", "", sealed(strings.Replace(payJSON(orderID), "89900001", c.merID, 1), "its key").Encode()), false)
		if c.marked {
			want = append(want, orderID)
		}
	}
	if err := caddy.Stop(); err != nil { // what waits is written
		t.Fatal(err)
	}
	marks := s.marks(t)
	slices.Sort(marks)
	if !slices.Equal(marks, want) {
		t.Errorf("on record as the old gateway's: %q, want %q", marks, want)
	}
}

// awaitWhoIsOnV2 waits until the bridge has read who has orders on v2: before that it marks
// whatever a stranger pays.
func awaitWhoIsOnV2(t *testing.T) {
	t.Helper()
	app, _ := serving.Get()
	of := app.engine.Load().sides
	for asks := true; asks; time.Sleep(time.Millisecond) {
		asks = false
		of.OfStranger(t.Context(), sides.Reference{MerID: "somebody", OrderID: "1"}, func(context.Context) (bool, error) {
			asks = true
			return false, nil
		})
	}
}
