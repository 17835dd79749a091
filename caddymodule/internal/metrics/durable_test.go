package metrics

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// book is a ledger of gauges.
type book struct {
	gauges ledger.Gauges
	err    error
	takes  time.Duration
	deaf   bool // does not hear that nobody waits any more
	reads  atomic.Int32
}

func (b *book) Gauges(ctx context.Context, _ time.Time) (ledger.Gauges, error) {
	b.reads.Add(1)
	done := ctx.Done()
	if b.deaf {
		done = nil
	}
	timer := time.NewTimer(b.takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return b.gauges, b.err
	case <-done:
		return ledger.Gauges{}, ctx.Err()
	}
}

func TestGaugesOfTheLedger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		m := New(time.Now, zap.NewNop)
		m.AttachLedger(&book{gauges: ledger.Gauges{
			Orders: map[translate.State]ledger.StateGauge{
				translate.InDoubt: {Count: 3, Oldest: now.Add(-time.Hour)},
				translate.Pending: {Count: 40, Oldest: now.Add(time.Second)}, // another bridge's clock
			},
			OverdueOrders: 2, Waiting: 9, OldestDue: now.Add(-time.Minute), OverdueNotifications: 4,
			Exhausted: 5, Paused: 6, Withheld: 7,
			SetAside: 6, PausedMerchants: 2, OldestPause: now.Add(-2 * time.Hour),
			Open: ledger.Matters{FailedRefunds: 8, ExhaustedNotifications: 3, QuarantinedMessages: 2},
		}})
		got := gathered(t, m)
		for name, want := range map[string]float64{
			`paybridge_ledger_up{}`:                                1,
			`paybridge_orders{state="in_doubt"}`:                   3,
			`paybridge_orders{state="pending"}`:                    40,
			`paybridge_orders{state="begun"}`:                      0,
			`paybridge_orders{state="sent"}`:                       0,
			`paybridge_orders{state="refunding"}`:                  0,
			`paybridge_oldest_order_age_seconds{state="in_doubt"}`: 3600,
			`paybridge_oldest_order_age_seconds{state="pending"}`:  0,
			`paybridge_oldest_order_age_seconds{state="begun"}`:    0,
			`paybridge_orders_overdue{}`:                           2,
			`paybridge_notifications{state="waiting"}`:             9,
			`paybridge_notifications{state="overdue"}`:             4,
			`paybridge_notifications{state="exhausted"}`:           5,
			`paybridge_notifications{state="paused"}`:              6,
			`paybridge_notifications{state="withheld"}`:            7,
			`paybridge_oldest_notification_overdue_seconds{}`:      60,
			`paybridge_open_matters{kind="refund"}`:                8,
			`paybridge_open_matters{kind="notification"}`:          3,
			`paybridge_open_matters{kind="quarantine"}`:            2,
			`paybridge_paused_merchants{}`:                         2,
			`paybridge_oldest_pause_seconds{}`:                     7200,
			`paybridge_rows_set_aside{}`:                           6,
		} {
			if value, there := got[name]; !there || value != want {
				t.Errorf("%s is %v (there: %v), want %v", name, value, there, want)
			}
		}
	})
}

// A ledger is asked at most every five seconds, however often the metrics are.
func TestReadingsServeManyScrapes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, b := newReader(time.Now, zap.NewNop), &book{takes: 10 * time.Millisecond}
		r.ledgers.Add(b)
		for range 100 { // over ten seconds
			if _, err := r.read(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := b.reads.Load(); n != 2 {
			t.Errorf("%d readings in ten seconds", n)
		}
	})
}

// A ledger that hangs holds up no scrape for longer than patience, gets one
// question at a time, and is heard again when it answers.
func TestHangingLedgerHoldsUpNothing(t *testing.T) {
	t.Parallel()
	for name, deaf := range map[string]bool{"hears the time-out": false, "hears nothing": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, b := newReader(time.Now, zap.NewNop), &book{takes: time.Minute, deaf: deaf}
				r.ledgers.Add(b)
				for i := range 3 {
					start := time.Now()
					_, err := r.read()
					took := time.Since(start)
					if err == nil || took > patience {
						t.Errorf("scrape %d: %v after %s", i, err, took)
					}
					if i > 0 && took != 0 {
						t.Errorf("scrape %d waited again, %s", i, took)
					}
				}
				if n := b.reads.Load(); n != 1 {
					t.Errorf("%d readings at a time", n)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				b.takes = 0
				if _, err := r.read(); err != nil {
					t.Errorf("the ledger answers again: %v", err)
				}
			})
		})
	}
}

// defective is a ledger with a bug.
type defective struct{}

func (*defective) Gauges(context.Context, time.Time) (ledger.Gauges, error) { panic("a bug") }

// While there is no ledger, or it fails, nothing is said of what it holds.
func TestLedgerDown(t *testing.T) {
	t.Parallel()
	for name, attach := range map[string]Ledger{"none": nil, "fails": &book{err: errors.New("no space left")}, "has a bug": new(defective)} {
		m := New(time.Now, zap.NewNop)
		if attach != nil {
			m.AttachLedger(attach)
		}
		got := gathered(t, m)
		if up, there := got["paybridge_ledger_up{}"]; up != 0 || !there {
			t.Errorf("%s: ledger_up is %v, there: %v", name, up, there)
		}
		if _, there := got["paybridge_orders_overdue{}"]; there {
			t.Errorf("%s: there are gauges", name)
		}
	}
}

// The gauges follow the newest loaded configuration, and go back to the one
// before when a newer one fails to start.
func TestGaugesFollowTheConfiguration(t *testing.T) {
	t.Parallel()
	of := func(n int) *book { return &book{gauges: ledger.Gauges{Waiting: n}} }
	first, second := of(1), of(2)
	r := newReader(time.Now, zap.NewNop)
	r.ledgers.Add(first)
	for i, step := range []struct {
		do   func()
		want int
	}{
		{func() {}, 1},
		{func() { r.ledgers.Add(second) }, 2},
		{func() { r.ledgers.Remove(second); r.ledgers.Remove(second) }, 1},
		{func() { r.ledgers.Add(first); r.ledgers.Remove(first) }, 1}, // a reload with the same ledger
		{func() { r.ledgers.Add(second); r.ledgers.Remove(first) }, 2},
	} {
		step.do()
		if g, err := r.read(); err != nil || g.Waiting != step.want {
			t.Errorf("step %d: reads %d, %v; want %d", i, g.Waiting, err, step.want)
		}
	}
	r.ledgers.Remove(second)
	if _, err := r.read(); !errors.Is(err, errNoLedger) {
		t.Errorf("without a ledger: %v", err)
	}
}
