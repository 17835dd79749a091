package shadow

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/preview"
)

// record is a store and an observer.
type record struct {
	mu     sync.Mutex
	fails  error
	slow   time.Duration // that writing takes
	counts []Count
	seen   map[Result]int
	off    []Reason
	kept   []error
}

func (r *record) AddCounts(_ context.Context, _ string, counts []Count) (int, error) {
	time.Sleep(r.slow)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fails != nil {
		return 0, r.fails
	}
	r.counts = append(r.counts, counts...)
	return len(counts), nil
}

func (r *record) ExchangeSeen(result Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[Result]int{}
	}
	r.seen[result]++
}

func (r *record) DifferenceFound(Kind) {}

func (r *record) ShadowOff(reason Reason, _ any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.off = append(r.off, reason)
}

func (r *record) CountsKept(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, err)
}

func (r *record) want(t *testing.T, seen map[Result]int, off ...Reason) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !maps.Equal(r.seen, seen) || !slices.Equal(r.off, off) {
		t.Errorf("seen %v, off %v; want %v, %v", r.seen, r.off, seen, off)
	}
}

// written is what the store has been given.
func (r *record) written() []Count {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.counts)
}

// start starts a worker with room for four exchanges beside that of its goroutine.
func start(r *record, compare func() Outcome) *Worker {
	return Start(Config{
		Store: r, Observer: r, Now: time.Now, Goroutines: 1, Entries: 4, Bytes: 1 << 20, Lag: 30 * time.Second,
		Compare: func(Merchant, Settings, Exchange, time.Time) Outcome { return compare() },
	})
}

func stop(w *Worker) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	w.Stop(ctx)
}

var alike = Outcome{OrderID: orderID, Findings: []Finding{{Compared, preview.Pay, "WxSao", ""}}}

func TestWorkerCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := new(record)
		started := time.Now()
		w := start(r, func() Outcome { return alike })
		for range 3 {
			w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
		}
		synctest.Wait()
		r.want(t, map[Result]int{ResultCompared: 3})
		if got := r.written(); len(got) != 0 {
			t.Errorf("written at once: %v", got)
		}
		time.Sleep(writeEvery)
		synctest.Wait()
		if got := w.State(); got != (State{Exchanges: 3, Compared: 3, LastCompared: started}) || got.ComparesNothing() {
			t.Errorf("state %+v", got)
		}
		want := Count{merID, "2026-11-22", alike.Findings[0], 3, noon, orderID}
		if got := r.written(); len(got) != 1 || got[0] != want {
			t.Errorf("written %v, want %v", got, want)
		}
		w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
		synctest.Wait()
		stop(w)
		stop(w)
		if got := r.written(); len(got) != 2 || got[1].Times != 1 {
			t.Errorf("written at the end: %v", got)
		}
		w.Offer(merchant(), exchange(preview.Pay, lookup, paid)) // by a request that was under way
	})
}

// TestWorkerWithoutStore: what cannot be written waits, within its bounds.
func TestWorkerWithoutStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &record{fails: errors.New("away")}
		w := start(r, func() Outcome { return alike })
		defer stop(w)
		for range 3 {
			w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
			time.Sleep(writeEvery)
		}
		synctest.Wait()
		r.mu.Lock()
		r.fails = nil
		r.mu.Unlock()
		time.Sleep(writeEvery)
		synctest.Wait()
		if got := r.written(); len(got) != 2 || got[0].Times+got[1].Times != 3 { // what was tried first, and the rest
			t.Errorf("written %v", got)
		}
	})
}

func TestTallyIsBounded(t *testing.T) {
	t.Parallel()
	var list tally
	for i := range maxCounts + 10 {
		list.add(merID, noon.Add(time.Duration(i)*24*time.Hour), alike)
	}
	list.add(merID, noon, alike)
	if got := list.take(); len(got) != maxCounts {
		t.Errorf("%d counts, want %d", len(got), maxCounts)
	}
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := new(record)
		let := make(chan struct{})
		w := start(r, func() Outcome { <-let; return alike })
		big := exchange(preview.Pay, lookup, paid)
		big.Body = make([]byte, 1<<19)
		w.Offer(merchant(), big)
		synctest.Wait() // it is being compared, and no longer in the queue
		w.Offer(merchant(), big)
		w.Offer(merchant(), big) // too many bytes
		for range 5 {            // two too many
			w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
		}
		r.want(t, map[Result]int{ResultDropped: 3})
		close(let)
		synctest.Wait()
		r.want(t, map[Result]int{ResultDropped: 3, ResultCompared: 5})
		w.Offer(merchant(), big)
		synctest.Wait()
		r.want(t, map[Result]int{ResultDropped: 3, ResultCompared: 6})
		stop(w)
	})
}

