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

// healthy owes, one every 150 ms, orders of seven merchants in good health.
func healthy(book *fakeLedger, n int) []ledger.Key {
	keys := make([]ledger.Key, n)
	for i := range keys {
		pass(150 * time.Millisecond)
		merID := fmt.Sprintf("8991000%d", i%7)
		keys[i] = book.oweTo(merID, fmt.Sprintf("alive%d%d", i, time.Now().UnixMilli()), "http://alive"+merID+".test/", time.Now())
	}
	return keys
}

// checkFirstLag holds against a limit how late the first call of orders was.
func checkFirstLag(t *testing.T, book *fakeLedger, network *fakeNetwork, keys []ledger.Key, limit time.Duration) {
	t.Helper()
	first := network.firsts()
	for _, key := range keys {
		n, _ := book.get(key)
		if n.State != ledger.Delivered {
			t.Errorf("%s is %s, want delivered", key.OrderID, n.State)
		} else if lag := first[key.OrderID].Sub(n.CreatedAt); lag > limit {
			t.Errorf("%s was sent after %s, want at most %s", key.OrderID, lag, limit)
		}
	}
}

// However much waits at hosts that are dead or slow, or at names that are new
// each time, another's notifications are sent within a second.
func TestTroubleDelaysNobody(t *testing.T) {
	t.Parallel()
	answersLate := func(c call, n int) (string, time.Duration) {
		if body, after := dead(c, n); after != hang {
			return body, after
		}
		return "0000", 9900 * time.Millisecond
	}
	tests := []struct {
		name                     string
		merchants, hosts, orders int // in trouble; hosts of each merchant, orders of each host
		answer                   func(call, int) (string, time.Duration)
		before                   int           // healthy orders before the trouble
		warmUp                   time.Duration // time between the trouble and further healthy orders
		limit                    time.Duration
	}{
		{"one dead host with 100,000 orders", 1, 1, 100_000, dead, 0, 0, time.Second},
		{"50 dead hosts", 50, 1, 100, dead, 0, 0, time.Second},
		{"200 hosts that answer late, known hosts", 200, 1, 100, answersLate, 7, 0, time.Second},
		{"200 hosts that answer late, new hosts", 200, 1, 100, answersLate, 0, 20 * time.Second, time.Second},
		{"200 hosts that answer late, all hosts new", 200, 1, 100, answersLate, 0, 0, 10 * time.Second},
		{"one merchant, a new name for each order", 1, 800, 1, dead, 0, 0, time.Second},
		{"ten merchants, a new name for each order, known hosts", 10, 80, 1, dead, 7, 0, time.Second},
		{"one merchant with many orders at many hosts", 1, 300, 10, answersLate, 0, 0, time.Second},
		{"one merchant, 4,000 dead hosts", 1, 4000, 1, dead, 0, 0, time.Second},
		// More than there are slots for: known to be dead when each was called.
		{"1000 dead hosts, known hosts", 1000, 1, 10, dead, 7, 0, time.Second},
		{"1000 dead hosts, new hosts", 1000, 1, 10, dead, 0, 90 * time.Second, time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(test.answer)
				d := startDispatcher(t, Config{Ledger: book}, network)
				alive := healthy(book, test.before)
				pass(time.Second)
				due := time.Now().Add(-time.Hour)
				for i := range test.merchants * test.hosts {
					for j := range test.orders {
						book.oweTo(fmt.Sprintf("8992%04d", i/test.hosts), fmt.Sprintf("trouble%06d%06d", i, j), fmt.Sprintf("http://dead%d.test/", i), due)
					}
				}
				d.Wake()
				synctest.Wait()
				pass(test.warmUp)
				alive = append(alive, healthy(book, 200)...)
				pass(15 * time.Second)
				stopDispatcher(t, d)
				checkFirstLag(t, book, network, alive, test.limit)
				network.checkNoOverlap(t)
			})
		})
	}
}

