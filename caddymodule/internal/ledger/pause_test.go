package ledger_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func mustPause(tb testing.TB, l *ledger.Ledger, merID string) {
	tb.Helper()
	if err := l.Pause(tb.Context(), merID, because); err != nil {
		tb.Fatal(err)
	}
}

func mustResume(tb testing.TB, l *ledger.Ledger, merID string, due time.Time, want int) {
	tb.Helper()
	if n, err := l.ResumeMerchant(tb.Context(), merID, due, because); err != nil || n != want {
		tb.Fatalf("resumed %d, %v, want %d", n, err, want)
	}
}

func mustFinish(tb testing.TB, l *ledger.Ledger, d ledger.Notification, to ledger.NotificationState, due time.Time) {
	tb.Helper()
	if err := l.Finish(tb.Context(), d, ledger.Attempt{At: noon}, to, due); err != nil {
		tb.Fatal(err)
	}
}

// pauseAndResume keeps a merchant's notifications back from the moment it is
// paused, also those that come later, and lets the others through.
func pauseAndResume(t *testing.T, p place) {
	l := p.open(t)
	pay(t, l, of("A", 0), noon)
	inHand := mustClaim(t, l, noon, 1)[0].Notification
	pay(t, l, of("A", 1), after(time.Second))
	pay(t, l, of("B", 2), after(time.Second))
	mustPause(t, l, "A")
	pay(t, l, of("A", 3), after(2*time.Second))
	if got := mustClaim(t, l, after(10*time.Second), 10); len(got) != 1 || got[0].MerID != "B" {
		t.Fatalf("claimed %+v, want that of B", got)
	}
	mustFinish(t, l, inHand, ledger.Waiting, after(20*time.Second)) // it was not acknowledged
	if got := mustClaim(t, l, after(30*time.Second), 10); len(got) != 0 {
		t.Fatalf("claimed of a paused merchant: %+v", got)
	}
	for _, i := range []int{0, 1, 3} {
		if n := mustNotification(t, l, of("A", i).Key); n.State != ledger.Paused {
			t.Errorf("notification %d is %s", i, n.State)
		}
	}
	want := ledger.Pause{MerID: "A", At: noon, Who: because.Who, Why: because.Why}
	if pauses, err := l.PausedMerchants(t.Context()); err != nil || !slices.Equal(pauses.Items, []ledger.Pause{want}) {
		t.Errorf("paused: %+v, %v", pauses, err)
	}

	mustResume(t, l, "A", after(time.Hour), 3)
	if got := mustClaim(t, l, after(59*time.Minute), 10); len(got) != 1 || got[0].MerID != "B" { // its lease has ended
		t.Fatalf("claimed early: %+v", got)
	}
	got := mustClaim(t, l, after(time.Hour), 10)
	if len(got) != 4 {
		t.Fatalf("claimed %d, want 4", len(got))
	}
	for _, d := range got {
		if d.MerID == "A" && !d.Due.Equal(after(time.Hour)) {
			t.Errorf("due at %v", d.Due)
		}
	}
	if n := mustNotification(t, l, of("A", 0).Key); n.Attempts != 1 {
		t.Errorf("%d attempts are counted, want 1", n.Attempts)
	}
	if pauses, err := l.PausedMerchants(t.Context()); err != nil || len(pauses.Items) != 0 {
		t.Errorf("paused: %+v, %v", pauses, err)
	}
	a := ledger.Key{MerID: "A"}
	both := []ledger.Change{made(a, "resume", "paused", "notified"), made(a, "pause", "notified", "paused")}
	if changes := mustChanges(t, l, a); !slices.Contains(changes, both[0]) || !slices.Contains(changes, both[1]) || len(changes) != 2 {
		t.Errorf("changes are %+v", changes)
	}
}

// parkingFences lets a sender come back whose notification was parked and resumed
// after its lease had ended.
func parkingFences(t *testing.T, p place) {
	l := p.open(t)
	pay(t, l, of("A", 0), noon)
	slow := mustClaim(t, l, noon, 1)[0].Notification
	mustPause(t, l, "A")
	mustClaim(t, l, after(time.Hour), 1)
	finish := func() error { return l.Finish(t.Context(), slow, ledger.Attempt{At: noon}, ledger.Exhausted, noon) }
	wantError(t, finish(), ledger.ErrFenced)
	mustResume(t, l, "A", after(time.Hour), 1)
	wantError(t, finish(), ledger.ErrFenced)
	wantError(t, l.Release(t.Context(), slow), ledger.ErrFenced)
}

