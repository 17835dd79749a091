package ledger_test

import (
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// TestCommitWaitsForOthers has one writer come, and another half a millisecond later. The
// first one's commit waits for the other only where processors are short and several are
// expected. Time is the bubble's, so that nothing passes but what is waited for.
//
//nolint:paralleltest // bubbles
func TestCommitWaitsForOthers(t *testing.T) {
	for name, c := range map[string]struct {
		expected int
		short    func() bool
		commits  int
	}{
		"several are expected":        {4, func() bool { return true }, 1},
		"few are expected":            {3, func() bool { return true }, 2},
		"processors are not short":    {4, func() bool { return false }, 2},
		"gathering was not asked for": {4, nil, 2},
	} {
		dir := t.TempDir()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &watcher{}
				l := sqlitePlace{filepath.Join(dir, "ledger.db")}.open(t, ledger.WithObserver(w), ledger.WithGathering(c.short))
				if now := l.Expect(c.expected); now != c.expected {
					t.Errorf("%d are expected", now)
				}
				w.told()
				began := time.Now()
				var all sync.WaitGroup
				for i := range 2 {
					all.Go(func() {
						time.Sleep(time.Duration(i) * 500 * time.Microsecond)
						if _, _, err := l.Begin(t.Context(), sample(i)); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				commits, committed, failed := w.told()
				if commits != c.commits || committed != 2 || failed != nil {
					t.Errorf("%d commits of %d orders, %v", commits, committed, failed)
				}
				if took := time.Since(began); took > time.Millisecond {
					t.Errorf("it took %v", took)
				}
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestShouldWait: nobody waits for fewer than four, nor for those who have come.
func TestShouldWait(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expected, here int
		want           bool
	}{{0, 1, false}, {3, 1, false}, {4, 1, true}, {4, 3, true}, {4, 4, false}, {4, 9, false}, {9, 4, true}} {
		asked := 0
		waits := ledger.ShouldWait(c.expected, c.here, func() bool { asked++; return true })
		if waits != c.want || waits != (asked == 1) {
			t.Errorf("%d are expected, %d are here: %t, and processors were asked after %d times", c.expected, c.here, waits, asked)
		}
	}
}
