package bridge

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/quarantine"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

const (
	merID           = "89900001"
	gatewayMerchant = "473053110001"
)

// keys are a merchant's and the gateway's, made once: drawing them is slow.
var keys = sync.OnceValue(func() map[string]string {
	texts := map[string]string{"{env.SIGN}": "0123456789abcdef"}
	for _, who := range []string{"MERCHANT", "GATEWAY"} {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		must(err)
		private, err := x509.MarshalPKCS8PrivateKey(key)
		must(err)
		public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		must(err)
		texts["{env."+who+"}"] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
		texts["{env."+who+"_PUBLIC}"] = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
	}
	return texts
})

var registry = sync.OnceValue(func() *merchants.Registry {
	loader := merchants.Loader{Resolve: func(s string) string { return keys()[s] }, Refused: func(v2.Reason) {}}
	r, err := loader.Load([]merchants.Config{{
		MerID: merID, SignKey: "{env.SIGN}", GatewayMerchant: gatewayMerchant,
		PrivateKey: "{env.MERCHANT}", GatewayKey: "{env.GATEWAY_PUBLIC}",
	}})
	must(err)
	return r
})

func newGateway() *fakeGateway {
	own, err := v2.ParsePrivateKey([]byte(keys()["{env.GATEWAY}"]), "")
	must(err)
	peer, err := v2.ParsePublicKey([]byte(keys()["{env.MERCHANT_PUBLIC}"]))
	must(err)
	suite, err := v2.LookupSuite("intl")
	must(err)
	codec, err := v2.NewCodec(suite, own, peer)
	must(err)
	return &fakeGateway{
		codec: codec, atOnce: v2.TranSuccess, refundAs: v2.RefundSuccess,
		calls: map[string]int{}, books: map[string]*booked{}, refunds: map[string]*refunded{},
	}
}

// clock is the present of a test that does not run in a bubble.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a bridge between one merchant and the fake gateway. Its background
// work is done by hand, in step, on its own clock.
type world struct {
	tb       testing.TB
	clock    *clock
	ledger   *ledger.Ledger
	gateway  *fakeGateway
	settings *Settings
	bridge   *Bridge
	logs     *observer.ObservedLogs
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	return worldAt(tb, tb.TempDir())
}

// worldAt is a world with its ledger in dir.
func worldAt(tb testing.TB, dir string) *world {
	tb.Helper()
	return worldAtTime(tb, dir, newClock())
}