func pauseTwice(t *testing.T, p place) {
	l := p.open(t)
	_, err := l.ResumeMerchant(t.Context(), "A", noon, because)
	wantError(t, err, ledger.ErrNotFound)
	mustPause(t, l, "A")
	mustPause(t, l, "A")
	if _, err := l.ResumeMerchant(t.Context(), "A", time.Time{}, because); err == nil {
		t.Error("resumed for never")
	}
	if err := l.Pause(t.Context(), "", because); err == nil {
		t.Error("paused nobody")
	}
	if changes := mustChanges(t, l, ledger.Key{}); len(changes) != 1 {
		t.Errorf("changes are %+v", changes)
	}
	mustResume(t, l, "A", noon, 0)
	_, err = l.ResumeMerchant(t.Context(), "A", noon, because)
	wantError(t, err, ledger.ErrNotFound)
}

// resendPaused sends by hand: one that is parked, while its merchant is paused.
func resendPaused(t *testing.T, p place) {
	l := p.open(t)
	o := of("A", 0)
	pay(t, l, o, noon)
	mustPause(t, l, "A")
	mustClaim(t, l, noon, 1)
	if err := l.Resend(t.Context(), o.Key, after(time.Second), because); err != nil {
		t.Fatal(err)
	}
	if got := mustClaim(t, l, after(time.Second), 1); len(got) != 0 {
		t.Fatalf("claimed of a paused merchant: %+v", got)
	}
	mustResume(t, l, "A", after(time.Minute), 1)
	d := mustClaim(t, l, after(time.Minute), 1)[0].Notification
	mustFinish(t, l, d, ledger.Exhausted, time.Time{})
	if err := l.Resend(t.Context(), o.Key, after(time.Hour), because); err != nil {
		t.Fatal(err)
	}
	wantTime(t, "due", mustNotification(t, l, o.Key).Due, after(time.Hour))
	var was []string
	for _, c := range mustChanges(t, l, o.Key) {
		was = append(was, c.What+" "+c.Before+" "+c.After)
	}
	slices.Sort(was)
	if !slices.Equal(was, []string{"resend exhausted waiting", "resend paused waiting"}) {
		t.Errorf("changes are %q", was)
	}
}

// pausedBacklog lets many notifications of a paused merchant wait at a host that
// another merchant uses as well: the other is served at once, and afterwards
// nothing is missing.
func pausedBacklog(t *testing.T, p place) {
	const waiting = 2500
	l := p.open(t)
	pay(t, l, sample(0), noon)
	multiply(t, l, waiting)
	other := of("B", 1)
	pay(t, l, other, after(time.Second))
	mustPause(t, l, sample(0).MerID)
	two := roomAt(10, func(_ string, want int) int { return min(want, 2) })
	got, err := l.ClaimNotifications(t.Context(), after(time.Minute), time.Minute, two)
	if err != nil || len(got) != 1 || got[0].Key != other.Key {
		t.Fatalf("claimed %d, %v", len(got), err)
	}
	if rest, err := l.ClaimNotifications(t.Context(), after(time.Minute), time.Minute, two); err != nil || len(rest) != 0 {
		t.Fatalf("claimed %d of a paused merchant, %v", len(rest), err)
	}
	if n := countRows(t, l, "notifications", "state = 'paused'"); n != waiting+1 {
		t.Errorf("%d are parked, want %d", n, waiting+1)
	}
	mustResume(t, l, sample(0).MerID, after(time.Hour), waiting+1)
	if n := countRows(t, l, "notifications", "state = 'waiting'"); n != waiting+2 {
		t.Errorf("%d wait, want %d", n, waiting+2)
	}
}

