package tests

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// hasty makes the schedules short, so that what a crash left open is settled
// within a test's patience.
const hasty = "query_schedule 1s 1s 2s 2s 5s\n\t\tnotify_schedule 1s 1s 2s 2s 5s 5s 10s 10s"

// crashes is how often the bridge is killed: a few times in every test run, and
// more in a soak (make soak).
func crashes(t *testing.T) int {
	t.Helper()
	return askedFor(t, "PAYBRIDGE_SOAK", 6)
}

// askedFor is the number in a variable of the environment, otherwise without one.
func askedFor(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

func TestCrash(t *testing.T) {
	for name, ledger := range ledgers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ledger(t, settings{Extra: hasty})
			w.killed = true
			l := w.startLoad(8, false, w.bridge)
			for range crashes(t) {
				w.bridge.launch()
				if rand.IntN(4) > 0 { // else it may be killed while it starts, the first of all included
					w.bridge.await()
				}
				pause(context.Background(), rand.N(700*time.Millisecond))
				if w.bridge.died() {
					t.Errorf("the bridge has ended by itself; its log:\n%s", w.bridge.log())
				}
				w.bridge.kill()
			}
			w.bridge.start()
			l.end()
			w.rest()
			l.allNotified(t)
		})
	}
}

// ledgers makes a world on each kind of ledger, its bridge not started.
var ledgers = map[string]func(*testing.T, settings) *world{
	"sqlite":   func(t *testing.T, s settings) *world { return newWorld(t, s) },
	"postgres": func(t *testing.T, s settings) *world { return onPostgres(t, s) },
}

// TestReload reloads the configuration again and again under load: every answer
// is a good one, no notification is lost or doubled.
func TestReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{Extra: hasty, Bind: "bind fd/3", Global: graceful})
	w.bridge.listen()
	w.bridge.start()
	l := w.startLoad(4, true, w.bridge)
	reloads := 0
	for deadline := time.Now().Add(reloadFor); time.Now().Before(deadline); reloads++ {
		if err := w.bridge.reload(w.ctx()); err != nil {
			t.Fatal(err)
		}
	}
	l.end()
	w.rest()
	l.allNotified(t)
	l.paid.Range(func(id, suite any) bool {
		if n := w.receivers[suite.(string)].Notifications(id.(string)); len(n) > 1 {
			t.Errorf("order %s was notified %d times", id, len(n))
		}
		return true
	})
	t.Logf("%d reloads, %d connections ended without an answer", reloads, l.unanswered.Load())
}

// reloadFor is how long the reloads go on.
const reloadFor = 20 * time.Second