// TestRestsAreNotLate: neither one comparison that took long nor a full queue of slow ones
// makes what waits behind it late.
func TestRestsAreNotLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, took := range map[string]func(n int) time.Duration{
			"the machine stands still once": func(n int) time.Duration { return map[int]time.Duration{1: 20 * time.Second}[n] },
			"keys of 50 ms":                 func(int) time.Duration { return 50 * time.Millisecond },
		} {
			n := 0
			w := Start(Config{
				Store: new(record), Observer: new(record), Now: time.Now, Goroutines: 1, Share: DefaultShare,
				Entries: DefaultEntries, Bytes: DefaultBytes, Lag: DefaultLag,
				Compare: func(Merchant, Settings, Exchange, time.Time) Outcome {
					n++
					time.Sleep(took(n))
					return alike
				},
			})
			offer := func(n int) {
				for range n {
					w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
				}
			}
			offer(1)
			time.Sleep(21 * time.Second)
			offer(DefaultEntries)
			time.Sleep(5 * time.Minute)
			stop(w)
			if s := w.State(); s.Off != "" || s.Compared != DefaultEntries+1 {
				t.Errorf("%s: %+v", name, s)
			}
		}
	})
}

// A goroutine compares for its share of the time at most, however much there is to be
// compared.
func TestShareOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for took, want := range map[time.Duration]time.Duration{
			time.Millisecond: 3 * time.Millisecond, time.Second: 3 * time.Second, 0: 0,
		} {
			var began []time.Time
			w := Start(Config{
				Store: new(record), Observer: new(record), Now: time.Now, Goroutines: 1, Share: .25,
				Entries: 8, Bytes: 1 << 20, Lag: time.Hour,
				Compare: func(Merchant, Settings, Exchange, time.Time) Outcome {
					began = append(began, time.Now())
					time.Sleep(took)
					return alike
				},
			})
			for range 8 {
				w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
			}
			time.Sleep(time.Minute)
			stop(w)
			if len(began) != 8 {
				t.Fatalf("%d of 8 were compared", len(began))
			}
			for i := range began[1:] {
				if rest := began[i+1].Sub(began[i]) - took; rest != want {
					t.Errorf("rests %s after %s, want %s", rest, took, want)
				}
			}
		}
	})
}

func TestPanicSwitchesOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := new(record)
		w := start(r, func() Outcome { panic("a bug") })
		defer stop(w)
		for range 3 {
			w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
			synctest.Wait()
		}
		r.want(t, map[Result]int{ResultOff: 3}, ReasonPanic)
		time.Sleep(time.Hour)
		if w.State().Off != ReasonPanic {
			t.Error("it has switched itself on again")
		}
	})
}

// TestHangingSwitchesOff: a comparison that does not end holds up nobody, and neither
// does the worker's end wait for it.
func TestHangingSwitchesOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := new(record)
		let := make(chan struct{})
		w := start(r, func() Outcome { <-let; return alike })
		for range 7 {
			w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
			synctest.Wait()
		}
		r.want(t, map[Result]int{ResultDropped: 2})
		time.Sleep(30 * time.Second)
		if w.State().Off != "" {
			t.Error("off too early")
		}
		time.Sleep(2 * watchEvery)
		synctest.Wait()
		w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
		r.want(t, map[Result]int{ResultDropped: 2, ResultOff: 1}, ReasonLag)
		before := time.Now()
		stop(w)
		if waited := time.Since(before); waited != time.Second {
			t.Errorf("its end took %v", waited)
		}
		close(let)
		synctest.Wait()
	})
}

// TestHangingBesideASlowLedger: a comparison that takes too long is noticed while it hangs,
// also when counts are being written all the time (seed 11914 of the simulation).
func TestHangingBesideASlowLedger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, takes := &record{slow: 40 * time.Second}, []time.Duration{0, 35 * time.Second, 0}
		w := start(r, func() Outcome {
			time.Sleep(takes[0])
			takes = takes[1:]
			return alike
		})
		w.Offer(merchant(), exchange(preview.Pay, lookup, paid)) // from 5 s to 45 s what it counts is written
		time.Sleep(4 * time.Second)
		w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
		time.Sleep(30*time.Second + 2*watchEvery)
		r.want(t, map[Result]int{ResultCompared: 1}, ReasonLag)
		time.Sleep(4 * time.Second)
		w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
		r.want(t, map[Result]int{ResultCompared: 2, ResultOff: 1}, ReasonLag)
		time.Sleep(time.Minute)
		stop(w)
	})
}

// TestLagSwitchesOff: comparisons that come to an end, and much too late.
func TestLagSwitchesOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := new(record)
		w := start(r, func() Outcome { time.Sleep(11 * time.Second); return alike })
		defer stop(w)
		for range 5 {
			w.Offer(merchant(), exchange(preview.Pay, lookup, paid))
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		r.want(t, map[Result]int{ResultCompared: 3, ResultOff: 2}, ReasonLag)
	})
}
