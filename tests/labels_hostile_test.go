package tests

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// strange are requests with something that anybody can make up, i.
var strange = []func(w *world, i int) *http.Request{
	func(w *world, i int) *http.Request { // a merchant
		return w.strangeRequest("POST", "/api/mpgateway", fmt.Sprintf(`{"action":"WxSao","txnamt":"1","merid":"8%07d","orderid":"T1","backurl":"http://x.example/"}`, i))
	},
	func(w *world, i int) *http.Request { // an action
		return w.strangeRequest("POST", "/api/mpgateway", fmt.Sprintf(`{"action":"Wx%d","txnamt":"1","merid":"89900001","orderid":"T1","backurl":"http://x.example/"}`, i))
	},
	func(w *world, i int) *http.Request { // an order
		return w.strangeRequest("POST", "/api/query", fmt.Sprintf(`{"merid":"89900001","orderid":"T%d"}`, i))
	},
	func(w *world, i int) *http.Request { // a method
		return w.strangeRequest(fmt.Sprintf("BREW%d", i), "/api/mpgateway", `{}`)
	},
	func(w *world, i int) *http.Request { // a path of the old gateway
		return w.strangeRequest("POST", fmt.Sprintf("/api/cashier%d", i), fmt.Sprintf(`{"merid":"7%07d"}`, i))
	},
	func(w *world, i int) *http.Request {
		return w.strangeRequest("GET", fmt.Sprintf("/wxjsapi/p%d.html", i), "")
	},
	func(w *world, i int) *http.Request {
		return w.strangeRequest("GET", fmt.Sprintf("/paybridge/p%d", i), "")
	},
	func(w *world, i int) *http.Request { return w.strangeRequest("GET", fmt.Sprintf("/p%d", i), "") },
	func(w *world, i int) *http.Request { // the gateway's merchant
		r := w.strangeRequest("POST", "/onepay/notify", "")
		r.Body = io.NopCloser(strings.NewReader(fmt.Sprintf("merchant_id=47%010d&msg_enc=00&key_enc=00&sign=00", i)))
		return r
	},
	func(w *world, i int) *http.Request { // a page's merchant
		return w.strangeRequest("GET", fmt.Sprintf("/wxjsapi/openid.html?merid=%d&backurl=http://h%d.example/", i, i), "")
	},
	func(w *world, i int) *http.Request { // hosts, headers, types
		r := w.strangeRequest("POST", "/api/query", `{"merid":"89900001","orderid":"T1"}`)
		r.Host = fmt.Sprintf("h%d.example", i)
		for _, name := range []string{"User-Agent", "Content-Type", "Traceparent", "X-Forwarded-For", fmt.Sprintf("X-Strange-%d", i)} {
			r.Header.Set(name, fmt.Sprintf("strange/%d", i))
		}
		return r
	},
}

// strangeTimes is how often each is sent.
const strangeTimes = 300

// strangeRequest is a request with a message that is signed with no merchant's key.
func (w *world) strangeRequest(method, path, message string) *http.Request {
	r, err := http.NewRequest(method, w.bridge.url+path, nil)
	if err != nil {
		panic(err) // the test wrote it
	}
	if message != "" {
		r.Body = io.NopCloser(strings.NewReader(handMade(message, "no merchant's key")))
	}
	return r
}

// sendStrange sends every kind of strange requests, each so often.
func (w *world) sendStrange(from, to int) {
	w.t.Helper()
	const senders = 8
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: senders},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	for sender := range senders {
		all.Go(func() {
			for i := from + sender; i < to; i += senders {
				for _, kind := range strange {
					if err := dropAnswer(client.Do(kind(w, i))); err != nil {
						w.t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
}

func dropAnswer(resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// TestHostileNames sends requests with made-up merchants, orders, actions, paths,
// methods, hosts and headers. None of them becomes a series of the metrics, and the
// ledger does not grow with their number, with an old gateway behind the bridge or
// without.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for name, most := range map[string]struct {
		rows  int // that may be added
		world func() *world
	}{
		"v2 alone": {50, func() *world { return newWorld(t, settings{Global: "metrics"}) }},
		// A thousand of what goes to the old gateway under made-up names, of twice as many.
		"beside old gateway": {1050, func() *world { return newMovingWorld(t, "v2", newWorld).world }},
	} {
		t.Run(name, func(t *testing.T) {
			w := most.world()
			w.bridge.start()
			rows := w.rowCount()
			w.sendStrange(0, 20)
			w.seriesNames() // which is a request as well
			before := w.seriesNames()
			w.sendStrange(20, 20+strangeTimes)
			after := w.seriesNames()
			grown := slices.DeleteFunc(slices.Sorted(maps.Keys(after)), func(name string) bool {
				// Of each upstream there is one, which Caddy makes when it likes.
				return before[name] || strings.HasPrefix(name, "caddy_reverse_proxy_upstreams_healthy{")
			})
			if len(grown) > 0 {
				t.Errorf("%d series have come up, of %d requests: %q", len(grown), strangeTimes*len(strange), grown[:min(len(grown), 20)])
			}
			w.bridge.stop() // what is still to be written is written
			if rows = w.rowCount() - rows; rows > most.rows {
				t.Errorf("the ledger has grown by %d rows", rows)
			}
			t.Logf("%d series; the ledger has grown by %d rows", len(after), rows)
		})
	}
}

// seriesNames are all series of a scrape, those of Caddy too.
func (w *world) seriesNames() map[string]bool {
	names := make(map[string]bool)
	for name, family := range w.bridge.scrape() {
		for _, m := range family.GetMetric() {
			names[name+labelText(m)] = true
		}
	}
	return names
}

// rowCount is the number of rows of all tables of a ledger on SQLite.
func (w *world) rowCount() (sum int) {
	w.t.Helper()
	db := w.openLedger()
	defer db.Close()
	var counts string
	err := db.QueryRowContext(w.ctx(), `SELECT group_concat('SELECT count(*) AS n FROM "' || name || '"', ' UNION ALL ') FROM sqlite_master WHERE type = 'table'`).Scan(&counts)
	if err == nil {
		err = db.QueryRowContext(w.ctx(), `SELECT sum(n) FROM (`+counts+`)`).Scan(&sum)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return sum
}