func TestCaps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		hosts        int // each of a merchant of its own, unless oneMerchant
		oneMerchant  bool
		first, later time.Duration // time of the first answer of each host, and of the others
		config       Config
		want         int // calls at the same time
	}{
		{"of one new host", 1, false, 9 * time.Second, 0, Config{}, 1},
		{"of one quick host", 1, false, time.Second, 9 * time.Second, Config{}, 4},
		{"of one slow host", 1, false, 3 * time.Second, 9 * time.Second, Config{}, 4},
		{"of quick hosts", 100, false, time.Second, 9 * time.Second, Config{}, 256},
		{"of new hosts", 300, false, 9 * time.Second, 0, Config{}, 192},
		{"of slow hosts", 100, false, 3 * time.Second, 9 * time.Second, Config{}, 64},
		{"of one merchant's new hosts", 300, true, 9 * time.Second, 0, Config{}, 64},
		{"of one merchant's quick hosts", 60, true, time.Second, 9 * time.Second, Config{}, 64},
		{"of one host as configured", 3, false, time.Second, 9 * time.Second, Config{PerHost: 2}, 6},
		{"overall as configured", 9, false, time.Second, 9 * time.Second, Config{Overall: 7}, 7},
		{"of one merchant as configured", 9, true, time.Second, 9 * time.Second, Config{PerMerchant: 9}, 9},
		{"the least", 3, false, time.Second, 9 * time.Second, Config{Overall: 1}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				warm := make(map[string]bool)
				network := newFakeNetwork(func(c call, _ int) (string, time.Duration) {
					if warm[c.host] {
						return "0000", test.later
					}
					warm[c.host] = true
					return "0000", test.first
				})
				book := newFakeLedger()
				for i := range test.hosts {
					merID := fmt.Sprintf("8993%04d", i)
					if test.oneMerchant {
						merID = testMerchant
					}
					for j := range 20 {
						book.oweTo(merID, fmt.Sprintf("caps%04d%04d", i, j), fmt.Sprintf("http://m%d.test/", i), time.Now())
					}
				}
				test.config.Ledger = book
				d := startDispatcher(t, test.config, network)
				pass(8 * time.Second)
				if got := network.underWay(); got != test.want {
					t.Errorf("%d calls at the same time, want %d", got, test.want)
				}
				stopDispatcher(t, d)
			})
		})
	}
}

// What cannot be sent because its merchant has all its calls is not claimed, and
// is sent when the merchant has room.
func TestNothingIsClaimedWithoutRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 1900*time.Millisecond))
		const hosts = 640
		for i := range hosts {
			book.owe(fmt.Sprintf("many%06d", i), fmt.Sprintf("http://m%d.test/", i), time.Now())
		}
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(1900*time.Millisecond*hosts/64 + time.Millisecond)
		if calls := len(network.firsts()); calls != hosts {
			t.Errorf("%d of %d orders called after as many rounds as the merchant's slots need", calls, hosts)
		}
		if n := book.called("release"); n != 0 {
			t.Errorf("%d notifications were claimed too early and given back", n)
		}
		stopDispatcher(t, d)
	})
}

// A merchant that has all its calls does not block a host that is another's too.
func TestSharedHostIsNotBlocked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(dead)
		first := book.oweTo("89910001", "neighbour1", "http://shared.test/", time.Now())
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(time.Second)
		for i := range 200 {
			book.owe(fmt.Sprintf("greedy%04d", i), fmt.Sprintf("http://dead%d.test/", i), time.Now())
		}
		pass(2 * time.Second)
		for i := range 50 {
			book.owe(fmt.Sprintf("before%04d", i), "http://shared.test/", time.Now())
		}
		pass(10 * time.Millisecond)
		second := book.oweTo("89910001", "neighbour2", "http://shared.test/", time.Now())
		pass(5 * time.Second)
		checkFirstLag(t, book, network, []ledger.Key{first, second}, time.Second)
		stopDispatcher(t, d)
	})
}

// The backlog of a healthy host is worked off as fast as its slots allow, not once
// a poll.
func TestBacklogFlows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 10*time.Millisecond))
		keys := book.oweMany(4000, "flow", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: book}, network)
		pass(10*time.Second + 11*time.Millisecond) // the first call is made alone
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
	h := newHostLimiter(limits{overall: 16, perHost: 4, perMerchant: 16})
	now := time.Now()
	for _, host := range []string{"a", "b"} {
		s := h.take(host, testMerchant, now)
		h.recordSpeed(host, slow)
		h.ended(s)
		h.giveBack(s)
	}
	for range 4 {
		h.take("a", testMerchant, now)
	}
	if n := h.offer(now).Grant(testMerchant, "b", 9); n != 0 {
		t.Error("slow hosts got more than a quarter of the slots")
	}
	h.recordSpeed("b", quick)
	if n := h.offer(now).Grant(testMerchant, "b", 9); n != 4 {
		t.Error("a host that answered has not got its slots back")
	}
}
