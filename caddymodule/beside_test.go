package caddymodule

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// onLedger runs a statement on the ledger's file while the bridge works with it.
func (s *server) onLedger(t *testing.T, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", s.ledger+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// An order that turns out to be the old gateway's only when it is about to be begun
// on v2, because another bridge was first, is passed on as it came.
func TestOrderOfTheOldGatewayAfterAll(t *testing.T) { // not parallel: one Caddy a process
	const orderID = "T2026112200000000001"
	for path, header := range map[string]string{"/api/mpgateway": "", "/apis/wxjspaygateway": "Accept: text/html\r\n"} {
		t.Run(path, func(t *testing.T) {
			old := newSocketGateway(t, okAnswer)
			s := startServer(t, "old_gateway http://"+old.Address+"\ndefault_route v2")
			body := sealed(payJSON(orderID), signKey).Encode()
			if path == "/apis/wxjspaygateway" {
				body = sealed(strings.Replace(payJSON(orderID), "WxSao", "WxJsApi", 1), signKey).Encode()
			}
			request := formPost(path, header, body)
			if got, _, ok := s.exchange(t, request, false); !ok || got.body == "ok" {
				t.Fatalf("a new order is answered %+v", got)
			}
			if path == "/apis/wxjspaygateway" {
				old.last(t) // was asked whether it has the order
			}
			s.exchange(t, request, false) // from now on its side is known without the ledger
			s.onLedger(t, "DELETE FROM orders")
			s.onLedger(t, "INSERT INTO old_orders (order_id, mer_id, at) VALUES ('"+orderID+"', '89900001', 1)")
			posts := s.gateway.posts()
			if got, _, ok := s.exchange(t, request, false); !ok || got.body != "ok" {
				t.Errorf("answered %+v", got)
			}
			if m := old.last(t); m.body != body {
				t.Errorf("arrived as %q", m.body)
			}
			if s.gateway.posts() != posts {
				t.Error("v2 was called")
			}
		})
	}
}

// Without the old gateway, which has been taken out, nobody can pay its orders: their
// numbers are used.
func TestOrderOfAnOldGatewayThatIsGone(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	s.onLedger(t, "INSERT INTO old_orders (order_id, mer_id, at) VALUES ('T2026112200000000001', '89900001', 1)")
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T2026112200000000001"), signKey)), "92", signKey)
	page := strings.Replace(payJSON("T2026112200000000001"), "WxSao", "WxJsApi", 1)
	link := `{"merid":"89900001","orderid":"T2026112200000000001","code":"PAY0001"}`
	for name, address := range map[string]string{
		"one step":      signedLinkOf("/apis/wxjspaygateway", page),
		"gopay":         payLinkOf("T2026112200000000001", "PAY0001"),
		"gopay, stray":  payLinkOf("T2026112200000000001", "PAY0001") + "&sign=x",
		"gopay, signed": signedLinkOf("/wxjsapi/gopay.html", link),
	} {
		for language, want := range map[string]string{"zh": "请不要重复支付", "en": "do not pay again"} {
			got, _, _ := s.exchange(t, "GET "+address+" HTTP/1.1\r\nHost: a\r\nAccept-Language: "+language+"\r\n\r\n", false)
			if statusOf(got.line) != "409" || !strings.Contains(got.body, want) || strings.Contains(got.body, "重新下单") {
				t.Errorf("%s: %+v", name, got)
			}
		}
	}
	if s.gateway.posts() != 0 {
		t.Error("v2 was called")
	}
}

// A stray sign beside the plain parameters of a payer's link hides no order: one of v2
// is not passed on.
func TestSideOfALinkWithAStraySign(t *testing.T) { // not parallel: one Caddy a process
	const orderID = "T2026112200000000001"
	old := newSocketGateway(t, okAnswer)
	s := startServer(t, "old_gateway http://"+old.Address+"\ndefault_route v2")
	if got, _, ok := s.exchange(t, formPost("/api/mpgateway", "", sealed(wxJsApi(orderID, ""), signKey).Encode()), false); !ok || got.body == "ok" {
		t.Fatalf("a new order is answered %+v", got)
	}
	for _, stray := range []string{"", "&sign=x", "&req=&sign=x"} {
		if got, _, ok := s.exchange(t, "GET "+payLinkOf(orderID, "PAY0001")+stray+" HTTP/1.1\r\nHost: a\r\n\r\n", false); !ok || got.body == "ok" {
			t.Errorf("%q: passed on", stray)
		}
	}
}

// The old gateway's word about other ways to reach it stays behind: they would lead
// around the bridge.
func TestAltSvcStaysBehind(t *testing.T) { // not parallel: one Caddy a process
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) {
			old := newSocketGateway(t, "HTTP/1.1 200 OK\r\nAlt-Svc: h3=\"old.example.com:443\"; ma=86400\r\nContent-Length: 2\r\n\r\nok")
			s := start(t, "http://"+old.Address, "")
			got, _, ok := s.exchange(t, payRequest, false)
			if header := strings.Join(got.header, "\n"); !ok || got.body != "ok" || strings.Contains(header, "alt-svc") {
				t.Errorf("answered %+v", got)
			}
		})
	}
}

