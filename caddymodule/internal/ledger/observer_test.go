package ledger_test

import (
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// watcher adds up what an observer is told.
type watcher struct {
	mu                 sync.Mutex
	commits, committed int
	failed             error
}

func (w *watcher) Committed(transactions int, took time.Duration, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || took < 0 {
		w.failed = err
		return
	}
	w.commits++
	w.committed += transactions
}

// told returns what was told since the last call.
func (w *watcher) told() (commits, committed int, failed error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	commits, committed, failed = w.commits, w.committed, w.failed
	w.commits, w.committed, w.failed = 0, 0, nil
	return commits, committed, failed
}

// observed counts what was committed, not what the ledger refused, and notices
// what the database did not take.
func observed(t *testing.T, p place) {
	const orders = 100
	w := &watcher{}
	l := p.open(t, ledger.WithObserver(w))
	w.told()
	beginMany(t, l, orders)
	if commits, committed, failed := w.told(); committed != orders || commits < 1 || commits > orders || failed != nil {
		t.Errorf("%d commits of %d transactions, %v", commits, committed, failed)
	}
	wantError(t, l.Postpone(t.Context(), sample(0).Key, 7, noon, 1), ledger.ErrFenced)
	mustOrder(t, l, sample(0).Key)
	if commits, _, failed := w.told(); commits != 0 || failed != nil {
		t.Errorf("refused: %d commits, %v", commits, failed)
	}
	if err := ledger.Exec(t.Context(), l, `INSERT INTO nowhere VALUES (1)`); err == nil {
		t.Error("written into nowhere")
	}
	if commits, _, _ := w.told(); commits != 0 {
		t.Errorf("after a failure %d commits", commits)
	}
}

// TestObserverIsToldOfFailures lets SQLite run out of room.
func TestObserverIsToldOfFailures(t *testing.T) {
	t.Parallel()
	w := &watcher{}
	l := stores[0].make(t).open(t, ledger.WithObserver(w), withRoom(t, 10))
	var err error
	for i := 0; err == nil; i++ {
		_, _, err = l.Begin(t.Context(), sample(i))
	}
	wantError(t, err, ledger.ErrUnavailable)
	if _, _, failed := w.told(); failed == nil {
		t.Error("told of no failure")
	}
}
