package ledger_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// Each child of the crash test uses orders of a range of its own.
const ordersPerChild = 1_000_000

// payUntilKilled pays orders from 32 goroutines and writes a line for each order
// that is begun and each that is paid, after the ledger has acknowledged it.
func payUntilKilled(ctx context.Context, l *ledger.Ledger, first int) error {
	const payers = 32
	failed := make(chan error)
	for p := range payers {
		go func() {
			for i := first + p; ; i += payers {
				if err := payAloud(ctx, l, i); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

func payAloud(ctx context.Context, l *ledger.Ledger, i int) error {
	o := sample(i)
	if err := untilAvailable(func() error { _, _, err := l.Begin(ctx, o); return err }); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(os.Stdout, "begun %d\n", i); err != nil {
		return err
	}
	err := untilAvailable(func() error {
		_, _, err := l.Record(ctx, o.Key, ledger.Update{State: translate.Paid, At: noon})
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "paid %d\n", i)
	return err
}

// untilAvailable does something once more when the ledger says that it is not available
// right now, as PostgreSQL may be on a busy machine.
func untilAvailable(do func() error) error {
	for end := time.Now().Add(time.Minute); ; {
		if err := do(); !errors.Is(err, ledger.ErrUnavailable) || time.Now().After(end) {
			return err
		}
	}
}

// TestKilledWhileCommitting kills a process that commits, at a point that nobody
// chose, and looks for everything that it had been told is durable.
func TestKilledWhileCommitting(t *testing.T) {
	t.Parallel()
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			p := store.make(t)
			all := map[int]translate.State{}
			for round := range rounds {
				states := collect(t, p, round)
				checkAcknowledged(t, p, states)
				maps.Copy(all, states)
			}
			checkAcknowledged(t, p, all)
		})
	}
}

// collect runs a child, kills it after some lines and returns what it had
// acknowledged.
func collect(t *testing.T, p place, round int) map[int]translate.State {
	t.Helper()
	states := map[int]translate.State{}
	child := startChild(t, "pay", round*ordersPerChild, p)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		if n == 500+137*round {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		var state translate.State
		var i int
		if _, err := fmt.Sscan(lines.Text(), &state, &i); err != nil {
			continue // the last line may be cut off
		}
		states[i] = state
	}
	_, _ = io.Copy(io.Discard, out)
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return states
}

func checkAcknowledged(t *testing.T, p place, states map[int]translate.State) {
	t.Helper()
	l := p.open(t)
	defer l.Close()
	var once sync.Once
	for i, state := range states {
		o, err := l.Order(t.Context(), sample(i).Key)
		if err == nil && state == translate.Paid {
			_, err = l.Notification(t.Context(), o.Key)
		}
		lost := err != nil || o.State != translate.Paid && o.State != state
		if lost {
			once.Do(func() { t.Errorf("order %d was acknowledged as %s: %v, %+v", i, state, err, o) })
		}
	}
	paid, owed := countRows(t, l, "orders", "state = 'paid'"), countRows(t, l, "notifications", "state = 'waiting'")
	if paid != owed || paid == 0 {
		t.Errorf("%d orders are paid, %d notifications wait", paid, owed)
	}
	t.Logf("%d orders acknowledged, none lost", len(states))
}
