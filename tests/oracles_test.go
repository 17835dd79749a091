package tests

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // reads the postgres ledger
	_ "modernc.org/sqlite"             // reads the sqlite ledger

	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/translate"
)

// observations is what merchants were told by their queries, for O3.
type observations struct {
	mu   sync.Mutex
	said map[string][]string // resultcodes by order, in order; "cancelled" in between
}

func (o *observations) note(orderID, what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.said == nil {
		o.said = make(map[string][]string)
	}
	o.said[orderID] = append(o.said[orderID], what)
}

func (o *observations) cancelled(orderID string) { o.note(orderID, "cancelled") }

// canaries occur in requests, keys, openids and WeChat's answers of these tests
// and must occur nowhere else (O5).
var canaries = []string{
	"canary-sign-key", "canary1", "oCanaryOpenID", "canary-backurl", "canary-app-secret", "canarycode", "canary-access-token",
	"canary-pin",
}

// ledgerRow is an order as the ledger has it.
type ledgerRow struct {
	merID, orderID, orderNo, state, action string
	amount, next                           int64
	notified                               string // state of its notification, "" for none
	purged                                 bool   // all but its numbers and its state
}

// openLedger opens the ledger from outside.
func (w *world) openLedger() *sql.DB {
	w.t.Helper()
	driver, source, _ := strings.Cut(w.settings.Ledger, " ")
	if driver == "postgres" {
		driver, source = "pgx", w.settings.dsn
	} else {
		source += "?_pragma=busy_timeout(5000)" // a bridge that starts recovers its log first
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		w.t.Fatal(err)
	}
	return db
}

