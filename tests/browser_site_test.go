package tests

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// site is a merchant's own website, where payers come back to.
type site struct {
	shop shop
	url  string

	mu      sync.Mutex
	visits  []*url.URL
	returns []*merchant.Notification
}

// openSite opens the website of a merchant. Its pages show what they were given.
func openSite(t testing.TB, of shop) *site {
	t.Helper()
	s := &site{shop: of}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// frontURL is a page that the merchant wants paid orders to come back to. It has
// a query and a fragment of its own, as pages do.
func (s *site) frontURL() string { return s.url + "/done?shop=1&name=%E5%BA%97#order" }

// host is the website's host with its port.
func (s *site) host() string { return strings.TrimPrefix(s.url, "http://") }

// ServeHTTP shows a page in any case; whoever comes back with a signed result
// is checked and noted.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visits = append(s.visits, r.URL)
	words := "欢迎光临"
	if action := r.URL.Query().Get("buy"); action != "" { // what some merchants make of a formaction
		defer fmt.Fprintf(w, `<form method="post" action="%s"><button id="buy">支付</button></form>`, html.EscapeString(action))
	}
	if merchant.IsReturn(r) {
		n := merchant.ReadReturn(r, s.shop.MerID, s.shop.Key)
		s.returns = append(s.returns, n)
		words = fmt.Sprintf("订单 %s 已支付 %d 分，%d 个问题", n.OrderID, n.Amount, len(n.Violations))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="zh"><title>商店</title><link rel="icon" href="data:,">`+
		`<meta name="viewport" content="width=device-width"><h1>商店</h1><p id="words">%s</p>`, html.EscapeString(words))
}

// lastVisit is the address of the last page that a browser opened.
func (s *site) lastVisit() *url.URL {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.visits) == 0 {
		return new(url.URL)
	}
	return s.visits[len(s.visits)-1]
}

// visited counts the pages that browsers have opened.
func (s *site) visited() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.visits)
}

// returned is how the payers of an order came back.
func (s *site) returned(orderID string) (list []*merchant.Notification) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.returns {
		if n.OrderID == orderID {
			list = append(list, n)
		}
	}
	return list
}
