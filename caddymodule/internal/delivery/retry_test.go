package delivery

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

const testURL = "http://merchant.test/notify"

func TestLadder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		took    time.Duration // of every call
		seconds []int         // of the calls, from the first
	}{
		{"at once", 0, []int{0, 10, 20, 30, 90, 150, 210, 390, 570, 750}},
		{"slow answers", 3 * time.Second, []int{0, 13, 26, 39, 102, 165, 228, 411, 594, 777}},
		{"time-outs", hang, []int{0, 20, 40, 60, 130, 200, 270, 460, 650, 840}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("fail", test.took))
				start := time.Now()
				key := book.owe("ladder0001", testURL, start)
				d := startDispatcher(t, Config{Ledger: book}, network)
				pass(time.Hour)
				stopDispatcher(t, d)

				var seconds []int
				for _, at := range network.of(key.OrderID) {
					if at.Sub(start)%time.Second != 0 {
						t.Errorf("call at %s, not on the schedule", at.Sub(start))
					}
					seconds = append(seconds, int(at.Sub(start)/time.Second))
				}
				if !slices.Equal(seconds, test.seconds) {
					t.Errorf("calls at %v s, want %v s", seconds, test.seconds)
				}
				n, attempts := book.get(key)
				if n.State != ledger.Exhausted || n.Attempts != 10 || len(attempts) != 10 {
					t.Errorf("%s after %d attempts, %d recorded; want exhausted after 10", n.State, n.Attempts, len(attempts))
				}
			})
		})
	}
}

// What the merchant's program answered last says how a schedule ends that nobody
// acknowledged. Calls that brought no answer of it say nothing.
func TestCreditedAlreadyEndsQuietly(t *testing.T) {
	t.Parallel()
	const none = "" // no answer in time
	tests := []struct {
		name    string
		answers []string // to each call, the last of them to all others
		want    ledger.NotificationState
	}{
		{"to every call", []string{"P1"}, ledger.AlreadyCredited},
		{"at the end", []string{"fail", none, "E3", "P1"}, ledger.AlreadyCredited},
		{"and then no answer", []string{"P1", "P1", none}, ledger.AlreadyCredited},
		{"once, and then no answer", []string{none, none, "P1", none}, ledger.AlreadyCredited},
		{"and then otherwise", []string{"P1", "P1", "fail"}, ledger.Exhausted},
		{"otherwise, and then no answer", []string{"P1", "fail", none}, ledger.Exhausted},
		{"and then an empty page", []string{"P1", " "}, ledger.Exhausted},
		{"never, no answer", []string{none}, ledger.Exhausted},
		{"until it is acknowledged", []string{"P1", "0000"}, ledger.Delivered},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(func(_ call, n int) (string, time.Duration) {
					answer := test.answers[min(n, len(test.answers))-1]
					if answer == none {
						return "", hang
					}
					return answer, 0
				})
				key := book.owe("credited01", testURL, time.Now())
				var ended atomic.Value
				d := startDispatcher(t, Config{Ledger: book, Observer: counting{
					finished: func(Class) {}, ended: func(in ledger.NotificationState) { ended.Store(in) },
				}}, network)
				pass(time.Hour)
				stopDispatcher(t, d)
				n, _ := book.get(key)
				if n.State != test.want || ended.Load() != test.want {
					t.Errorf("%s, told as %v; want %s", n.State, ended.Load(), test.want)
				}
				if n.Attempts != 10 && test.want != ledger.Delivered {
					t.Errorf("the schedule ended after %d calls", n.Attempts)
				}
			})
		})
	}
}

func TestAcknowledgementEndsTheLadder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book := newFakeLedger()
		network := newFakeNetwork(func(_ call, n int) (string, time.Duration) {
			return map[int]string{1: "E3", 2: "P1", 3: "0000"}[n], 0
		})
		key := book.owe("ack0000001", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(time.Hour)
		stopDispatcher(t, d)

		n, attempts := book.get(key)
		var got []string
		for _, a := range attempts {
			got = append(got, a.Class)
		}
		if want := []string{"refused", "already_credited", "ok"}; n.State != ledger.Delivered || !slices.Equal(got, want) {
			t.Errorf("%s after %v, want delivered after %v", n.State, got, want)
		}
	})
}

func TestWakeSendsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(300 * time.Millisecond)
		key := book.owe("wake000001", testURL, time.Now())
		d.Wake()
		synctest.Wait()
		if calls := network.of(key.OrderID); len(calls) != 1 || !calls[0].Equal(time.Now()) {
			t.Errorf("calls at %v, want one at %v", calls, time.Now())
		}
		stopDispatcher(t, d)
	})
}

// Work of another bridge comes without a wake.
func TestIdleLateness(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		d := startDispatcher(t, Config{Ledger: book}, network)
		for i := range 50 {
			pass(time.Duration(i)*37*time.Millisecond + 1)
			now := time.Now()
			unforeseen := book.owe("unforeseen"+string(rune('A'+i)), testURL, now)
			pass(1100 * time.Millisecond)
			foreseen := book.owe("foreseen"+string(rune('A'+i)), testURL, time.Now().Add(2345*time.Millisecond))
			pass(4 * time.Second)

			checkLag(t, network, book, unforeseen, time.Second)
			checkLag(t, network, book, foreseen, time.Millisecond)
		}
		stopDispatcher(t, d)
	})
}

func checkLag(t *testing.T, network *fakeNetwork, book *fakeLedger, key ledger.Key, most time.Duration) {
	t.Helper()
	n, _ := book.get(key)
	calls := network.of(key.OrderID)
	if len(calls) != 1 {
		t.Fatalf("%s: %d calls, want 1", key.OrderID, len(calls))
	}
	if lag := calls[0].Sub(n.CreatedAt); lag < 0 || lag > most {
		t.Errorf("%s: called %s after it was due, want at most %s", key.OrderID, lag, most)
	}
}

func TestReloadCountsAtTheNextAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("fail", 0))
		var target atomic.Pointer[Target]
		target.Store(&Target{Key: v1.NewKey(testKey), PlainHTTP: true})
		lookup := func(string) (Target, bool) { return *target.Load(), true }
		key := book.owe("reload0001", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: book, Lookup: lookup}, network)
		synctest.Wait()
		target.Store(&Target{Key: v1.NewKey("another"), PlainHTTP: true, Schedule: Schedule{time.Second, time.Second}})
		pass(time.Hour)
		stopDispatcher(t, d)

		if n, _ := book.get(key); n.State != ledger.Exhausted || n.Attempts != 3 {
			t.Errorf("%s after %d attempts, want exhausted after the 3 of the new schedule", n.State, n.Attempts)
		}
		for i, secret := range []string{testKey, "another", "another"} {
			c := network.calls[i]
			if want := v1.NewKey(secret).Sign(c.form.Get("resp")); c.form.Get("sign") != want {
				t.Errorf("call %d is not signed with the key of its time", i+1)
			}
		}
	})
}

func TestSentAgainByHand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("fail", 0))
		key := book.owe("byhand0001", testURL, time.Now())
		book.entries[key].Attempts = 10
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(time.Hour)
		stopDispatcher(t, d)
		if n, _ := book.get(key); n.State != ledger.Exhausted || n.Attempts != 11 {
			t.Errorf("%s after %d attempts, want exhausted after 11", n.State, n.Attempts)
		}
	})
}

// damagedAttempts has an attempt that cannot be read.
type damagedAttempts struct{ *fakeLedger }

func (d damagedAttempts) Attempts(ctx context.Context, k ledger.Key) (ledger.List[ledger.Attempt], error) {
	list, err := d.fakeLedger.Attempts(ctx, k)
	last := len(list.Items) - 1
	list.Items = list.Items[:last]
	list.Unreadable = []ledger.UnreadableError{{Kind: ledger.AttemptRow, Key: k, Cause: "status: not of its type"}}
	return list, err
}

// What the merchant answered last is not known when a call cannot be read: the end is
// the one that raises an alarm.
func TestUnreadableAttemptEndsLoudly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(func(_ call, n int) (string, time.Duration) {
			if n > 1 {
				return "", hang
			}
			return "P1", 0
		})
		log, logs := observed()
		key := book.owe("damaged001", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: damagedAttempts{book}, Log: log}, network)
		pass(time.Hour)
		stopDispatcher(t, d)
		if n, _ := book.get(key); n.State != ledger.Exhausted {
			t.Errorf("%s, want exhausted", n.State)
		}
		if lines := logs.FilterMessage("earlier attempts to notify cannot be read").Len(); lines != 1 {
			t.Errorf("%d lines say that an attempt cannot be read", lines)
		}
	})
}
