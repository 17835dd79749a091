package bridge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// writtenLate is an order that the ledger has come to hold after it was given up.
func writtenLate(t *testing.T, w *world, p v1.PayRequest) ledger.Order {
	t.Helper()
	o := w.bridge.draw(w.payJob(p))
	if _, _, err := w.ledger.Begin(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	o.Claim = 1
	return o
}

// An order that was written down too late and not sent is begun again at once: a
// repeat sends it, a cancel closes it.
func TestOrderWrittenLateIsTakenBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		act  func(*world, v1.PayRequest)
		want translate.State
	}{
		"repeat": {func(w *world, p v1.PayRequest) { w.pay(p) }, translate.Paid},
		"cancel": {func(w *world, p v1.PayRequest) { w.cancel(p) }, translate.Closed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxCode, 1)
			w.bridge.takeBack(writtenLate(t, w, p), ledger.ErrUnavailable)
			w.bridge.abandoned.workers.Wait()
			w.wantState(p, translate.Begun)
			c.act(w, p)
			w.wantState(p, c.want)
		})
	}
}

// Where the sweeper is faster, its step takes the order back.
func TestSweeperTakesBackWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	w.bridge.abandoned.add(writtenLate(t, w, p))
	w.stepAt(p)
	w.wantState(p, translate.Begun)
	if n := w.gateway.count(w.settings.TranCodes.Query); n != 0 {
		t.Fatalf("%d queries about an order that was never sent", n)
	}
}

// A ledger may be away for a night while merchants try on: what they try costs
// neither goroutines nor memory without bound, nor is it all asked for every second.
func TestOrdersGivenUpAreBounded(t *testing.T) { // not parallel: it counts goroutines
	dir := t.TempDir()
	w := worldAt(t, dir)
	p := order(v1.WxCode, 1)
	late := writtenLate(t, w, p)
	file := filepath.Join(dir, "ledger.db")
	if err := os.Rename(file, file+".aside"); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	w.bridge.takeBack(late, ledger.ErrUnavailable)
	for i := range maxAbandoned + 10 {
		o := late
		o.OrderID, o.QueryID, o.OrderNo = fmt.Sprint("T", i), fmt.Sprint("Q", i), fmt.Sprint("N", i)
		w.bridge.takeBack(o, ledger.ErrUnavailable)
	}
	if more := runtime.NumGoroutine() - before; more > 2*takeBacksAtOnce {
		t.Errorf("%d goroutines take orders back", more)
	}
	if n := w.bridge.abandoned.remembered(); n > maxAbandoned {
		t.Errorf("%d orders are remembered", n)
	}
	if n := w.logs.FilterMessageSnippet("too many orders were given up").Len(); n != 1 {
		t.Errorf("the operator reads of it %d times", n)
	}
	if err := os.Rename(file+".aside", file); err != nil {
		t.Fatal(err)
	}
	w.bridge.abandoned.workers.Wait()
	w.wantState(p, translate.Begun)
	if a := &w.bridge.abandoned; a.count != 0 || len(a.sent) != 0 {
		t.Errorf("%d orders are remembered, %d of them by number", a.count, len(a.sent))
	}
}

// What meets an order whose row cannot be read has written nothing. Were it taken back, the
// ledger would be asked every second until somebody has mended the row, and others would
// find no room.
func TestOrderThatCannotBeReadIsNotGivenUp(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(context.Context, *Bridge, payJob, ledger.Order){
		"a repeat of its request": func(ctx context.Context, b *Bridge, job payJob, _ ledger.Order) {
			if _, _, err := b.begin(ctx, job); !errors.Is(err, ledger.ErrUnreadable) {
				t.Errorf("begun: %v", err)
			}
		},
		"a repeat that would send it": func(ctx context.Context, b *Bridge, job payJob, o ledger.Order) {
			if _, ours := b.resubmit(ctx, job, o, "test"); ours {
				t.Error("it is sent")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w := worldAt(t, dir)
			p := order(v1.WxCode, 1)
			w.bridge.takeBack(writtenLate(t, w, p), ledger.ErrUnavailable)
			w.bridge.abandoned.workers.Wait()
			o := w.wantState(p, translate.Begun)
			damage(t, dir, `UPDATE orders SET amount = 'secret'`)
			again(t.Context(), w.bridge, w.payJob(p), o)
			if n := w.bridge.abandoned.remembered(); n != 0 {
				t.Errorf("%d orders wait to be taken back", n)
			}
		})
	}
}

// An order that was given up and cannot be read is asked for once: nothing but a person
// mends its row.
func TestTakingBackEndsAtARowThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := worldAt(t, dir)
	late := writtenLate(t, w, order(v1.WxCode, 1))
	damage(t, dir, `UPDATE orders SET amount = 'secret'`)
	w.bridge.abandoned.add(late)
	if orders := w.bridge.abandoned.next(); !w.bridge.tryTakeBacks(orders) {
		t.Error("the ledger is asked again")
	}
	if n := w.bridge.abandoned.remembered(); n != 0 {
		t.Errorf("%d orders wait to be taken back", n)
	}
	if n := w.logs.FilterMessage("order not taken back").Len(); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// Without the bridge that gave it up, the order is settled by the schedule.
func TestOrderWrittenLateByAKilledBridge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	writtenLate(t, w, p)
	w.stepAt(p)
	w.wantState(p, translate.InDoubt)
}

// A bridge that stood still while another took its order over does not make the
// order failed by an old refusal.
func TestLateRefusalIsFenced(t *testing.T) {
	t.Parallel()
	for _, f := range []fault{refuses, declines, unknown} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			other, _ := w.anotherBridge(w.ledger)
			p := order(v1.WxCode, 1)
			stood := f
			stood.mangle = func(ctx context.Context, body string) RoundTrip {
				w.clock.advance(time.Minute)
				for _, o := range w.due() {
					other.stepDue(ctx, o)
				}
				return RoundTrip{Sent: true, Body: []byte(body)}
			}
			w.gateway.setScript(stood)
			w.pay(p)
			w.wantState(p, translate.InDoubt)
			if n := callsOf(t, w, p); n != 2 {
				t.Fatalf("%d calls on the timeline, want the late one too", n)
			}
		})
	}
}

// remembered is how many orders are not taken back yet.
func (a *abandoned) remembered() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count
}
