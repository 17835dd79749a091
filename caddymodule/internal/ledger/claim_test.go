package ledger_test

import (
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func mustClaimOrders(tb testing.TB, l *ledger.Ledger, now time.Time, limit int) []ledger.Order {
	tb.Helper()
	list, err := l.ClaimOrders(tb.Context(), now, time.Minute, room(limit))
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

func ordersClaimedWhenDue(t *testing.T, p place) {
	l := p.open(t)
	for i, next := range []time.Duration{3 * time.Second, time.Second, 2 * time.Second, 10 * time.Second} {
		o := sample(i)
		o.Next = after(next)
		mustBegin(t, l, o)
	}
	if got := mustClaimOrders(t, l, after(999*time.Millisecond), 10); len(got) != 0 {
		t.Fatalf("claimed early: %+v", got)
	}
	got := mustClaimOrders(t, l, after(3*time.Second), 2)
	if len(got) != 2 || got[0].Key != sample(1).Key || got[1].Key != sample(2).Key {
		t.Fatalf("claimed %+v, want orders 1 and 2", got)
	}
	for _, o := range got {
		if stored := mustOrder(t, l, o.Key); o != stored || o.Claim != 2 || !o.Next.Equal(after(63*time.Second)) {
			t.Errorf("claimed\n%+v\nstored\n%+v", o, stored)
		}
	}
	if rest := mustClaimOrders(t, l, after(3*time.Second), 10); len(rest) != 1 || rest[0].Key != sample(0).Key {
		t.Errorf("claimed %+v, want order 0", rest)
	}
	again := mustClaimOrders(t, l, after(63*time.Second), 10)
	if len(again) != 4 || again[0].Key != sample(3).Key || again[3].Claim != 3 {
		t.Errorf("after the lease claimed %+v", again)
	}
	mustRecord(t, l, sample(0).Key, ledger.Update{State: translate.Failed}, translate.Applied)
	if left := mustClaimOrders(t, l, after(time.Hour), 10); len(left) != 3 {
		t.Errorf("claimed %d orders, want 3: one is final", len(left))
	}
}

func ordersClaimedByOne(t *testing.T, p place) {
	const orders, claimers = 200, 8
	ledgers := bridges(t, p)
	beginMany(t, ledgers[0], orders)
	var mu sync.Mutex
	claims := map[ledger.Key]int{}
	var all sync.WaitGroup
	for i := range claimers {
		all.Go(func() {
			for {
				got, err := ledgers[i%len(ledgers)].ClaimOrders(t.Context(), after(time.Hour), time.Minute, room(7))
				if err != nil {
					t.Error(err)
				}
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, o := range got {
					claims[o.Key]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	// A claimer may leave while another still holds rows that it skipped.
	for _, o := range mustClaimOrders(t, ledgers[0], after(time.Hour), orders) {
		claims[o.Key]++
	}
	for k, n := range claims {
		if n != 1 {
			t.Errorf("%v was claimed %d times", k, n)
		}
	}
	if len(claims) != orders {
		t.Errorf("claimed %d orders, want %d", len(claims), orders)
	}
}

// beginMany begins orders 0 to n-1 from several goroutines.
func beginMany(tb testing.TB, l *ledger.Ledger, n int) {
	tb.Helper()
	inParallel(n, func(i int) {
		if _, fresh, err := l.Begin(tb.Context(), sample(i)); err != nil || !fresh {
			tb.Errorf("Begin %d: fresh %v, error %v", i, fresh, err)
		}
	})
}

// inParallel calls do(0) to do(n-1) from 64 goroutines.
func inParallel(n int, do func(int)) {
	const workers = 64
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	all.Wait()
}

func takenInHand(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	o = mustRecord(t, l, o.Key, ledger.Update{State: translate.InDoubt, Claim: 1}, translate.Applied)
	if err := l.Postpone(t.Context(), o.Key, o.Claim, after(time.Hour), 3); err != nil {
		t.Fatal(err)
	}
	held, err := l.TakeInHand(t.Context(), o.Key, o.Claim, after(2*time.Hour), ledger.Event{Kind: "sent again", Source: "refund"})
	if err != nil {
		t.Fatal(err)
	}
	events, err := l.Events(t.Context(), o.Key)
	if last := len(events.Items) - 1; err != nil || last < 0 || events.Items[last].Kind != "sent again" {
		t.Errorf("on record: %+v, %v", events.Items, err)
	}
	want := o
	want.Next, want.Tries, want.Claim = after(2*time.Hour), 0, o.Claim+1
	if stored := mustOrder(t, l, o.Key); held != want || stored != want {
		t.Errorf("taken\n%+v\nstored\n%+v\nwant\n%+v", held, stored, want)
	}
	takes := func(k ledger.Key, claim int64) error {
		_, err := l.TakeInHand(t.Context(), k, claim, after(3*time.Hour))
		return err
	}
	wantError(t, takes(o.Key, o.Claim), ledger.ErrFenced)
	wantError(t, takes(sample(2).Key, 1), ledger.ErrNotFound)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Failed, Claim: held.Claim}, translate.Applied)
	wantError(t, takes(o.Key, held.Claim), ledger.ErrFenced)
}

func postpone(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	o = mustRecord(t, l, o.Key, ledger.Update{State: translate.InDoubt, Claim: 1}, translate.Applied)
	if err := l.Postpone(t.Context(), o.Key, 1, after(time.Hour), 3); err != nil {
		t.Fatal(err)
	}
	o.Next, o.Tries = after(time.Hour), 3
	if got := mustOrder(t, l, o.Key); got != o {
		t.Errorf("order is\n%+v\nwant\n%+v", got, o)
	}
	wantError(t, l.Postpone(t.Context(), sample(2).Key, 1, noon, 1), ledger.ErrNotFound)
	wantError(t, l.Postpone(t.Context(), o.Key, 7, noon, 1), ledger.ErrFenced)
	if err := l.Postpone(t.Context(), o.Key, 1, time.Time{}, 1); err == nil {
		t.Error("postponed to never")
	}
	// An update from elsewhere starts a new schedule. The holder must not push it back.
	got := mustRecord(t, l, o.Key, ledger.Update{State: translate.Pending, Next: after(2 * time.Hour)}, translate.Applied)
	if got.Tries != 0 || got.Claim != 2 {
		t.Errorf("tries %d, claim %d, want 0 and 2", got.Tries, got.Claim)
	}
	wantError(t, l.Postpone(t.Context(), o.Key, 1, after(24*time.Hour), 1), ledger.ErrFenced)
	got = mustRecord(t, l, o.Key, ledger.Update{State: translate.Closed, Claim: 2}, translate.Applied)
	wantError(t, l.Postpone(t.Context(), o.Key, got.Claim, after(time.Hour), 1), ledger.ErrFenced)
	if now := mustOrder(t, l, o.Key); !now.Next.IsZero() {
		t.Errorf("a closed order has its next step at %v", now.Next)
	}
}

// lastStep queries a closed order once more: it may have been paid meanwhile.
func lastStep(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	wantError(t, l.Rest(t.Context(), o.Key, 1), ledger.ErrFenced) // it is open
	o = mustRecord(t, l, o.Key, ledger.Update{State: translate.Closed, Claim: 1, Next: after(time.Hour)}, translate.Applied)
	due, err := l.ClaimOrders(t.Context(), after(2*time.Hour), time.Minute, room(10))
	if err != nil || len(due) != 1 || due[0].Key != o.Key {
		t.Fatalf("claimed %+v, %v", due, err)
	}
	claim := due[0].Claim
	if err := l.Postpone(t.Context(), o.Key, claim, after(3*time.Hour), 1); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.Rest(t.Context(), o.Key, claim+1), ledger.ErrFenced)
	if err := l.Rest(t.Context(), o.Key, claim); err != nil {
		t.Fatal(err)
	}
	if now := mustOrder(t, l, o.Key); !now.Next.IsZero() || now.State != translate.Closed {
		t.Errorf("at rest it is %s with its next step at %v", now.State, now.Next)
	}
	wantError(t, l.Rest(t.Context(), o.Key, claim), ledger.ErrFenced)
}
