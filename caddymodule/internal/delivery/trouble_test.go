package delivery

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// failing makes a method of the ledger unavailable until a time.
func failing(method string, until time.Time) func(context.Context, string) error {
	return func(_ context.Context, called string) error {
		if called == method && time.Now().Before(until) {
			return fmt.Errorf("%w: test", ledger.ErrUnavailable)
		}
		return nil
	}
}

func TestClaimsHeal(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"claim", "next"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
				book.failBy(failing(method, time.Now().Add(time.Minute)))
				log, logs := observed()
				d := startDispatcher(t, Config{Ledger: book, Log: log}, network)
				for range 600 {
					pass(100 * time.Millisecond)
					d.Wake() // does not press a ledger that is down
				}
				if tries := book.called(method); tries < 10 || tries > 60 {
					t.Errorf("%d tries in a minute, want some 35", tries)
				}
				key := book.owe("heals00001", testURL, time.Now())
				pass(3 * time.Second)
				if n, _ := book.get(key); n.State != ledger.Delivered {
					t.Errorf("%s, want delivered soon after the ledger is back", n.State)
				}
				stopDispatcher(t, d)
				for _, message := range []string{"notifications cannot be claimed; trying on", "notifications are claimed again"} {
					if lines := logs.FilterMessage(message).Len(); lines != 1 {
						t.Errorf("%d lines say %q", lines, message)
					}
				}
			})
		})
	}
}

// A result that cannot be recorded is tried again, the call is not.
func TestRecordingHeals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 9*time.Second))
		book.failBy(failing("finish", time.Now().Add(20*time.Second)))
		key := book.owe("records001", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(time.Minute)
		stopDispatcher(t, d)
		n, attempts := book.get(key)
		if n.State != ledger.Delivered || len(attempts) != 1 || len(network.calls) != 1 {
			t.Errorf("%s, %d attempts, %d calls; want delivered, 1, 1", n.State, len(attempts), len(network.calls))
		}
	})
}

// When the lease has ended, the result is lost and the notification comes up
// again; the log says so.
func TestRecordingEndsWithTheLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		log, logs := observed()
		start := time.Now()
		book.failBy(failing("finish", start.Add(time.Minute)))
		key := book.owe("lost000001", testURL, start)
		d := startDispatcher(t, Config{Ledger: book, Log: log}, network)
		pass(2 * time.Minute)
		stopDispatcher(t, d)
		if n, _ := book.get(key); n.State != ledger.Delivered || n.Attempts != 1 {
			t.Errorf("%s after %d attempts, want delivered after 1 that is counted", n.State, n.Attempts)
		}
		calls := network.of(key.OrderID)
		for i, at := range calls[1:] {
			if gap := at.Sub(calls[i]); gap < d.lease() {
				t.Errorf("called again after %s, before the lease of %s had ended", gap, d.lease())
			}
		}
		lost := logs.FilterMessage("attempt to notify could not be recorded").Len()
		if lost != len(calls)-1 || lost < 2 {
			t.Errorf("%d lines about lost results for %d calls", lost, len(calls))
		}
	})
}

func TestUnknownMerchantWaits(t *testing.T) {
	t.Parallel()
	for _, found := range []bool{false, true} {
		t.Run(fmt.Sprintf("found %v, without a key", found), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { unknownMerchant(t, found) })
		})
	}
}

func unknownMerchant(t *testing.T, found bool) {
	book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
	log, logs := observed()
	var configured atomic.Bool
	lookup := func(string) (Target, bool) {
		if !configured.Load() {
			return Target{}, found
		}
		return testTarget(), true
	}
	keys := book.oweMany(1000, "unknown", testURL, time.Now())
	d := startDispatcher(t, Config{Ledger: book, Lookup: lookup, Log: log}, network)
	pass(10 * time.Minute)
	if len(network.calls) != 0 {
		t.Errorf("%d calls for a merchant without a key", len(network.calls))
	}
	if n := logs.Len(); n < 9 || n > 11 {
		t.Errorf("%d log lines in 10 minutes, want one a minute", n)
	}
	if n := book.called("claim"); n > 10*60*15 {
		t.Errorf("%d claims in 10 minutes", n)
	}
	configured.Store(true)
	pass(d.lease() + 2*time.Second)
	stopDispatcher(t, d)
	for _, key := range keys {
		if n, _ := book.get(key); n.State != ledger.Delivered || n.Attempts != 1 {
			t.Fatalf("%s: %s after %d attempts, want delivered after 1", key.OrderID, n.State, n.Attempts)
		}
	}
}