// A session in the path, as the old gateway's pages wrote it into links and forms, makes
// no other address: the order is on record before it leaves, and is passed on as it came.
func TestSessionsInPaths(t *testing.T) { // not parallel: one Caddy a process
	const orderID = "T2026112200000000001"
	old := newSocketGateway(t, okAnswer)
	s := startServer(t, "old_gateway http://"+old.Address+"\ndefault_route old")
	body := sealed(payJSON(orderID), signKey).Encode()
	request := func(path string) string { return formPost(path, "", body) }
	const path = "/api/mpgateway;jsessionid=1A2B.node1"
	if got, _, ok := s.exchange(t, request(path), false); !ok || got.body != "ok" {
		t.Fatalf("answered %+v", got)
	}
	if m := old.last(t); m.line != "POST "+path+" HTTP/1.1" || m.body != body {
		t.Errorf("arrived as %q with %q", m.line, m.body)
	}
	s.awaitLog(t, `"interface":"pay"`, orderID)
	if marks := s.marks(t); len(marks) != 1 || marks[0] != orderID {
		t.Errorf("on record as the old gateway's: %q", marks)
	}
}

// A link to openid.html that names no merchant is served where the merchant of its host is.
func TestSideOfOpenIDWithoutMerID(t *testing.T) { // not parallel: one Caddy a process
	for defaultRoute, hosts := range map[string]map[string]bool{
		"v2":  {"shop.example.com": false, "else.example.com": true},
		"old": {"shop.example.com": true, "else.example.com": true},
	} {
		t.Run(defaultRoute, func(t *testing.T) {
			old := newSocketGateway(t, okAnswer)
			s := startServerWith(t, "old_gateway http://"+old.Address+"\ndefault_route "+defaultRoute, "redirect_hosts shop.example.com")
			for host, passed := range hosts {
				link := "/wxjsapi/openid.html" + query("backurl", "https://"+host+"/in")
				if got, _, ok := s.exchange(t, "GET "+link+" HTTP/1.1\r\nHost: a\r\n\r\n", false); !ok || (got.body == "ok") != passed {
					t.Errorf("%s: passed on is %v", host, got.body == "ok")
				}
			}
		})
	}
}

// What openid.html is called with, and v2 would refuse, counts while the old gateway still
// serves it: readiness tells of it before the merchant moves.
func TestOpenIDPageThatV2WouldRefuse(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := startServerWith(t, "old_gateway http://"+old.Address+"\ndefault_route old", "redirect_hosts shop.example.com")
	for _, query := range []string{
		"merid=89900001&backurl=https%3A%2F%2Fshop.example.com%2Fin", "merid=89900001&backurl=https%3A%2F%2Felse.example.com%2Fin&payway=7",
		"merid=89900001&backurl=https%3A%2F%2Fthird.example.com%2Fin&code=1&state=2", // back from WeChat: it has been counted
		"merid=12345678&backurl=https%3A%2F%2Ffourth.example.com%2Fin",               // of whom nothing is known
		"backurl=https%3A%2F%2Fshop.example.com%2Fin&payway=8",                       // whose the host tells
	} {
		if got, _, ok := s.exchange(t, "GET /wxjsapi/openid.html?"+query+" HTTP/1.1\r\nHost: a\r\n\r\n", false); !ok || got.body != "ok" {
			t.Fatalf("answered %+v", got)
		}
	}
	if err := caddy.Stop(); err != nil { // what was counted is in the ledger
		t.Fatal(err)
	}
	want := []string{"89900001 /wxjsapi/openid.html 4 0", "89900001 /wxjsapi/openid.html?backurl=else.example.com 1 1", "89900001 /wxjsapi/openid.html?payway=7 1 1", "89900001 /wxjsapi/openid.html?payway=8 1 1", "12345678 /wxjsapi/openid.html 1 1"}
	got := s.texts(t, "SELECT mer_id || ' ' || path || ' ' || times || ' ' || strange FROM old_traffic")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// marks lists the orders that are on record as the old gateway's.
func (s *server) marks(t *testing.T) []string {
	t.Helper()
	return s.texts(t, "SELECT order_id FROM old_orders")
}

// texts reads a column from the ledger's file.
func (s *server) texts(t *testing.T, query string) (texts []string) {
	t.Helper()
	db, err := sql.Open("sqlite", s.ledger+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}
