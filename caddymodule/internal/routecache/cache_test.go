package routecache

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/tests/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// record is where routes are on record in a test.
type record struct {
	mu     sync.Mutex
	routes ledger.Routes
	slow   time.Duration
	away   bool
	bug    bool // panics
	reads  int
}

func (r *record) set(merID string, to route.Route) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.routes.Revision++
	items := []ledger.MerchantRoute{{MerID: merID, Route: to}}
	for _, item := range r.routes.Items {
		if item.MerID != merID {
			items = append(items, item)
		}
	}
	r.routes.Items = items
}

func (r *record) change(do func(*record)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do(r)
}

// look is what a transaction sees: how things are at some time while it runs.
func (r *record) look(ctx context.Context) (ledger.Routes, error) {
	r.mu.Lock()
	r.reads++
	found, slow, away, bug := r.routes, r.slow, r.away, r.bug
	r.mu.Unlock()
	if bug {
		panic("a bug")
	}
	select {
	case <-time.After(slow):
	case <-ctx.Done():
		return ledger.Routes{}, ctx.Err()
	}
	if away {
		return ledger.Routes{}, ledger.ErrUnavailable
	}
	return found, nil
}

func (r *record) Routes(ctx context.Context) (ledger.Routes, error) { return r.look(ctx) }

func (r *record) RouteRevision(ctx context.Context) (int64, error) {
	routes, err := r.look(ctx)
	return routes.Revision, err
}

// inBubble runs a test with a cache, on a clock of its own.
func inBubble(t *testing.T, do func(t *testing.T, r *record, c *Cache)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := &record{slow: time.Millisecond}
		c := New(r, zap.NewNop(), func() time.Duration { return time.Since(began) })
		defer c.Close()
		do(t, r, c)
	})
}

func wantRoute(t *testing.T, c *Cache, merID string, want route.Route) {
	t.Helper()
	if got, err := c.Of(t.Context(), merID, route.ToShadow); err != nil || !got.Equal(want) {
		t.Errorf("route of %s is %q, %v, want %q", merID, got, err, want)
	}
}

func TestWhoseRoute(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		r.set("A", route.ToV2)
		r.change(func(r *record) {
			r.routes.Unreadable = []ledger.UnreadableError{{Kind: ledger.RouteRow, Key: ledger.Key{MerID: "D"}}}
		})
		wantRoute(t, c, "A", route.ToV2)
		wantRoute(t, c, "B", route.ToShadow) // the default of the configuration
		wantRoute(t, c, "D", route.ToOld)
		r.set("", route.ToOld)
		time.Sleep(time.Second)
		wantRoute(t, c, "A", route.ToV2)
		wantRoute(t, c, "B", route.ToOld)
		wantRoute(t, c, "", route.ToOld)
	})
}

// Since tells apart what has one mark: a merchant that follows the configuration, is given a
// route, and follows it again. What concerns others is no change.
func TestSince(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		since := map[string]int64{}
		for i, step := range []struct {
			merID   string
			to      route.Route
			changed string // of A, B and C
		}{
			{"A", route.ToV2, ""}, // the first reading
			{"B", route.ToOld, "B"},
			{"B", route.Route{}, "B"},
			{"A", route.ToOld, "A"},
			{"", route.ToOld, "BC"}, // A has its own
			{"", route.Route{}, "BC"},
			{"A", route.Route{}, "A"},
		} {
			r.set(step.merID, step.to)
			if step.to.Mode == "" {
				r.change(func(r *record) { r.routes.Items = r.routes.Items[1:] })
			}
			time.Sleep(time.Second)
			wantRoute(t, c, "D", map[bool]route.Route{false: route.ToShadow, true: route.ToOld}[step.merID == "" && step.to.Mode != ""])
			for _, merID := range []string{"A", "B", "C"} {
				now := c.Since(merID)
				if changed := strings.Contains(step.changed, merID); (now > since[merID]) != changed || now < since[merID] {
					t.Errorf("step %d: %s was %d and is %d, want a change: %v", i, merID, since[merID], now, changed)
				}
				since[merID] = now
			}
		}
	})
}

// A bug in reading the routes is as if the ledger were away: the process lives, those who
// wait hear of it, and the next reading may do better.
func TestPanicWhileReading(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		r.set("A", route.ToV2)
		r.change(func(r *record) { r.bug = true })
		if _, err := c.Of(t.Context(), "A", route.ToShadow); err == nil {
			t.Error("a route that could not be read is known")
		}
		r.change(func(r *record) { r.bug = false })
		time.Sleep(time.Minute)
		wantRoute(t, c, "A", route.ToV2)
	})
}

func TestNobodyAsksWhileNothingHappens(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		wantRoute(t, c, "A", route.ToShadow)
		time.Sleep(time.Hour)
		synctest.Wait()
		r.change(func(r *record) {
			if r.reads != 1 {
				t.Errorf("the ledger was read %d times", r.reads)
			}
			r.routes.Revision = 7
			r.routes.Items = []ledger.MerchantRoute{{MerID: "A", Route: route.ToV2}}
		})
		wantRoute(t, c, "A", route.ToV2) // although it was not looked at for an hour
	})
}

func TestExpiredAtOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		r.set("A", route.ToV2)
		wantRoute(t, c, "A", route.ToV2)
		r.change(func(r *record) { r.slow = 300 * time.Millisecond })
		time.Sleep(MaxAge + time.Millisecond)
		go func() { _ = c.Last("A", route.ToOld) }() // begins to read what is true just then
		synctest.Wait()
		r.set("A", route.ToOld)
		c.Expire()
		wantRoute(t, c, "A", route.ToOld)
	})
}

func TestLedgerAway(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		r.set("A", route.ToV2)
		r.set("B", route.ToOld)
		wantRoute(t, c, "A", route.ToV2)
		r.change(func(r *record) { r.away, r.slow = true, 100*time.Millisecond })
		time.Sleep(MaxAge + time.Millisecond)
		wantRoute(t, c, "B", route.ToOld) // finds it out
		for range 100 {
			before := time.Now()
			wantRoute(t, c, "B", route.ToOld)
			if waited := time.Since(before); waited > 0 {
				t.Errorf("who is on the old gateway waits %v", waited)
			}
			if got, err := c.Of(t.Context(), "A", route.ToOld); !errors.Is(err, ErrUnknown) || !got.Equal(route.ToV2) {
				t.Errorf("who was on v2 hears %q, %v", got, err)
			}
			if got := c.Last("A", route.ToOld); !got.Equal(route.ToV2) {
				t.Errorf("last seen is %q", got)
			}
			time.Sleep(37 * time.Millisecond)
		}
		r.change(func(r *record) {
			if r.reads > 100 { // a reading of 100 ms, then 150 ms of none
				t.Errorf("a ledger that is away is asked %d times", r.reads)
			}
			r.away = false
		})
		time.Sleep(retryAfter)
		wantRoute(t, c, "A", route.ToV2)
	})
}

// TestOldFailureExcusesNothing: that the ledger was away once is no reason to go by a copy
// of any age, however few requests come.
func TestOldFailureExcusesNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		r.set("A", route.ToOld)
		wantRoute(t, c, "A", route.ToOld)
		time.Sleep(time.Second)
		r.change(func(r *record) { r.away = true })
		wantRoute(t, c, "A", route.ToOld)
		wantRoute(t, c, "A", route.ToOld)
		r.change(func(r *record) { r.away = false })
		time.Sleep(10 * time.Minute)
		r.set("A", route.ToV2)
		time.Sleep(MaxAge)
		wantRoute(t, c, "A", route.ToV2)
	})
}

func TestLedgerAwayFromTheStart(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		r.change(func(r *record) { r.away = true })
		for range 3 {
			if _, err := c.Of(t.Context(), "A", route.ToOld); !errors.Is(err, ErrUnknown) {
				t.Errorf("a route is known: %v", err)
			}
		}
		r.change(func(r *record) { r.away = false })
		time.Sleep(retryAfter)
		wantRoute(t, c, "A", route.ToShadow)
	})
}

func TestWhoHangsUpDoesNotWait(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		r.change(func(r *record) { r.slow = time.Second })
		ctx, hangUp := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer hangUp()
		before := time.Now()
		if _, err := c.Of(ctx, "A", route.ToOld); !errors.Is(err, ErrUnknown) || time.Since(before) > 10*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(before))
		}
	})
}

func TestClosed(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *record, c *Cache) {
		r.change(func(r *record) { r.slow = time.Hour })
		_ = c.Last("A", route.ToOld)
		before := time.Now()
		c.Close()
		if time.Since(before) > 0 {
			t.Error("closing waits for the ledger")
		}
		if _, err := c.Of(t.Context(), "A", route.ToOld); !errors.Is(err, ErrUnknown) {
			t.Errorf("%v", err)
		}
	})
}

// TestFollowsChanges changes the route of a merchant again and again, makes the ledger
// slow and lets it go away. Whatever a request is told was true at most MaxAge before
// it asked: nobody goes to v2 by what is older.
func TestFollowsChanges(t *testing.T) {
	t.Parallel()
	type since struct {
		at time.Time
		to route.Route
	}
	choices := []route.Route{route.ToOld, route.ToShadow, route.ToV2, {Mode: route.ModeV2, Percent: 20}}
	rapid.Check(t, func(rt *rapid.T) {
		inBubble(t, func(t *testing.T, r *record, c *Cache) {
			history := []since{{time.Now().Add(-time.Hour), route.ToShadow}}
			for range rapid.IntRange(1, 40).Draw(rt, "steps") {
				time.Sleep(time.Duration(rapid.IntRange(0, 900).Draw(rt, "pause")) * time.Millisecond)
				switch rapid.IntRange(0, 5).Draw(rt, "step") {
				case 0:
					to := rapid.SampledFrom(choices).Draw(rt, "route")
					r.set("A", to)
					history = append(history, since{time.Now(), to})
				case 1:
					away, slow := rapid.Bool().Draw(rt, "away"), rapid.IntRange(0, 1500).Draw(rt, "slow")
					r.change(func(r *record) { r.away, r.slow = away, time.Duration(slow)*time.Millisecond })
				default:
					asked := time.Now()
					got, err := c.Of(t.Context(), "A", route.ToShadow)
					if err != nil || got.Mode != route.ModeV2 {
						continue
					}
					current := false
					for i, h := range history {
						last := i == len(history)-1
						current = current || h.to.Equal(got) && (last || history[i+1].at.After(asked.Add(-MaxAge)))
					}
					if !current {
						rt.Fatalf("goes by %q, which is older than %v: %v", got, MaxAge, history)
					}
				}
			}
		})
	})
}