// rows reads the ledger from outside.
func (w *world) rows() []ledgerRow {
	w.t.Helper()
	db := w.openLedger()
	defer db.Close()
	found, err := db.QueryContext(w.ctx(), `SELECT o.mer_id, o.order_id, o.order_no, o.state, o.action, o.amount, o.next, COALESCE(n.state, ''), o.purged_at > 0
		FROM orders o LEFT JOIN notifications n ON n.order_id = o.order_id AND n.mer_id = o.mer_id`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer found.Close()
	var rows []ledgerRow
	for found.Next() {
		var r ledgerRow
		if err := found.Scan(&r.merID, &r.orderID, &r.orderNo, &r.state, &r.action, &r.amount, &r.next, &r.notified, &r.purged); err != nil {
			w.t.Fatal(err)
		}
		rows = append(rows, r)
	}
	if err := found.Err(); err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// moving lists what has not come to rest: orders under way, orders that the
// gateway has charged and the ledger does not know as paid, notifications that
// wait. An order in doubt that nobody has paid for rests until its grace time is
// over or its merchant repeats it.
func (w *world) moving() (list []string) {
	charged := make(map[string]bool)
	for _, o := range w.gateway.State().Orders {
		charged[o.OrderID] = o.Charges > 0
	}
	for _, r := range w.rows() {
		open := r.state == "pending" || r.state == "in_doubt"
		if r.state == "sent" || r.state == "refunding" || r.notified == "waiting" || (open && charged[r.orderNo]) {
			list = append(list, fmt.Sprintf("%+v", r))
		}
	}
	return list
}

func (w *world) settled() bool { return len(w.moving()) == 0 }

// checkOracles checks the standing oracles of the design after a scenario that
// has come to rest.
func (w *world) checkOracles() {
	w.t.Helper()
	w.checkGatewayBooks()
	w.checkNotifications()
	w.checkObservations()
	w.checkSecrets()
	w.checkNextSteps()
}

// checkGatewayBooks checks O1: at most one charge per order, one refund per
// refund number, and that nobody broke a protocol.
func (w *world) checkGatewayBooks() {
	w.t.Helper()
	state := w.gateway.State()
	for _, o := range state.Orders {
		if o.Charges > 1 {
			w.t.Errorf("O1: order %s was charged %d times", o.OrderID, o.Charges)
		}
		if len(o.Refunds) > 1 {
			w.t.Errorf("O1: order %s has %d refunds", o.OrderID, len(o.Refunds))
		}
		for _, r := range o.Refunds {
			if r.Executions > 1 {
				w.t.Errorf("O1: refund %s was paid out %d times", r.FlowID, r.Executions)
			}
		}
	}
	for _, v := range state.Violations {
		if !w.killed || !strings.Contains(v.Problem, "unexpected EOF") { // a request that a kill cut off
			w.t.Errorf("gateway: %+v", v)
		}
	}
	for suite, r := range w.receivers {
		for _, v := range r.Violations() {
			w.t.Errorf("merchant %s: %v", suite, v)
		}
	}
}

// checkNotifications checks O2: every order that the gateway has charged and
// not refunded is known to the ledger as paid, and its merchant has confirmed
// it, or it waits, or it is listed as exhausted. Of an operator's try nobody need be
// told, and of a purged order it is not known any more.
func (w *world) checkNotifications() {
	w.t.Helper()
	rows := make(map[string]ledgerRow)
	for _, r := range w.rows() {
		rows[r.orderNo] = r
	}
	for _, o := range w.gateway.State().Orders {
		r, known := rows[o.OrderID]
		if !known {
			w.t.Errorf("write before sending: the gateway has order %s and the ledger has not", o.OrderID)
			continue
		}
		if o.Charges == 0 && r.state == "paid" {
			w.t.Errorf("trust nothing untrue: order %s is paid in the ledger and was never charged", r.orderID)
		}
		if o.Charges == 0 || len(o.Refunds) > 0 {
			continue
		}
		if r.state != "paid" {
			w.t.Errorf("O2: order %s was charged and is %s in the ledger", r.orderID, r.state)
		}
		if r.notified == "delivered" && !w.acknowledged(r.orderID) {
			w.t.Errorf("O2: notification of %s counts as delivered and no merchant has acknowledged it", r.orderID)
		}
		if r.notified == "" && !r.purged && !translate.IsTry(r.orderID) {
			w.t.Errorf("O2: order %s is paid and has no notification", r.orderID)
		}
	}
}

func (w *world) acknowledged(orderID string) bool {
	for _, r := range w.receivers {
		for _, n := range r.Notifications(orderID) {
			if n.Answer.Acknowledges() {
				return true
			}
		}
	}
	return false
}

// acknowledgedNotices lists the orders, by our numbers, whose notices the gateway
// need not send again.
func (w *world) acknowledgedNotices() (orders []string) {
	for _, n := range w.gateway.State().Notices {
		if n.Acknowledged() {
			orders = append(orders, n.OrderID)
		}
	}
	return orders
}

// mustRelyOn checks that the ledger has what somebody relies on: the orders that a
// merchant was answered 00 for, and the payments whose notices were acknowledged. The
// states are by either number of an order.
func mustRelyOn(t testing.TB, states map[string]string, orders, notices []string) {
	t.Helper()
	for _, id := range orders {
		// A scanned code is answered 00 also while nobody knows what became of it.
		if state := states[id]; state == "" || state == "begun" {
			t.Errorf("the merchant of order %s heard 00, and it is %q", id, state)
		}
	}
	for _, no := range notices {
		switch state := states[no]; state {
		case "paid", "refunding", "refunded", "refund_failed":
		default:
			t.Errorf("the notice of order %s was acknowledged, and it is %q", no, state)
		}
	}
}

// checkObservations checks O3: no merchant hears "paid" and later "failed",
// unless it cancelled in between.
func (w *world) checkObservations() {
	w.t.Helper()
	w.seen.mu.Lock()
	defer w.seen.mu.Unlock()
	for orderID, said := range w.seen.said {
		paid := false
		for _, what := range said {
			switch {
			case what == "0000":
				paid = true
			case what == "cancelled":
				paid = false
			case what == "1003" && paid:
				w.t.Errorf("O3: the merchant of %s heard %v", orderID, said)
			}
		}
	}
}

// checkSecrets checks O5 in everything an operator could see.
func (w *world) checkSecrets() {
	w.t.Helper()
	mustNotShowCanaries(w.t, "log", w.bridge.log())
	if w.bridge.cmd == nil {
		return
	}
	for _, path := range w.adminPages() {
		mustNotShowCanaries(w.t, path, w.adminPage(path))
	}
}

// mustNotShowCanaries checks what somebody can see.
func mustNotShowCanaries(t testing.TB, where, text string) {
	t.Helper()
	for _, canary := range canaries {
		if i := strings.Index(text, canary); i >= 0 {
			t.Errorf("O5: %q occurs in %s: …%s…", canary, where, text[max(0, i-80):min(len(text), i+80)])
		}
	}
}

// adminPages are what the admin endpoint shows of the configuration, of what was
// counted, and of orders and notifications; the stories of a few orders among it.
func (w *world) adminPages() []string {
	const stories = 5
	pages := []string{"/config/", "/metrics"}
	for _, list := range []string{"orders", "notifications", "merchants", "changes", "overview"} {
		pages = append(pages, "/paybridge/"+list)
	}
	rows := w.rows()
	for _, r := range rows[max(0, len(rows)-stories):] {
		pages = append(pages, "/paybridge/search?number="+r.orderNo, "/paybridge/order?merid="+r.merID+"&number="+r.orderID)
	}
	return pages
}

func (w *world) adminPage(path string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.bridge.admin+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := httpclient.Client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: status %d, %v: %s", path, resp.StatusCode, err, text)
	}
	return string(text)
}

// checkNextSteps checks O8: every open order has a next step.
func (w *world) checkNextSteps() {
	w.t.Helper()
	for _, r := range w.rows() {
		switch r.state {
		case "begun", "sent", "pending", "in_doubt", "refunding":
			if r.next == 0 {
				w.t.Errorf("O8: order %s is %s and has no next step", r.orderID, r.state)
			}
		}
	}
}
