package admission

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var (
	shop  = Sender{Source: "192.0.2.1", Merchant: "A"}
	other = Sender{Source: "192.0.2.1", Merchant: "B"} // behind the same address
)

func bad() Verdict  { return Bad }
func good() Verdict { return Good }

func judge(t *testing.T, g *Gate, s Sender, verdict func() Verdict) {
	t.Helper()
	if err := g.Judge(t.Context(), s, verdict); err != nil {
		t.Fatalf("a message of %v is not judged: %v", s, err)
	}
}

// lasts judges for a while, and keeps how many do so at once.
type lasts struct {
	mu        sync.Mutex
	now, most int
}

func (l *lasts) judging(d time.Duration, verdict Verdict) func() Verdict {
	return func() Verdict {
		l.mu.Lock()
		l.now++
		l.most = max(l.most, l.now)
		l.mu.Unlock()
		time.Sleep(d)
		l.mu.Lock()
		l.now--
		l.mu.Unlock()
		return verdict
	}
}

// A thousand good ones at once are judged, all of them.
func TestBurstOfGoodOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := New(Limits{Clean: 4, Bad: 1, Waiting: 10_000}, time.Now)
		var work lasts
		var burst sync.WaitGroup
		for range 1000 {
			burst.Go(func() { judge(t, g, shop, work.judging(time.Millisecond, Good)) })
		}
		burst.Wait()
		if work.most != 4 {
			t.Errorf("%d at once, want 4", work.most)
		}
	})
}

// A burst of bad ones fills the narrow lane, and the wide one only with those
// that nobody could know as bad.
func TestBurstOfBadOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := New(Limits{Clean: 4, Bad: 1, Waiting: 10_000}, time.Now)
		begin := time.Now()
		var work lasts
		var burst sync.WaitGroup
		for range 560 {
			burst.Go(func() { judge(t, g, shop, work.judging(time.Second, Bad)) })
		}
		burst.Wait()
		// 60 four at a time and then, with a lane's width of late ones, one by one:
		// were all judged four at a time, it would be 140 s. A minute forgets.
		if took := time.Since(begin); took < 300*time.Second {
			t.Errorf("560 bad ones took %s", took)
		}
	})
}

// Whatever one sender does, a message of another behind the same address is
// judged at once, and one of the same sender within its turn.
func TestGoodOnesAmongJunk(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sender Sender
		within time.Duration
	}{
		"another merchant, same address": {other, 20 * time.Millisecond},
		"same merchant, another address": {Sender{"192.0.2.2", "A"}, 20 * time.Millisecond},
		"same merchant, same address":    {shop, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := New(Limits{Clean: 4, Bad: 1, Waiting: 10_000}, time.Now)
				ctx, stop := context.WithCancel(t.Context())
				var flood sync.WaitGroup
				var work lasts
				for range 100 {
					flood.Go(func() {
						for ctx.Err() == nil {
							_ = g.Judge(ctx, shop, work.judging(10*time.Millisecond, Bad))
						}
					})
				}
				time.Sleep(10 * time.Second)
				for range 50 {
					begin := time.Now()
					judge(t, g, tc.sender, good)
					if took := time.Since(begin); took > tc.within {
						t.Errorf("a good message waited %s", took)
					}
				}
				stop()
				flood.Wait()
			})
		})
	}
}

// A thousand merchants' numbers buy no thousand budgets: when there is much bad
// of all, one bad message makes a sender suspicious, but no good one does.
func TestManyMerchantsOfOneSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := New(Limits{Clean: 4, Bad: 1, Waiting: 10_000}, time.Now)
		sender := func(i int) Sender { return Sender{"192.0.2.1", fmt.Sprint(i)} }
		for i := range badOfAll {
			judge(t, g, sender(i), bad)
		}
		if !g.record.suspicious(sender(1), false, time.Now()) {
			t.Error("a sender of a bad message among so many is not suspicious")
		}
		if g.record.suspicious(shop, false, time.Now()) {
			t.Error("a sender of none is suspicious")
		}
		time.Sleep(window)
		if g.record.suspicious(sender(1), false, time.Now()) {
			t.Error("it is suspicious for ever")
		}
	})
}

// Senders in a lane take turns, however many messages each of them has.
func TestSendersTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLane(1, 100)
		if err := l.enter(t.Context(), shop); err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, s := range []Sender{shop, shop, shop, other, {"192.0.2.3", "C"}} {
			go func() {
				if err := l.enter(t.Context(), s); err != nil {
					t.Error(err)
				}
				order = append(order, s.Merchant)
				l.leave()
			}()
			synctest.Wait()
		}
		l.leave()
		synctest.Wait()
		if want := []string{"A", "B", "C", "A", "A"}; !slices.Equal(order, want) {
			t.Errorf("turns %v, want %v", order, want)
		}
		if l.free != 1 || l.waiting != 0 || len(l.queues) != 0 || len(l.turns) != 0 {
			t.Errorf("left behind: %+v", l)
		}
	})
}

func TestGivingUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLane(1, 100)
		if err := l.enter(t.Context(), shop); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.enter(ctx, shop); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v", err)
		}
		l.leave()
		if err := l.enter(t.Context(), other); err != nil {
			t.Errorf("the place is lost: %v", err)
		}
		l.leave()
		if l.free != 1 || l.waiting != 0 || len(l.queues) != 0 || len(l.turns) != 0 {
			t.Errorf("left behind: %+v", l)
		}
	})
}

// What waits is bounded by cutting the longest queue; whoever waits for little is
// never refused.
func TestCrowdedLane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLane(1, 10)
		if err := l.enter(t.Context(), shop); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		crowded := 0
		for range 20 {
			go func() {
				if errors.Is(l.enter(ctx, shop), ErrCrowded) {
					crowded++
				}
			}()
			synctest.Wait()
		}
		if crowded < 9 {
			t.Errorf("only %d of 20 are refused", crowded)
		}
		done := make(chan error)
		go func() { done <- l.enter(ctx, other) }()
		synctest.Wait()
		l.leave()
		synctest.Wait()
		l.leave() // their turns
		if err := <-done; err != nil {
			t.Errorf("the other one is refused: %v", err)
		}
		cancel()
		synctest.Wait()
	})
}

func TestJudgingThatPanicsLeavesTheLane(t *testing.T) {
	t.Parallel()
	g := New(Limits{Clean: 1, Bad: 1, Waiting: 1}, time.Now)
	func() {
		defer func() { _ = recover() }()
		_ = g.Judge(t.Context(), shop, func() Verdict { panic("a defect") })
	}()
	judge(t, g, shop, good)
}

func TestSources(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		a, b string
		same bool
	}{
		"IPv4":                       {"192.0.2.1", "192.0.2.2", false},
		"IPv4, mapped":               {"::ffff:192.0.2.1", "192.0.2.1", true},
		"IPv6, one customer":         {"2001:db8::1", "2001:db8::ffff", true},
		"IPv6, two customers":        {"2001:db8:0:1::1", "2001:db8:0:2::1", false},
		"no address, such as a path": {"", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if same := Network(tc.a) == Network(tc.b); same != tc.same {
				t.Errorf("same: %v, want %v", same, tc.same)
			}
		})
	}
}

// A flood of sources is not remembered without bound, and frees nobody of its
// record.
func TestRecordIsBounded(t *testing.T) {
	t.Parallel()
	var r record
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for range badOfOne {
		r.count(shop, now)
	}
	for i := range maxSenders + 1000 {
		r.count(Sender{Source: fmt.Sprint(i)}, now)
	}
	if n := len(r.senders); n > maxSenders {
		t.Errorf("%d senders are remembered", n)
	}
	if !r.suspicious(shop, false, now) {
		t.Error("the flood has freed a sender of its record")
	}
	if !r.suspicious(Sender{Source: "new"}, false, now) {
		t.Error("a sender that could not be remembered is not suspicious")
	}
	later := now.Add(window)
	r.count(other, later)
	if n := len(r.senders); n != 1 {
		t.Errorf("%d senders are remembered after their window", n)
	}
	if back := now.Add(-time.Hour); r.suspicious(shop, false, back) {
		t.Error("a clock that was put back keeps a sender suspicious")
	}
}

// A flood from more sources than can be remembered does not make a sender wait that sent
// a good message before, however long ago within the day; but its own bad ones do.
func TestProvenSenderAmongManySources(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := New(Limits{Clean: 4, Bad: 1, Waiting: 10_000}, time.Now)
		judge(t, g, shop, good)
		time.Sleep(provenFor)
		for i := range maxSenders {
			g.record.count(Sender{Source: fmt.Sprint(i)}, time.Now())
		}
		ctx, stop := context.WithCancel(t.Context())
		var flood sync.WaitGroup
		var work lasts
		for i := range 5000 {
			flood.Go(func() { _ = g.Judge(ctx, Sender{Source: fmt.Sprint("late ", i)}, work.judging(time.Millisecond, Bad)) })
		}
		synctest.Wait()
		begin := time.Now()
		judge(t, g, shop, good)
		if took := time.Since(begin); took > 20*time.Millisecond {
			t.Errorf("a good message waited %s", took)
		}
		judge(t, g, shop, bad)
		if !g.suspects(shop) {
			t.Error("its own bad message does not count")
		}
		stop()
		flood.Wait()
	})
}

// Senders with good messages are not remembered without bound, and for a day at most.
func TestProvenIsBounded(t *testing.T) {
	t.Parallel()
	var p proven
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for i := range 3 * maxSenders {
		p.add(Sender{Source: fmt.Sprint(i)}, now)
	}
	if n := len(p.young) + len(p.older); n > maxSenders {
		t.Errorf("%d senders are remembered", n)
	}
	p.add(shop, now)
	for range 2 {
		now = now.Add(provenFor)
		p.add(other, now)
	}
	if p.has(shop) || !p.has(other) {
		t.Error("remembered for more than a day, or not at all")
	}
}
