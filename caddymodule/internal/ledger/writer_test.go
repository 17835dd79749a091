package ledger_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// TestSQLiteFailuresLeaveNothing lets functions write and then fail, at every place of a
// batch: what they wrote is gone, what the others wrote is there once, each hears its
// own, and a panic is told once.
func TestSQLiteFailuresLeaveNothing(t *testing.T) {
	t.Parallel()
	for _, fates := range []string{
		"f", "p", "s", "sfs", "fss", "ssf", "fff", "fsf", "sffs", "psp", "sxs", "xsf", "sdsfs", "d",
	} {
		t.Run(fates, func(t *testing.T) {
			t.Parallel()
			core, logged := observer.New(zap.ErrorLevel)
			l := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}.open(t, ledger.WithLogger(zap.New(core)))
			errs := ledger.Batch(l, fated(fates)...)
			for i, fate := range fates {
				wantFate(t, fates, i, fate, errs[i])
				kept, err := ledger.Text(t.Context(), l, fmt.Sprintf(`SELECT count(*) FROM pulse WHERE id = 'job %d'`, i))
				if err != nil || (kept == "1") != (fate == 's') {
					t.Errorf("job %d of %q is there %s times, %v", i, fates, kept, err)
				}
			}
			if panics := strings.Count(fates, "p"); logged.Len() != panics {
				t.Errorf("%d panics were told %d times", panics, logged.Len())
			}
			if err := l.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

var errFated = errors.New("fated")

// fated are functions that write and then succeed (s), fail (f), panic (p), or fail by a
// statement that cannot run (x) or that violates an index (d).
func fated(fates string) []func(func(string, ...any) error) error {
	functions := make([]func(func(string, ...any) error) error, len(fates))
	for i, fate := range fates {
		functions[i] = func(exec func(string, ...any) error) error {
			if err := exec(`INSERT INTO pulse (id, at) VALUES ($1, 1)`, fmt.Sprintf("job %d", i)); err != nil {
				return err
			}
			switch fate {
			case 'f':
				return errFated
			case 'p':
				panic("fated")
			case 'x':
				return exec(`INSERT INTO nowhere VALUES (1)`)
			case 'd':
				return exec(`INSERT INTO pulse (id, at) SELECT id, at FROM pulse`)
			}
			return nil
		}
	}
	return functions
}

func wantFate(t *testing.T, fates string, i int, fate rune, err error) {
	t.Helper()
	switch {
	case fate == 's' && err == nil:
	case fate == 'f' && errors.Is(err, errFated):
	case strings.ContainsRune("pxd", fate) && err != nil && !errors.Is(err, errFated):
	default:
		t.Errorf("job %d of %q came to: %v", i, fates, err)
	}
}

// TestThoseReadyToWriteShareACommit has writers come at once on one processor. The first
// of them wakes the one who commits, and the others, who are ready to run but have not
// run yet, are in its batch all the same. A machine that is busy can part them now and
// then, so they come more than once.
//
//nolint:paralleltest // it sets how many processors there are
func TestThoseReadyToWriteShareACommit(t *testing.T) {
	const writers, rounds = 8, 20
	w := &watcher{}
	l := stores[0].make(t).open(t, ledger.WithObserver(w))
	w.told()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	together := 0
	for round := range rounds {
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				if _, _, err := l.Begin(t.Context(), sample(round*writers+i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		switch commits, committed, failed := w.told(); {
		case failed != nil || committed != writers:
			t.Fatalf("%d were committed, %v", committed, failed)
		case commits == 1:
			together++
		}
	}
	if together == 0 {
		t.Errorf("in none of %d rounds %d writers shared a commit", rounds, writers)
	}
}
