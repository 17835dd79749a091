package delivery

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// dead hangs for every call of a host that is called so, and acknowledges the
// others in a tenth of a second.
func dead(c call, _ int) (string, time.Duration) {
	if strings.HasPrefix(c.host, "dead") {
		return "", hang
	}
	return "0000", 100 * time.Millisecond
}

// However much waits at hosts that are dead, another's notifications are sent
// within a second.
func TestDeadHostsDelayNobody(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		hosts, orders int // dead hosts, orders of each
		warmUp        time.Duration
	}{
		{"one with 100,000 orders", 1, 100_000, 0},
		{"50 with 100 orders each", 50, 100, 0},
		// More than there are slots for: known to be dead after one time-out.
		{"1000 with 10 orders each", 1000, 10, time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(dead)
				for i := range test.hosts {
					host := fmt.Sprintf("dead%d", i)
					book.oweMany(test.orders, host+"x", "http://"+host+".test/", time.Now().Add(-time.Hour))
				}
				d := startDispatcher(t, Config{Ledger: book}, network)
				pass(test.warmUp)
				var alive []ledger.Key
				for i := range 200 {
					pass(150 * time.Millisecond)
					alive = append(alive, book.owe(fmt.Sprintf("alive%04d", i), fmt.Sprintf("http://alive%d.test/", i%7), time.Now()))
				}
				pass(5 * time.Second)
				stopDispatcher(t, d)

				first := network.firsts()
				for _, key := range alive {
					n, _ := book.get(key)
					if n.State != ledger.Delivered {
						t.Errorf("%s is %s, want delivered", key.OrderID, n.State)
					} else if lag := first[key.OrderID].Sub(n.CreatedAt); lag > time.Second {
						t.Errorf("%s was sent after %s, want at most a second", key.OrderID, lag)
					}
				}
				network.checkNoOverlap(t)
			})
		})
	}
}

func TestCaps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		hosts            int
		perHost, overall int
		want             int // calls at the same time
	}{
		{"of one host by default", 1, 0, 0, 4},
		{"overall by default", 100, 0, 0, 256},
		{"of one host as configured", 3, 2, 0, 6},
		{"overall as configured", 10, 4, 7, 7},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("0000", 9*time.Second))
				for i := range test.hosts {
					book.oweMany(100, fmt.Sprintf("caps%dx", i), fmt.Sprintf("http://m%d.test/", i), time.Now())
				}
				d := startDispatcher(t, Config{Ledger: book, PerHost: test.perHost, Overall: test.overall}, network)
				pass(8 * time.Second)
				if got := len(network.firsts()); got != test.want {
					t.Errorf("%d calls at the same time, want %d", got, test.want)
				}
				stopDispatcher(t, d)
			})
		})
	}
}

// A backlog of a host in good health is worked off as fast as its slots allow,
// not at the pace of the polls.
func TestBacklogFlows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 10*time.Millisecond))
		keys := book.oweMany(4000, "flow", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(10*time.Second + time.Millisecond)
		for _, key := range keys {
			if n, _ := book.get(key); n.State != ledger.Delivered {
				t.Fatalf("%s is %s after 1,000 rounds of 10 ms", key.OrderID, n.State)
			}
		}
		stopDispatcher(t, d)
	})
}

// A host that was slow is treated as the others again after one good answer.
func TestSlowHostRecovers(t *testing.T) {
	t.Parallel()
	h := newHosts(4, 8)
	h.mark("a", true)
	now := time.Now()
	for range 4 {
		h.take("a")
	}
	h.mark("b", true)
	if _, free := h.offer(now); free("b") != 0 {
		t.Error("slow hosts got more than half of the slots")
	}
	h.mark("b", false)
	if _, free := h.offer(now); free("b") != 4 {
		t.Error("a host that answered has not got its slots back")
	}
}
