package ledger_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func events(t *testing.T, p place) {
	now := func() time.Time { return after(time.Minute) }
	l := p.open(t, ledger.WithClock(now))
	unknown := ledger.Key{}
	for _, detail := range []string{"one", "two\x00\nlines"} {
		if err := l.AddEvents(t.Context(), unknown, ledger.Event{Kind: "forged", Source: "notice", Detail: detail}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Events(t.Context(), unknown)
	if err != nil || len(got.Items) != 2 {
		t.Fatalf("Events: %v, %+v", err, got)
	}
	details := map[string]bool{got.Items[0].Detail: true, got.Items[1].Detail: true}
	if !details["one"] || len(details) != 2 {
		t.Errorf("details are %v", details)
	}
	wantTime(t, "event", got.Items[0].At, after(time.Minute))
	if none, err := l.Events(t.Context(), sample(1).Key); err != nil || len(none.Items) != 0 {
		t.Errorf("events of an unknown order: %v, %+v", err, none)
	}
}

func nextDue(t *testing.T, p place) {
	l := p.open(t)
	orders, notifications, err := l.NextDue(t.Context())
	if err != nil || !orders.IsZero() || !notifications.IsZero() {
		t.Errorf("NextDue of nothing: %v, %v, %v", orders, notifications, err)
	}
	for i := range 4 {
		o := sample(i)
		o.CreatedAt, o.Next = after(time.Duration(i)*time.Second), after(time.Duration(i)*time.Hour)
		mustBegin(t, l, o)
	}
	for i, state := range []translate.State{translate.InDoubt, translate.InDoubt, translate.Paid} {
		mustRecord(t, l, sample(i+1).Key, ledger.Update{State: state, At: after(time.Minute)}, translate.Applied)
	}
	orders, notifications, err = l.NextDue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantTime(t, "next order", orders, noon)
	wantTime(t, "next notification", notifications, after(time.Minute))
	mustClaim(t, l, after(time.Hour), 1)
	mustClaimOrders(t, l, noon, 1)
	if orders, notifications, err = l.NextDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantTime(t, "next order while it is held", orders, after(time.Minute))
	wantTime(t, "next notification while it is held", notifications, after(61*time.Minute))
}

// manyWriters lets 64 goroutines take 640 orders through their life while others
// claim.
func manyWriters(t *testing.T, p place) {
	const orders = 640
	ledgers := bridges(t, p)
	var delivered atomic.Int32
	inParallel(orders, func(i int) {
		l := ledgers[i%len(ledgers)]
		o := sample(i)
		mustBegin(t, l, o)
		mustRecord(t, l, o.Key, ledger.Update{State: translate.Sent, Claim: 1}, translate.Applied)
		mustRecord(t, l, o.Key, ledger.Update{State: translate.Pending, Claim: 2, FormAction: "x"}, translate.Applied)
		mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid}, translate.Applied)
		for _, d := range mustClaim(t, l, noon, 3) {
			err := l.Finish(t.Context(), d.Notification, ledger.Attempt{At: noon}, ledger.Delivered, time.Time{})
			if err != nil {
				t.Error(err)
			}
			delivered.Add(1)
		}
	})
	for _, d := range mustClaim(t, ledgers[0], noon, orders) {
		if err := ledgers[0].Finish(t.Context(), d.Notification, ledger.Attempt{}, ledger.Delivered, noon); err != nil {
			t.Error(err)
		}
		delivered.Add(1)
	}
	paid, done := countRows(t, ledgers[0], "orders", "state = 'paid'"), countRows(t, ledgers[0], "notifications", "state = 'delivered'")
	if paid != orders || done != orders || delivered.Load() != orders {
		t.Errorf("%d paid, %d delivered after %d deliveries", paid, done, delivered.Load())
	}
}

func reopen(t *testing.T, p place) {
	l := p.open(t)
	pay(t, l, sample(1), noon)
	mustBegin(t, l, sample(2))
	mustRecord(t, l, sample(1).Key, ledger.Update{State: translate.Failed, Source: "query"}, translate.Contradicted)
	d := mustClaim(t, l, noon, 1)[0].Notification
	if err := l.Finish(t.Context(), d, ledger.Attempt{At: noon, Class: "refused"}, ledger.Waiting, after(time.Hour)); err != nil {
		t.Fatal(err)
	}
	type content struct {
		one, two     ledger.Order
		notification ledger.Notification
		attempts     int
		events       int
	}
	look := func(l *ledger.Ledger) content {
		attempts, err := l.Attempts(t.Context(), sample(1).Key)
		events, err2 := l.Events(t.Context(), sample(1).Key)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return content{
			mustOrder(t, l, sample(1).Key), mustOrder(t, l, sample(2).Key), mustNotification(t, l, sample(1).Key),
			len(attempts.Items), len(events.Items),
		}
	}
	before := look(l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = p.open(t)
	if got := look(l); got != before || got.attempts != 1 || got.events != 2 {
		t.Errorf("reopened\n%+v\nwas\n%+v", got, before)
	}
	if err := l.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func closed(t *testing.T, p place) {
	l := p.open(t)
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	_, _, begin := l.Begin(t.Context(), sample(1))
	_, order := l.Order(t.Context(), sample(1).Key)
	for name, err := range map[string]error{"Begin": begin, "Order": order, "Ping": l.Ping(t.Context())} {
		if !errors.Is(err, ledger.ErrUnavailable) || !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("%s of a closed ledger: %v", name, err)
		}
	}
}

func hungUp(t *testing.T, p place) {
	l := p.open(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := l.Begin(gone, sample(1))
	if !errors.Is(err, context.Canceled) || errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("a caller who hung up gets %v", err)
	}
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, _, err = l.Begin(late, sample(1))
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("a caller who ran out of time gets %v", err)
	}
	_, err = l.Order(t.Context(), sample(1).Key)
	wantError(t, err, ledger.ErrNotFound)
}
