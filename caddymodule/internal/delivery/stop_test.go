package delivery

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func TestRestartKeepsTheLadder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("fail", 0))
		start := time.Now()
		key := book.owe("restart001", testURL, start)
		for range 200 { // 10 minutes, down for a tenth of it
			d := startDispatcher(t, Config{Ledger: book}, network)
			pass(2700 * time.Millisecond)
			stopDispatcher(t, d)
			pass(300 * time.Millisecond)
		}
		n, attempts := book.get(key)
		if n.Attempts != 9 {
			t.Errorf("%d attempts in 10 minutes, want 9", n.Attempts)
		}
		checkAttempts(t, n, attempts, network.of(key.OrderID))
		for i, a := range attempts[1:] {
			due, _ := DefaultSchedule().Next(i+1, attempts[i].At)
			if late := a.At.Sub(due); late > 300*time.Millisecond {
				t.Errorf("attempt %d was %s late, more than the bridge was down", a.N, late)
			}
		}
	})
}

func TestStopWaitsForCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 5*time.Second))
		const hosts = 4 // new ones, with one call at a time
		var keys []ledger.Key
		for i := range hosts {
			keys = append(keys, book.oweMany(3, fmt.Sprintf("waits%d", i), fmt.Sprintf("http://m%d.test/", i), time.Now())...)
		}
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(time.Second)
		stopDispatcher(t, d)

		delivered := 0
		for _, key := range keys {
			if n, _ := book.get(key); n.State == ledger.Delivered {
				delivered++
			}
		}
		if delivered != hosts || len(network.calls) != hosts {
			t.Errorf("%d calls, %d delivered; want the %d that had begun", len(network.calls), delivered, hosts)
		}
	})
}

func TestStopCutsCallsOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", hang))
		key := book.owe("cutoff0001", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(time.Second)
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := d.Stop(ctx); err != nil {
			t.Errorf("Stop: %v", err)
		}
		n, attempts := book.get(key)
		if len(attempts) != 1 || attempts[0].Class != string(Interrupted) || attempts[0].Duration != 3500*time.Millisecond {
			t.Fatalf("attempts %+v, want one, interrupted after 3.5 s", attempts)
		}
		if want := attempts[0].At.Add(13500 * time.Millisecond); n.State != ledger.Waiting || !n.Due.Equal(want) {
			t.Errorf("%s, due %v, want waiting until %v", n.State, n.Due, want)
		}
	})
}

// Stop ends in time even if the ledger does not.
func TestStopWithLedgerStuck(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"claim", "finish", "next"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
				book.failBy(func(ctx context.Context, called string) error {
					if called == method {
						<-ctx.Done()
					}
					return ctx.Err()
				})
				book.owe("stuck00001", testURL, time.Now())
				d := startDispatcher(t, Config{Ledger: book}, network)
				synctest.Wait()
				ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
				defer cancel()
				start := time.Now()
				if err := d.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Stop: %v, want that its time was over", err)
				}
				if took := time.Since(start); took != 3*time.Second {
					t.Errorf("Stop took %s, want 3 s", took)
				}
			})
		})
	}
}

// What a claim brings after Stop has begun goes back unsent.
func TestStopReleasesWhatWasNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		book.failBy(func(_ context.Context, method string) error {
			if method == "claim" {
				pass(2 * time.Second)
			}
			return nil
		})
		var keys []ledger.Key
		for i := range 3 {
			keys = append(keys, book.owe(fmt.Sprintf("release%03d", i), fmt.Sprintf("http://m%d.test/", i), time.Now()))
		}
		d := startDispatcher(t, Config{Ledger: book}, network)
		synctest.Wait()
		stopDispatcher(t, d)
		if len(network.calls) != 0 || book.called("release") != 3 {
			t.Errorf("%d calls, %d released; want 0 and 3", len(network.calls), book.called("release"))
		}
		for _, key := range keys {
			if e := book.entries[key]; !e.ready.Equal(e.Due) || e.Attempts != 0 {
				t.Errorf("%s: ready %v after %d attempts, want %v as before", key.OrderID, e.ready, e.Attempts, e.Due)
			}
		}
	})
}

func TestStartAndStopAreRepeatable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(*Dispatcher)
		want int // calls made
	}{
		{"started twice, stopped twice", func(d *Dispatcher) {
			d.Start()
			d.Start()
			synctest.Wait()
			_ = d.Stop(context.Background())
			_ = d.Stop(context.Background())
		}, 1},
		{"stopped only", func(d *Dispatcher) { _ = d.Stop(context.Background()) }, 0},
		{"started after stop", func(d *Dispatcher) {
			_ = d.Stop(context.Background())
			d.Start()
			d.Wake()
			d.Wake()
			synctest.Wait()
			_ = d.Stop(context.Background())
		}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
				book.owe("repeat0001", testURL, time.Now())
				test.do(newTestDispatcher(Config{Ledger: book}, network))
				if len(network.calls) != test.want {
					t.Errorf("%d calls, want %d", len(network.calls), test.want)
				}
			})
		})
	}
}
