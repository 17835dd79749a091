package bridge

import (
	"sync"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// ledgers are the stores on which two bridges meet: one ledger in one process,
// or a database with a ledger for each.
var ledgers = map[string]func(*testing.T) (*ledger.Ledger, *ledger.Ledger){
	"sqlite": func(t *testing.T) (*ledger.Ledger, *ledger.Ledger) {
		l := newWorld(t).ledger
		return l, l
	},
	"postgres": func(t *testing.T) (*ledger.Ledger, *ledger.Ledger) {
		dsn := pgtest.Database(t)
		open := func() *ledger.Ledger {
			l, err := ledger.OpenPostgres(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			return l
		}
		return open(), open()
	},
}

// Many repeats on two bridges: one of them sends, whatever came before.
func TestOneOfAllRepeatsSends(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		action v1.Action
		first  fault
		sends  int // in all
		state  translate.State
	}{
		{"shown, in doubt", v1.WxSao, silent, 2, translate.Pending},
		{"shown, unsent", v1.WxSao, unsent, 1, translate.Pending},
		{"scanned, unsent", v1.WxCode, unsent, 1, translate.Paid},
		{"scanned, in doubt", v1.WxCode, silent, 1, translate.InDoubt},
		{"shown, refused", v1.WxSao, refuses, 1, translate.Failed},
		{"new", v1.WxCode, none, 1, translate.Paid},
	}
	for store, open := range ledgers {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			mine, other := open(t)
			w := worldOn(t, mine, newClock())
			twin, _ := w.anotherBridge(other)
			for i, c := range cases {
				w.gateway.setScript(c.first)
				p := order(c.action, i)
				before := w.gateway.count(v2.TranPay)
				if c.name != "new" {
					w.pay(p)
				}
				var all sync.WaitGroup
				for n := range 12 {
					all.Go(func() { w.payAt([]*Bridge{w.bridge, twin}[n%2], p) })
				}
				all.Wait()
				w.wantState(p, c.state)
				if sends := w.gateway.count(v2.TranPay) - before; sends != c.sends {
					t.Errorf("%s: sent %d times, want %d", c.name, sends, c.sends)
				}
			}
		})
	}
}

// A process that wakes up when its claim is almost over must not send any more.
func TestTooLateToSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	job := w.payJob(p)
	o, _, err := w.bridge.begin(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.advance(w.settings.Timeouts.payLease() - w.settings.Timeouts.Gateway + 1)
	if report, _ := w.bridge.send(t.Context(), job, o); report.State != translate.Begun {
		t.Fatalf("report %+v", report)
	}
	if n := w.gateway.count(v2.TranPay); n != 0 {
		t.Fatal("sent")
	}
}

// What a bridge that was overtaken knows of its own unsent call must not make
// an order sendable that another has in hand.
func TestStaleNotSentIsFenced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	job := w.payJob(p)
	o, _, err := w.bridge.begin(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.advance(w.settings.Timeouts.payLease())
	if due := w.due(); len(due) != 1 {
		t.Fatal("order was not taken over")
	}
	w.bridge.record(t.Context(), job, o, translate.NotSent("late"), answer{})
	w.wantState(p, translate.Sent)
}
