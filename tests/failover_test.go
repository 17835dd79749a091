package tests

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/pgcluster"
)

// primaryFailures are what can become of a primary, and how it comes back.
var primaryFailures = []struct {
	name         string
	happen, mend func(*pgcluster.Member)
}{
	{"server killed", (*pgcluster.Member).KillServer, func(*pgcluster.Member) {}},
	{"machine gone", (*pgcluster.Member).KillMachine, (*pgcluster.Member).StartMachine},
	{"network cut", (*pgcluster.Member).CutNetwork, (*pgcluster.Member).MendNetwork},
	{"frozen, wakes up later", (*pgcluster.Member).Freeze, (*pgcluster.Member).Thaw},
}

// failovers is how often the primary fails: never in a test run, because it takes
// packages that only this test needs, and as often as is said with make failover.
func failovers(t *testing.T) int {
	t.Helper()
	n := askedFor(t, "PAYBRIDGE_FAILOVERS", 0)
	if n == 0 {
		t.Skip("set PAYBRIDGE_FAILOVERS, or use make -f xcaddy.mk failover")
	}
	return n
}

// TestFailover lets the primary under two bridges fail again and again, under load.
// Nothing acknowledged is lost, nobody is charged twice, and the bridges find the new
// primary by themselves.
func TestFailover(t *testing.T) {
	rounds := failovers(t)
	cluster := pgcluster.Start(t)
	w := newWorldOn(t, cluster.DSN(), settings{Extra: hasty})
	w.killed = true
	other := w.newBridge("other")
	w.bridge.startAnyhow()
	other.startAnyhow()
	l := w.startLoad(6, false, w.bridge, other)
	for round := range rounds {
		pause(context.Background(), time.Duration(2000+rand.IntN(3000))*time.Millisecond)
		failure := primaryFailures[round%len(primaryFailures)]
		primary := cluster.Primary()
		if primary == nil {
			t.Fatal("no primary")
		}
		heard, notices := l.heard(), w.acknowledgedNotices()
		begin := time.Now()
		failure.happen(primary)
		now := cluster.AwaitPrimary(primary)
		promoted := time.Since(begin)
		l.awaitOrder(t)
		stall := time.Since(begin)
		failure.mend(primary)
		cluster.AwaitAll()
		mustHaveAll(t, w, heard, notices)
		t.Logf("%-24s %s → %s: promoted after %s, payments go on after %s",
			failure.name, primary.Name(), now.Name(), promoted.Round(100*time.Millisecond), stall.Round(100*time.Millisecond))
	}
	l.end()
	w.rest()
	l.allNotified(t)
	t.Logf("%d failures, %d orders and %d notices acknowledged", rounds, len(l.heard()), len(w.acknowledgedNotices()))
}

// awaitOrder waits until a merchant's order is accepted that was begun later.
func (l *load) awaitOrder(t *testing.T) {
	t.Helper()
	before := l.pays.Load()
	if !eventually(func() bool { return l.pays.Load() > before }) {
		t.Fatal("no order is accepted any more")
	}
}

// mustHaveAll checks that the ledger has orders, and payments, that somebody relies on.
func mustHaveAll(t *testing.T, w *world, orders, notices []string) {
	t.Helper()
	states := make(map[string]string) // by either number
	for _, r := range w.rows() {
		states[r.orderID], states[r.orderNo] = r.state, r.state
	}
	mustRelyOn(t, states, orders, notices)
}
