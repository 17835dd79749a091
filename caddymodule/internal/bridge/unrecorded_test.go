package bridge

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// refuseState has the ledger in dir take everything but that an order gets into a state,
// until take: it fails for the moment in which the gateway's word is to be recorded.
func refuseState(tb testing.TB, dir string, state translate.State) (take func()) {
	tb.Helper()
	return refuse(tb, dir, `UPDATE OF state ON orders WHEN new.state = '`+string(state)+`'`)
}

// refuse has the ledger in dir take everything but what is named as in a trigger, until
// take.
func refuse(tb testing.TB, dir, what string) (take func()) {
	tb.Helper()
	execute := func(statement string) {
		db, err := sql.Open("sqlite", filepath.Join(dir, "ledger.db")+"?_pragma=busy_timeout(60000)")
		must(err)
		defer db.Close()
		_, err = db.ExecContext(tb.Context(), statement)
		must(err)
	}
	execute(`CREATE TRIGGER refused BEFORE ` + what + ` BEGIN SELECT RAISE(ABORT, 'not taken'); END`)
	return func() { execute(`DROP TRIGGER refused`) }
}

// TestSaidAndNotRecorded: the gateway says for certain what became of a payment or of a
// refund, and the ledger does not take it at that moment. Nothing is done as if it had
// not been said, and the gateway is asked again soon, however late the order's next step
// would be.
func TestSaidAndNotRecorded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		meet func(*world, v1.PayRequest) // up to a step that nothing comes of but for late
		late func(*world, ledger.Order)  // what happens at the gateway then
		want translate.State             // when it is asked again
	}{
		"a closed order is paid": {
			func(w *world, p v1.PayRequest) { w.pay(p); w.cancel(p) },
			func(w *world, o ledger.Order) { w.gateway.payer(o.OrderNo) }, translate.Refunding,
		},
		"a failed order is paid": {
			denied,
			func(w *world, o ledger.Order) {
				w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranSuccess, charges: 1}
			}, translate.Refunding,
		},
		"an order in doubt is paid": {
			func(w *world, p v1.PayRequest) {
				doubted(w, p)
				for range 6 {
					w.gateway.setScript(silent)
					w.stepAt(p)
				}
			},
			func(w *world, o ledger.Order) {
				w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranSuccess, charges: 1}
			}, translate.Paid,
		},
		"a refund is done": {
			func(w *world, p v1.PayRequest) {
				hasPaid(w, p)
				w.gateway.refundAs = v2.RefundReviewing
				w.cancel(p)
				for range 6 {
					w.stepAt(p)
				}
			},
			func(w *world, o ledger.Order) { w.gateway.refundBecomes(o.RefundNo, v2.RefundSuccess) }, translate.Refunded,
		},
		"a failed refund is done": {
			failedRefund,
			func(w *world, o ledger.Order) {
				w.gateway.refunds[o.RefundNo] = &refunded{amount: "19.99", state: v2.RefundSuccess}
			}, translate.Refunded,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w := worldAt(t, dir)
			p := order(v1.WxSao, 1)
			tc.meet(w, p)
			before := w.order(p)
			tc.late(w, before)
			submitted := w.gateway.count(v2.TranRefund)
			take := refuseState(t, dir, tc.want)
			w.stepAt(p)
			take()
			o := w.wantState(p, before.State)
			if soon := o.Next.Sub(w.clock.now()); o.Next.IsZero() || soon > 5*time.Second {
				t.Fatalf("asked again in %s (%s)", soon, o.Next)
			}
			if n := w.gateway.count(v2.TranRefund); n != submitted {
				t.Errorf("refund submitted %d times more", n-submitted)
			}
			w.stepAt(p)
			w.wantState(p, tc.want)
		})
	}
}

// failedRefund is an order whose refund was refused for a reason that can pass.
func failedRefund(w *world, p v1.PayRequest) {
	hasPaid(w, p)
	w.gateway.setScript(refuses)
	w.cancel(p)
	w.wantState(p, translate.RefundFailed)
}

// TestRetryOfWhatIsDoneAndNotRecorded: a person has a refund tried again that the gateway
// says is done, which the ledger does not take. It is not submitted.
func TestRetryOfWhatIsDoneAndNotRecorded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := worldAt(t, dir)
	p := order(v1.WxSao, 1)
	failedRefund(w, p)
	w.gateway.refunds[w.order(p).RefundNo] = &refunded{amount: "19.99", state: v2.RefundSuccess}
	submitted := w.gateway.count(v2.TranRefund)
	w.clock.advance(time.Minute)
	take := refuseState(t, dir, translate.Refunded)
	retry := func() (ledger.Order, error) {
		o, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ada", Why: "balance topped up"})
		return o, err
	}
	if _, err := retry(); !errors.Is(err, ErrNotSettled) {
		t.Errorf("got %v, want that it could not be recorded", err)
	}
	take()
	if o, err := retry(); err != nil || o.State != translate.Refunded {
		t.Errorf("then it is %s, %v", o.State, err)
	}
	if n := w.gateway.count(v2.TranRefund); n != submitted {
		t.Errorf("refund submitted %d times more", n-submitted)
	}
}

// TestCancelOfWhatMayBePaid: the gateway says at a cancel that the order is paid, and the
// ledger does not take it at that moment. The order is not closed, neither here nor at a
// gateway that would close it, and the merchant asks again.
func TestCancelOfWhatMayBePaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := worldAt(t, dir)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.gateway.payer(w.order(p).OrderNo)
	take := refuseState(t, dir, translate.Paid)
	w.gateway.setScript(none, fault{code: v2.RespProcessed})
	if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
		t.Errorf("the merchant hears %s", reply.RespCode)
	}
	take()
	w.wantState(p, translate.Pending)
	if n := w.gateway.count(closeCode); n != 0 {
		t.Errorf("closed at the gateway %d times", n)
	}
	w.gateway.setScript()
	w.clock.advance(time.Minute)
	if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
		t.Errorf("then the merchant hears %s", reply.RespCode)
	}
	w.wantState(p, translate.Refunded)
}