// resumeIsFinished finds what a crash leaves of a resuming: the next call, the next
// opening or FinishResuming does the rest.
func resumeIsFinished(t *testing.T, p place) {
	l := p.open(t)
	for i := range 3 {
		pay(t, l, of("A", i), noon)
	}
	mustPause(t, l, "A")
	mustClaim(t, l, noon, 10)
	interrupted := fmt.Sprintf("UPDATE pauses SET resume = %d", after(time.Hour).UnixMilli())
	if err := ledger.Exec(t.Context(), l, interrupted); err != nil {
		t.Fatal(err)
	}
	if pauses, err := l.PausedMerchants(t.Context()); err != nil || len(pauses.Items) != 1 || !pauses.Items[0].Resuming {
		t.Errorf("paused: %+v, %v", pauses, err)
	}
	pay(t, l, of("A", 3), noon)
	if got := mustClaim(t, l, after(time.Minute), 10); len(got) != 1 {
		t.Errorf("claimed %d while resuming, want the new one", len(got))
	}
	mustResume(t, l, "A", noon, 3) // does the rest, as it was begun
	wantTime(t, "due", mustNotification(t, l, of("A", 0).Key).Due, after(time.Hour))
	if changes := mustChanges(t, l, ledger.Key{MerID: "A"}); len(changes) != 1 {
		t.Errorf("changes are %+v", changes)
	}
	mustPause(t, l, "A") // once more, and once more interrupted
	if got := mustClaim(t, l, after(time.Hour), 10); len(got) != 0 {
		t.Errorf("claimed of a paused merchant: %+v", got)
	}
	if err := ledger.Exec(t.Context(), l, interrupted); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = p.open(t)
	if got := mustClaim(t, l, after(time.Hour), 10); len(got) != 4 {
		t.Errorf("claimed %d, want 4", len(got))
	}
	if pauses, err := l.PausedMerchants(t.Context()); err != nil || len(pauses.Items) != 0 {
		t.Errorf("paused: %+v, %v", pauses, err)
	}
	mustPause(t, l, "A") // interrupted while the ledger stays open
	if got := mustClaim(t, l, after(2*time.Hour), 10); len(got) != 0 {
		t.Errorf("claimed of a paused merchant: %+v", got)
	}
	if err := ledger.Exec(t.Context(), l, interrupted); err != nil {
		t.Fatal(err)
	}
	if err := l.FinishResuming(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := mustClaim(t, l, after(2*time.Hour), 10); len(got) != 4 {
		t.Errorf("claimed %d, want 4", len(got))
	}
}

// pauseAtOnce pauses and resumes a merchant while its orders are being paid and
// notified. Nothing is given out that was claimed after the pause, and in the end
// each notification was given out once.
func pauseAtOnce(t *testing.T, p place) {
	const orders, senders, pauses = 200, 3, 8
	ledgers := bridges(t, p)
	var settled atomic.Bool
	var times atomic.Int64 // odd while the merchant is surely paused
	var mu sync.Mutex
	given := map[ledger.Key]int{}
	send := func(l *ledger.Ledger) int {
		before := times.Load()
		list, err := l.ClaimNotifications(t.Context(), after(time.Hour), 24*time.Hour, room(5))
		if err != nil {
			t.Error(err)
		}
		throughout := before%2 == 1 && times.Load() == before
		for _, d := range list {
			if throughout && d.MerID == "A" {
				t.Errorf("%v was given out while its merchant was paused", d.Key)
			}
			if err := l.Finish(t.Context(), d.Notification, ledger.Attempt{At: noon}, ledger.Delivered, noon); err != nil {
				t.Error(err)
			}
			mu.Lock()
			given[d.Key]++
			mu.Unlock()
		}
		return len(list)
	}
	var all, paying sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			for !settled.Load() {
				send(ledgers[i%len(ledgers)])
			}
		})
	}
	for i := range 4 {
		paying.Go(func() {
			for n := i; n < orders; n += 4 {
				pay(t, ledgers[n%len(ledgers)], of([]string{"A", "B"}[n/4%2], n), noon)
			}
		})
	}
	for i := range pauses {
		l := ledgers[i%len(ledgers)]
		mustPause(t, l, "A")
		times.Add(1)
		pay(t, l, of("A", orders+i), noon)
		send(l)
		times.Add(1)
		if _, err := l.ResumeMerchant(t.Context(), "A", noon, because); err != nil {
			t.Error(err)
		}
	}
	paying.Wait()
	settled.Store(true)
	all.Wait()
	for more := true; more; {
		more = send(ledgers[0]) > 0
	}
	for k, n := range given {
		if n != 1 {
			t.Errorf("%v was given out %d times", k, n)
		}
	}
	if len(given) != orders+pauses {
		t.Errorf("%d were given out, want %d", len(given), orders+pauses)
	}
}
