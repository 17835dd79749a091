package delivery

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Two bridges on one ledger, thousands of orders, random answers, a ledger that
// fails now and then, and stops in between: never two calls of one order at a
// time, none early, every call counted, every order confirmed or exhausted.
func TestChaos(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { chaos(t, seed) })
		})
	}
}

func chaos(t *testing.T, seed uint64) {
	const orders = 3000
	dice := &lockedRand{from: rand.New(rand.NewPCG(seed, 1))}
	answers := []string{"0000", "fail", "", "P1", "warning\n0000", "E0"}
	network := newFakeNetwork(func(call, int) (string, time.Duration) {
		after := time.Duration(dice.n(3000)) * time.Millisecond
		if dice.n(20) == 0 {
			after = hang
		}
		return answers[dice.n(len(answers))], after
	})
	book := newFakeLedger()
	book.failBy(func(context.Context, string) error {
		if dice.n(10) == 0 {
			return fmt.Errorf("%w: chance", ledger.ErrUnavailable)
		}
		return nil
	})
	var keys []ledger.Key
	for i := range orders {
		url := fmt.Sprintf("http://m%d.test/notify", dice.n(100))
		keys = append(keys, book.owe(fmt.Sprintf("chaos%05d", i), url, time.Now().Add(time.Duration(dice.n(60_000))*time.Millisecond)))
	}

	steady := startDispatcher(t, Config{Ledger: book}, network)
	for range 20 {
		restarted := startDispatcher(t, Config{Ledger: book}, network)
		pass(time.Duration(dice.n(60_000)) * time.Millisecond)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		if err := restarted.Stop(ctx); err != nil {
			t.Errorf("Stop: %v", err)
		}
		cancel()
	}
	pass(2 * time.Hour)
	stopDispatcher(t, steady)

	network.checkNoOverlap(t)
	for _, key := range keys {
		n, attempts := book.get(key)
		if n.State == ledger.Waiting {
			t.Errorf("%s is still waiting", key.OrderID)
		}
		checkAttempts(t, n, attempts, network.of(key.OrderID))
	}
}

// checkAttempts holds what is recorded against the calls that were seen and the
// schedule.
func checkAttempts(t *testing.T, n ledger.Notification, attempts []ledger.Attempt, calls []time.Time) {
	t.Helper()
	if len(attempts) != len(calls) || n.Attempts != len(calls) {
		t.Errorf("%s: %d calls seen, %d attempts counted, %d recorded", n.OrderID, len(calls), n.Attempts, len(attempts))
		return
	}
	due := n.CreatedAt
	for i, a := range attempts {
		if a.N != i+1 || !a.At.Equal(calls[i]) || a.At.Before(due) {
			t.Errorf("%s: attempt %d at %v, call at %v, due %v", n.OrderID, a.N, a.At, calls[i], due)
		}
		due, _ = DefaultSchedule().Next(i+1, a.At.Add(a.Duration))
	}
}

type lockedRand struct {
	mu   sync.Mutex
	from *rand.Rand
}

func (l *lockedRand) n(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.from.IntN(n)
}