// A bridge without settings, on its way up or down, keeps nothing from one that
// has them.
func TestUnknownMerchantIsLeftToAnotherBridge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		nobody := func(string) (Target, bool) { return Target{}, false }
		var keys []ledger.Key
		for i := range 20 {
			keys = append(keys, book.owe(fmt.Sprintf("another%04d", i), fmt.Sprintf("http://m%d.test/", i), time.Now()))
		}
		closing := startDispatcher(t, Config{Ledger: book, Lookup: nobody}, network)
		pass(5500 * time.Millisecond)
		if n := book.called("release"); n < 20 || n > 6*20*DefaultPerHost {
			t.Errorf("%d notifications given back in 5 s, want some at each second", n)
		}
		for _, key := range keys {
			if e := book.entries[key]; !e.ready.Equal(e.Due) {
				t.Errorf("%s is held until %v", key.OrderID, e.ready)
			}
		}
		other := startDispatcher(t, Config{Ledger: book}, network)
		pass(time.Second)
		for _, key := range keys {
			if n, _ := book.get(key); n.State != ledger.Delivered || n.Attempts != 1 {
				t.Errorf("%s: %s after %d attempts, want delivered after 1", key.OrderID, n.State, n.Attempts)
			}
		}
		stopDispatcher(t, closing)
		stopDispatcher(t, other)
	})
}

// The notifications of a merchant that is gone do not stand before those of
// another at the same host for ever.
func TestUnknownMerchantStandsAside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		lookup := func(merID string) (Target, bool) { return testTarget(), merID != testMerchant }
		book.oweMany(20, "gone", testURL, time.Now())
		key := book.oweTo("89910001", "stays00001", testURL, time.Now().Add(time.Millisecond))
		d := startDispatcher(t, Config{Ledger: book, Lookup: lookup}, network)
		pass(briefly + 25*time.Second)
		stopDispatcher(t, d)
		if n, _ := book.get(key); n.State != ledger.Delivered {
			t.Errorf("%s, want delivered", n.State)
		}
	})
}

// What the merchant hears depends on whether the payment still stands.
func TestOrderGivenBack(t *testing.T) {
	t.Parallel()
	tests := []struct {
		state    translate.State
		then     translate.State // after a minute
		late     bool
		want     ledger.NotificationState
		class    Class
		attempts int
	}{
		{translate.Paid, translate.Paid, false, ledger.Delivered, OK, 1},
		{translate.RefundFailed, translate.RefundFailed, false, ledger.Delivered, OK, 1},
		{translate.Refunded, translate.Refunded, false, ledger.Withheld, Withheld, 1},
		{translate.Refunding, translate.Refunded, false, ledger.Withheld, Withheld, 1},
		{translate.Refunding, translate.RefundFailed, false, ledger.Delivered, OK, 1},
		{translate.Refunding, translate.Refunding, false, ledger.Waiting, "", 0},
		{translate.Failed, translate.Failed, false, ledger.Withheld, Withheld, 1},
		{translate.Closed, translate.Closed, false, ledger.Withheld, Withheld, 1},
		{translate.Begun, translate.Begun, false, ledger.Withheld, Withheld, 1},
		{translate.Sent, translate.Sent, false, ledger.Withheld, Withheld, 1},
		{translate.Pending, translate.Pending, false, ledger.Withheld, Withheld, 1},
		{translate.InDoubt, translate.InDoubt, false, ledger.Withheld, Withheld, 1},
		{"unheard", "unheard", false, ledger.Waiting, "", 0},
		{translate.RefundFailed, translate.RefundFailed, true, ledger.Withheld, Withheld, 1}, // it was done, and bounced
		{translate.Refunding, translate.RefundFailed, true, ledger.Withheld, Withheld, 1},
	}
	tested := make(map[translate.State]bool)
	for _, test := range tests {
		tested[test.state] = true
	}
	for _, state := range translate.States() {
		if !tested[state] {
			t.Errorf("state %s is not tested", state)
		}
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s, %s, late %t", test.state, test.then, test.late), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
				key := book.owe("back000001", testURL, time.Now())
				book.change(key, func(o *ledger.Order) { o.State, o.Late = test.state, test.late })
				d := startDispatcher(t, Config{Ledger: book}, network)
				pass(time.Minute)
				book.change(key, func(o *ledger.Order) { o.State = test.then })
				pass(time.Minute)
				stopDispatcher(t, d)
				n, attempts := book.get(key)
				if n.State != test.want || len(attempts) != test.attempts {
					t.Fatalf("%s after %d attempts, want %s after %d", n.State, len(attempts), test.want, test.attempts)
				}
				if test.attempts > 0 && attempts[0].Class != string(test.class) {
					t.Errorf("class %s, want %s", attempts[0].Class, test.class)
				}
				if called := len(network.calls) > 0; called != (test.class == OK) {
					t.Errorf("called: %v", called)
				}
			})
		})
	}
}

type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) { panic("a bug") }

// A bug that one notification sets off ends neither the bridge nor the schedule.
func TestPanicIsAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book := newFakeLedger()
		key := book.owe("panic00001", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: book}, panicking{})
		pass(time.Hour)
		stopDispatcher(t, d)
		n, attempts := book.get(key)
		if n.State != ledger.Exhausted || attempts[0].Class != string(Internal) {
			t.Errorf("%s after %+v, want exhausted after internal failures", n.State, attempts)
		}
	})
}
