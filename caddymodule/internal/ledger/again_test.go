package ledger_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// deliver pays an order and delivers its notification.
func deliver(tb testing.TB, l *ledger.Ledger, i int) ledger.Key {
	tb.Helper()
	pay(tb, l, sample(i), noon)
	mustFinish(tb, l, mustClaim(tb, l, noon, 1)[0].Notification, ledger.Delivered, time.Time{})
	return sample(i).Key
}

// callOnceMore takes one call about what is delivered, which stays so from the claim to
// the answer and after it.
func callOnceMore(t *testing.T, p place) {
	l := p.open(t)
	k := deliver(t, l, 1)
	d, err := l.BeginAgain(t.Context(), k, after(time.Hour), time.Minute, because)
	if err != nil {
		t.Fatal(err)
	}
	if d.Order != mustOrder(t, l, k) || d.Attempts != 2 || d.Notification != mustNotification(t, l, k) {
		t.Errorf("given %+v", d)
	}
	begun := ledger.Attempt{N: 2, At: after(time.Hour), Class: ledger.Unrecorded}
	wantAgain(t, l, k, begun)
	_, err = l.BeginAgain(t.Context(), k, after(time.Hour+59*time.Second), time.Minute, because)
	wantError(t, err, ledger.ErrBeingCalled)

	refused := ledger.Attempt{N: 2, At: after(time.Hour + time.Second), Duration: time.Second, Status: 200, Class: "refused", Excerpt: "no"}
	if err := l.EndAgain(t.Context(), d.Notification, refused); err != nil {
		t.Fatal(err)
	}
	wantAgain(t, l, k, refused)
	if err := l.EndAgain(t.Context(), d.Notification, refused); err != nil {
		t.Errorf("once more, because its answer did not come: %v", err)
	}
	wantError(t, l.EndAgain(t.Context(), d.Notification, begun), ledger.ErrFenced)
	if _, err := l.BeginAgain(t.Context(), k, after(time.Hour+2*time.Second), time.Minute, because); err != nil {
		t.Errorf("the next call: %v", err)
	}
	changes := mustChanges(t, l, k)
	if want := made(k, "resend again", "delivered", "delivered"); len(changes) != 2 || changes[0] != want || changes[1] != want {
		t.Errorf("changes are %+v", changes)
	}
}

// wantAgain checks that what was called about again rests, and what the last call was.
func wantAgain(t *testing.T, l *ledger.Ledger, k ledger.Key, want ledger.Attempt) {
	t.Helper()
	if n := mustNotification(t, l, k); n.State != ledger.Delivered || n.Attempts != want.N {
		t.Errorf("the notification is %+v", n)
	}
	attempts, err := l.Attempts(t.Context(), k)
	if err != nil || len(attempts.Items) != want.N || attempts.Items[want.N-1] != want {
		t.Errorf("attempts are %+v, %v, want the last to be %+v", attempts, err, want)
	}
	if got := mustClaim(t, l, after(1000*time.Hour), 10); len(got) != 0 {
		t.Errorf("a dispatcher was given %+v", got)
	}
	if _, due, err := l.NextDue(t.Context()); err != nil || !due.IsZero() {
		t.Errorf("due at %v, %v", due, err)
	}
}

// callOnceMoreDies lets a bridge die during the call, and come back after another call
// was made: nothing is sent by itself, and the late answer has its own row.
func callOnceMoreDies(t *testing.T, p place) {
	l := p.open(t)
	k := deliver(t, l, 1)
	lost, err := l.BeginAgain(t.Context(), k, noon, time.Minute, because)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = p.open(t)
	wantAgain(t, l, k, ledger.Attempt{N: 2, At: noon, Class: ledger.Unrecorded})
	next, err := l.BeginAgain(t.Context(), k, after(time.Minute), time.Minute, because)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.EndAgain(t.Context(), lost.Notification, ledger.Attempt{At: noon, Class: "timeout"}); err != nil {
		t.Errorf("the late answer: %v", err)
	}
	_, err = l.BeginAgain(t.Context(), k, after(90*time.Second), time.Minute, because)
	wantError(t, err, ledger.ErrBeingCalled) // the late answer is not that of the call under way
	if err := l.EndAgain(t.Context(), next.Notification, ledger.Attempt{At: after(time.Minute), Class: "ok"}); err != nil {
		t.Fatal(err)
	}
	wantAgain(t, l, k, ledger.Attempt{N: 3, At: after(time.Minute), Class: "ok"})
}

// callOnceMoreRefused asks for calls that must not be made.
func callOnceMoreRefused(t *testing.T, p place) {
	l := p.open(t)
	for i, state := range []ledger.NotificationState{ledger.Exhausted, ledger.Paused, ledger.Withheld, ledger.AlreadyCredited} {
		pay(t, l, sample(i), noon)
		mustFinish(t, l, mustClaim(t, l, noon, 1)[0].Notification, state, time.Time{})
	}
	pay(t, l, sample(4), noon) // waits
	mustBegin(t, l, sample(5)) // was never paid
	for i, want := range []error{
		ledger.ErrNotFound, ledger.ErrNotFound, ledger.ErrNotFound, ledger.ErrNotFound, ledger.ErrNotFound, ledger.ErrNotPaid, ledger.ErrNotFound,
	} {
		_, err := l.BeginAgain(t.Context(), sample(i).Key, noon, time.Minute, because)
		wantError(t, err, want)
	}
	if _, err := l.BeginAgain(t.Context(), sample(0).Key, noon, time.Minute, ledger.Change{Who: "ops"}); err == nil {
		t.Error("called again for no reason")
	}
	if changes := mustChanges(t, l, ledger.Key{}); len(changes) != 0 {
		t.Errorf("changes are %+v", changes)
	}
}

// callOnceMoreOrRefund asks for calls from several bridges while the payment is given
// back: at most one call is under way, and none is begun after the refund.
func callOnceMoreOrRefund(t *testing.T, p place) {
	ledgers := bridges(t, p)
	k := deliver(t, ledgers[0], 1)
	var given atomic.Int32
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			if _, err := ledgers[i%len(ledgers)].BeginAgain(t.Context(), k, noon, time.Minute, because); err == nil {
				given.Add(1)
			}
		})
	}
	all.Go(func() {
		_, verdict, err := ledgers[0].Record(t.Context(), k, ledger.Update{
			State: translate.Refunding, At: noon, Source: "cancel", RefundNo: "R1", Next: after(time.Hour),
		})
		if err != nil || verdict != translate.Applied {
			t.Errorf("refunding: %v, %v", verdict, err)
		}
	})
	all.Wait()
	if n := given.Load(); n > 1 {
		t.Errorf("%d calls were given at once", n)
	}
	_, err := ledgers[0].BeginAgain(t.Context(), k, after(time.Hour), time.Minute, because)
	wantError(t, err, ledger.ErrNotPaid)
	if n := mustNotification(t, ledgers[0], k); n.State != ledger.Delivered || n.Attempts != 1+int(given.Load()) {
		t.Errorf("the notification is %+v after %d calls", n, given.Load())
	}
}