// worldAtTime is a world whose machine has a clock of its own when its ledger is opened.
func worldAtTime(tb testing.TB, dir string, c *clock, more ...ledger.Option) *world {
	tb.Helper()
	l, err := ledger.OpenSQLite(tb.Context(), filepath.Join(dir, "ledger.db"), more...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	return worldOn(tb, l, c)
}

func worldOn(tb testing.TB, l *ledger.Ledger, c *clock) *world {
	w := &world{tb: tb, clock: c, ledger: l, gateway: newGateway()}
	w.settings = settingsOn(w.gateway)
	w.gateway.expected = func() int { return l.Expect(0) }
	w.bridge, w.logs = w.anotherBridge(l)
	tb.Cleanup(w.checkQuarantine)
	tb.Cleanup(func() {
		if n := w.gateway.uncounted.Load(); n > 0 {
			tb.Errorf("%d calls to the gateway were of nobody whom the ledger expected", n)
		}
	})
	return w
}

// payJob is what a merchant's request to pay becomes, before anything is on record.
func (w *world) payJob(p v1.PayRequest) payJob {
	rule, _ := translate.RuleOf(p.Action)
	return payJob{settings: w.settings, merchant: registry().ByMerID(merID), request: p, rule: rule}
}

// checkQuarantine checks that whatever is in quarantine is there for a cause that has a
// name, which operators read in their language.
func (w *world) checkQuarantine() {
	list, err := w.ledger.QuarantinedMessages(context.WithoutCancel(w.tb.Context()), ledger.QuarantineFilter{Dealt: true, Limit: 1000})
	if err != nil {
		return // the test has closed the ledger, or taken it away
	}
	for _, q := range list.Items {
		if quarantine.CauseOf(q.Cause) == quarantine.Other {
			w.tb.Errorf("no name is known for why a message is in quarantine: %q", q.Cause)
		}
	}
}

// anotherBridge is one more bridge of this world, on the ledger given.
func (w *world) anotherBridge(l *ledger.Ledger) (*Bridge, *observer.ObservedLogs) {
	core, logs := observer.New(zapcore.InfoLevel)
	b := newBridge(l, zap.New(core), w.clock.now)
	b.Attach(w.settings)
	return b, logs
}

func settingsOn(g Gateway) *Settings {
	return &Settings{
		Merchants: registry(), Gateway: g, NotifyURL: "https://pay.example/onepay/notify", Subject: "order {orderid}",
		TranCodes:      TranCodes{Pay: v2.TranPay, Refund: v2.TranRefund, Query: v2.TranQuery, RefundQuery: v2.TranRefundQuery},
		OrderExpiry:    2 * time.Hour,
		Timeouts:       Timeouts{Gateway: 7 * time.Second, Reply: 15 * time.Second}, // of slow disks
		NotifySchedule: delivery.DefaultSchedule(), QuerySchedule: DefaultQuerySchedule(),
	}
}

// order is a request for merchant order number n.
func order(action v1.Action, n int) v1.PayRequest {
	return v1.PayRequest{
		Action: action, TxnAmt: 1999, MerID: merID, OrderID: fmt.Sprintf("2026112200%06d", n),
		Code: "130000000000000001", IP: "192.0.2.1",
		BackURL: "http://127.0.0.1:1/notify", // which is never called: it is not public
	}
}

func key(p v1.PayRequest) ledger.Key { return ledger.Key{MerID: p.MerID, OrderID: p.OrderID} }

func ref(p v1.PayRequest) v1.OrderRef { return v1.OrderRef{MerID: p.MerID, OrderID: p.OrderID} }

func (w *world) pay(p v1.PayRequest) v1.PayReply { return w.payAt(w.bridge, p) }

func (w *world) payAt(b *Bridge, p v1.PayRequest) v1.PayReply { return w.answerAt(b, p).PayReply }

func (w *world) answerAt(b *Bridge, p v1.PayRequest) PayAnswer {
	answer, err := b.Pay(w.tb.Context(), w.settings, registry().ByMerID(merID), p, "192.0.2.9")
	if err != nil {
		w.tb.Error(err)
	}
	return answer
}

// payUnrecorded is a payment that the ledger does not take.
func (w *world) payUnrecorded(p v1.PayRequest) v1.PayReply {
	reply, err := w.bridge.Pay(w.tb.Context(), w.settings, registry().ByMerID(merID), p, "192.0.2.9")
	if !errors.Is(err, ledger.ErrUnavailable) {
		w.tb.Errorf("error is %v, want that the ledger is not there", err)
	}
	return reply.PayReply
}

func (w *world) query(p v1.PayRequest) v1.QueryReply {
	return w.bridge.Query(w.tb.Context(), w.settings, ref(p))
}

func (w *world) cancel(p v1.PayRequest) v1.CancelReply {
	return w.bridge.Cancel(w.tb.Context(), w.settings, registry().ByMerID(merID), ref(p))
}

func (w *world) notice(e v2.Envelope) error { return w.bridge.Notice(w.tb.Context(), w.settings, e) }

// order is how an order stands in the ledger.
func (w *world) order(p v1.PayRequest) ledger.Order {
	w.tb.Helper()
	o, err := w.ledger.Order(w.tb.Context(), key(p))
	if err != nil {
		w.tb.Fatal(err)
	}
	return o
}

func (w *world) wantState(p v1.PayRequest, want translate.State) ledger.Order {
	w.tb.Helper()
	o := w.order(p)
	if o.State != want {
		w.tb.Fatalf("order is %s, want %s", o.State, want)
	}
	// A closed or failed order may have a last query before it, a failed refund
	// another try.
	maybe := want == translate.Closed || want == translate.Failed || want == translate.RefundFailed
	if o.Next.IsZero() != want.Final() && !maybe {
		w.tb.Fatalf("next step of a %s order: %v", o.State, o.Next)
	}
	return o
}

// due claims the orders whose steps are due, no more than the reconciler does at a
// time; none while the ledger is away.
func (w *world) due() []ledger.Order {
	orders, _ := w.bridge.due(w.tb.Context(), newStepSlots())
	return orders
}

// step takes the steps that are due, no more than the reconciler does at a time.
func (w *world) step() int {
	due := w.due()
	var all sync.WaitGroup
	for _, o := range due {
		all.Go(func() { w.bridge.stepDue(w.tb.Context(), o) })
	}
	all.Wait()
	return len(due)
}

// stepAt moves the clock to an order's next step and takes it.
func (w *world) stepAt(p v1.PayRequest) {
	w.tb.Helper()
	if wait := w.order(p).Next.Sub(w.clock.now()); wait > 0 {
		w.clock.advance(wait)
	}
	if w.step() == 0 {
		w.tb.Fatal("no step is due")
	}
}

// reload attaches a copy of the settings, edited, instead of the ones before.
func (w *world) reload(edit func(*Settings)) {
	next := *w.settings
	edit(&next)
	w.bridge.Attach(&next)
	w.bridge.Detach(w.settings)
	w.settings = &next
}

func emptyRegistry() *merchants.Registry {
	r, err := new(merchants.Loader).Load(nil)
	must(err)
	return r
}

// messages are the log's, oldest first.
func messages(w *world) []string {
	var list []string
	for _, line := range w.logs.All() {
		list = append(list, line.Message)
	}
	return list
}

// block holds the write lock of a ledger's file, as a foreign program could,
// until release.
func block(tb testing.TB, path string) (release func()) {
	tb.Helper()
	db, err := sql.Open("sqlite", path)
	must(err)
	conn, err := db.Conn(tb.Context())
	must(err)
	_, err = conn.ExecContext(tb.Context(), "BEGIN IMMEDIATE")
	must(err)
	return func() {
		_ = conn.Close()
		_ = db.Close()
	}
}
