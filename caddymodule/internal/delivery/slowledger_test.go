package delivery

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// A claim that was long in coming leaves no time for a call.
func TestLateClaimIsReleased(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		var claims atomic.Int32
		book.failBy(func(_ context.Context, method string) error {
			if method == "claim" && claims.Add(1) == 1 {
				pass(11 * time.Second)
			}
			return nil
		})
		d := newTestDispatcher(Config{Ledger: deaf{book}}, network)
		key := book.owe("late000001", testURL, time.Now())
		d.Start()
		pass(time.Minute)
		stopDispatcher(t, d)
		if n, _ := book.get(key); n.State != ledger.Delivered || n.Claim != 2 || book.called("release") != 1 {
			t.Errorf("%s by claim %d after %d releases, want delivered by claim 2 after 1", n.State, n.Claim, book.called("release"))
		}
	})
}

// While a claim is on its way its order is cancelled and refunded: the merchant has heard
// so and is not told of success. What only took long is sent.
func TestSlowClaimIsReadAgain(t *testing.T) {
	t.Parallel()
	for state, want := range map[translate.State]ledger.NotificationState{
		translate.Refunded: ledger.Withheld, translate.Paid: ledger.Delivered,
	} {
		synctest.Test(t, func(t *testing.T) {
			book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
			key := book.owe("late000002", testURL, time.Now())
			d := newTestDispatcher(Config{Ledger: &slowClaims{fakeLedger: book, meanwhile: func() {
				book.change(key, func(o *ledger.Order) { o.State = state })
			}}}, network)
			d.Start()
			pass(time.Minute)
			stopDispatcher(t, d)
			if n, attempts := book.get(key); n.State != want || len(attempts) != 1 {
				t.Errorf("%s: notification is %s after %d attempts, want %s", state, n.State, len(attempts), want)
			}
		})
	}
}

// A reading of the order may be old itself when it comes: while it is on its way the
// merchant cancels. It is read until it is young, and where that does not become so nothing
// is sent.
func TestSlowReadingIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		slow int           // readings
		took time.Duration // each of them
		then translate.State
		want ledger.NotificationState
	}{
		"refunded meanwhile":          {1, 3 * time.Second, translate.Refunded, ledger.Withheld},
		"paid as before":              {1, 3 * time.Second, translate.Paid, ledger.Delivered},
		"a ledger far away":           {1000, 300 * time.Millisecond, translate.Paid, ledger.Delivered},
		"a ledger that is never soon": {1000, 1500 * time.Millisecond, translate.Refunded, ledger.Waiting},
		"no time is left for a call":  {1000, 3500 * time.Millisecond, translate.Paid, ledger.Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
				key := book.owe("late000003", testURL, time.Now())
				slow := &slowReadings{
					slowClaims: slowClaims{fakeLedger: book, meanwhile: func() {}}, slow: c.slow, took: c.took,
					meanwhile: func() { book.change(key, func(o *ledger.Order) { o.State = c.then }) },
				}
				d := newTestDispatcher(Config{Ledger: slow}, network)
				d.Start()
				pass(time.Minute)
				stopDispatcher(t, d)
				if n, _ := book.get(key); n.State != c.want {
					t.Errorf("the notification is %s, want %s", n.State, c.want)
				}
			})
		})
	}
}

// slowReadings is a ledger whose first readings come late.
type slowReadings struct {
	slowClaims
	slow      int
	took      time.Duration
	meanwhile func()
}

func (l *slowReadings) Order(ctx context.Context, k ledger.Key) (ledger.Order, error) {
	o, err := l.fakeLedger.Order(ctx, k)
	if l.slow > 0 {
		l.slow--
		l.meanwhile()
		pass(l.took)
	}
	return o, err
}

// slowClaims is a ledger whose claims come two seconds after they were made.
type slowClaims struct {
	*fakeLedger
	meanwhile func()
}

func (l *slowClaims) ClaimNotifications(
	ctx context.Context, now time.Time, lease time.Duration, offer func() ledger.Room,
) ([]ledger.Delivery, error) {
	given, err := l.fakeLedger.ClaimNotifications(ctx, now, lease, offer)
	if len(given) > 0 {
		l.meanwhile()
		pass(2 * time.Second)
	}
	return given, err
}

// deaf is a ledger whose claims do not hear that their time is over.
type deaf struct{ *fakeLedger }

func (d deaf) ClaimNotifications(
	ctx context.Context, now time.Time, lease time.Duration, offer func() ledger.Room,
) ([]ledger.Delivery, error) {
	return d.fakeLedger.ClaimNotifications(context.WithoutCancel(ctx), now, lease, offer)
}
