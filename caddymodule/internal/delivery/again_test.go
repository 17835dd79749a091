package delivery

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// oneAcknowledged delivers the notification of an order.
func oneAcknowledged(t *testing.T, book *fakeLedger, d *Dispatcher) ledger.Key {
	t.Helper()
	key := book.owe("again00001", testURL, time.Now())
	d.Wake()
	pass(time.Second)
	if n, _ := book.get(key); n.State != ledger.Delivered {
		t.Fatalf("it is %s", n.State)
	}
	return key
}

// TestSendAgain makes one call about what was acknowledged: whatever comes of it, the
// notification stays delivered, the answer is on record and no call follows.
func TestSendAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, answer string
		took         time.Duration
		want         Class
	}{
		{"acknowledged again", "0000", 0, OK},
		{"credited already", "P1", 0, AlreadyCredited},
		{"refused", "no", 0, Refused},
		{"no answer", "0000", hang, Timeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				network := newFakeNetwork(func(_ call, n int) (string, time.Duration) {
					if n == 1 {
						return "0000", 0
					}
					return c.answer, c.took
				})
				book := newFakeLedger()
				d := startDispatcher(t, Config{Ledger: book}, network)
				key := oneAcknowledged(t, book, d)
				impatient, leave := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, leave) // whoever asked leaves; the call goes on
				trial, err := d.SendAgain(impatient, key, ledger.Change{})
				if err != nil || trial.Class != c.want || trial.N != 2 {
					t.Errorf("%+v, %v, want call 2 to be %s", trial, err, c.want)
				}
				pass(time.Hour)
				stopDispatcher(t, d)
				n, attempts := book.get(key)
				if n.State != ledger.Delivered || len(attempts) != 2 || attempts[1].Class != string(c.want) {
					t.Errorf("%s, attempts %+v", n.State, attempts)
				}
				if calls := network.of(key.OrderID); len(calls) != 2 {
					t.Errorf("called %d times, want twice", len(calls))
				}
			})
		})
	}
}

// TestSendAgainStopped cuts the call off with the dispatcher, which records that, and
// begins none afterwards.
func TestSendAgainStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := newFakeNetwork(func(_ call, n int) (string, time.Duration) {
			return "0000", time.Duration(n-1) * hang
		})
		book := newFakeLedger()
		d := startDispatcher(t, Config{Ledger: book}, network)
		key := oneAcknowledged(t, book, d)
		ended := make(chan Class)
		go func() {
			trial, _ := d.SendAgain(t.Context(), key, ledger.Change{})
			ended <- trial.Class
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := d.Stop(ctx); err != nil {
			t.Error(err)
		}
		if class := <-ended; class != Interrupted {
			t.Errorf("it ended as %s", class)
		}
		if _, attempts := book.get(key); len(attempts) != 2 || attempts[1].Class != string(Interrupted) {
			t.Errorf("attempts %+v", attempts)
		}
		if _, err := d.SendAgain(t.Context(), key, ledger.Change{}); !errors.Is(err, ErrStopping) {
			t.Errorf("after the stop: %v", err)
		}
		if calls := network.of(key.OrderID); len(calls) != 2 {
			t.Errorf("called %d times, want twice", len(calls))
		}
	})
}

// TestSendAgainUnrecorded loses the ledger after the call was made: it is not made once
// more, and whoever asked hears both.
func TestSendAgainUnrecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		book.failBy(func(_ context.Context, method string) error {
			if method == "end again" {
				return ledger.ErrUnavailable
			}
			return nil
		})
		d := startDispatcher(t, Config{Ledger: book}, network)
		key := oneAcknowledged(t, book, d)
		trial, err := d.SendAgain(t.Context(), key, ledger.Change{})
		if !errors.Is(err, ledger.ErrUnavailable) || trial.Class != OK {
			t.Errorf("%+v, %v", trial, err)
		}
		pass(time.Hour)
		stopDispatcher(t, d)
		if _, attempts := book.get(key); len(attempts) != 2 || attempts[1].Class != ledger.Unrecorded {
			t.Errorf("attempts %+v", attempts)
		}
		if calls := network.of(key.OrderID); len(calls) != 2 {
			t.Errorf("called %d times, want twice", len(calls))
		}
	})
}

// TestSendAgainTooLate has the ledger say so late that the call may be made that another
// may be begun before it is over: it is not made, and neither is one whose order was given
// back while the ledger was slow.
func TestSendAgainTooLate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		took time.Duration
		to   translate.State
		late bool
		want error
		kept string
	}{
		"too late":                   {2*recording + time.Millisecond, translate.Paid, false, ErrTooLate, ledger.Unrecorded},
		"given back":                 {current, translate.Refunding, false, ledger.ErrNotPaid, string(Withheld)},
		"given back, and it bounced": {current, translate.RefundFailed, true, ledger.ErrNotPaid, string(Withheld)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
				d := startDispatcher(t, Config{Ledger: book}, network)
				key := oneAcknowledged(t, book, d)
				book.failBy(func(_ context.Context, method string) error {
					switch method {
					case "begin again":
						time.Sleep(c.took)
					case "order": // is read after that
						book.change(key, func(o *ledger.Order) { o.State, o.Late = c.to, c.late })
					}
					return nil
				})
				if trial, err := d.SendAgain(t.Context(), key, ledger.Change{}); !errors.Is(err, c.want) {
					t.Errorf("%+v, %v, want %v", trial, err, c.want)
				}
				stopDispatcher(t, d)
				if _, attempts := book.get(key); len(attempts) != 2 || attempts[1].Class != c.kept {
					t.Errorf("attempts %+v", attempts)
				}
				if calls := network.of(key.OrderID); len(calls) != 1 {
					t.Errorf("called %d times, want once", len(calls))
				}
			})
		})
	}
}
