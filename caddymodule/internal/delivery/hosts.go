package delivery

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// slowAfter is the time of a call that makes its host slow, whatever came of it.
const slowAfter = 2 * time.Second

// pace says what a result tells of its host.
func (r result) pace() pace {
	if r.class == Timeout || r.Duration > slowAfter {
		return slow
	}
	return quick
}

// limits are the greatest numbers of calls at a time.
type limits struct {
	overall     int
	perHost     int
	perMerchant int
}

// reserve is the part of the slots that is kept from those below: slow hosts
// together get no more than it, and it is always left to quick ones.
func (l limits) reserve() int { return max(1, l.overall/4) }

// hosts shares the slots for calls among the hosts and merchants that are
// called. Its methods may be called from many goroutines.
//
// The slots are shared by how a host answered its last call. Slow hosts get a
// quarter of them, slow and unproven ones together three quarters; an unproven
// host is called once at a time. So neither hosts that are slow nor names that
// are new each time, however many there are, take the last quarter from hosts
// that answer.
type hosts struct {
	limits

	mu      sync.Mutex
	inUse   use
	calls   map[string]int // by host, those being made
	memory  *memory
	resting rests // merchants
}

// use counts slots.
type use struct {
	all       int
	notQuick  int            // of them, of slow and unproven hosts
	slow      int            // of them, of slow hosts
	merchants map[string]int // of them, by merchant
}

func newUse() use { return use{merchants: make(map[string]int)} }

// add counts n slots more.
func (u *use) add(p pace, merchant string, n int) {
	u.all += n
	if p != quick {
		u.notQuick += n
	}
	if p == slow {
		u.slow += n
	}
	if u.merchants[merchant] += n; u.merchants[merchant] == 0 {
		delete(u.merchants, merchant)
	}
}

// slot is the right to make one call of a host for a merchant.
type slot struct {
	host, merchant string
	pace           pace
}

func newHosts(l limits) *hosts {
	return &hosts{limits: l, inUse: newUse(), calls: make(map[string]int), memory: newMemory(), resting: make(rests)}
}

// offer returns what can be started at now. It counts what it has granted before,
// and is good for one look of the ledger.
func (h *hosts) offer(now time.Time) ledger.Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resting.end(now)
	granted, calls := newUse(), make(map[string]int)
	return ledger.Room{
		Limit: h.overall - h.inUse.all,
		Merchant: func(merID string) (inHand, free int) {
			h.mu.Lock()
			defer h.mu.Unlock()
			if inHand = h.inUse.merchants[merID] + granted.merchants[merID]; h.resting.has(merID) {
				return inHand, 0
			}
			return inHand, h.perMerchant - inHand
		},
		Grant: func(merID, host string, want int) int {
			h.mu.Lock()
			defer h.mu.Unlock()
			p := h.memory.recall(host).pace
			n := max(0, min(want, h.room(host, p, calls[host], granted)))
			granted.add(p, merID, n)
			calls[host] += n
			return n
		},
	}
}

// room returns how many calls of a host can be started beside those granted, so
// many of them of this host; zero or less for none.
func (h *hosts) room(host string, p pace, calls int, granted use) int {
	calls += h.calls[host]
	n := h.perHost - calls
	if p == unproven {
		n = min(n, 1-calls)
	}
	if p == slow {
		n = min(n, h.reserve()-h.inUse.slow-granted.slow)
	}
	if p != quick {
		n = min(n, max(1, h.overall-h.reserve())-h.inUse.notQuick-granted.notQuick)
	}
	return n
}

// take takes a slot of what was granted.
func (h *hosts) take(host, merchant string, now time.Time) slot {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := slot{host: host, merchant: merchant, pace: h.memory.recall(host).pace}
	h.memory.meet(host, now)
	h.inUse.add(s.pace, merchant, 1)
	h.calls[host]++
	return s
}

// ended says that the call of a slot is over, or was not made: the host may be
// called again. The slot itself stays in use until it is given back.
func (h *hosts) ended(s slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls[s.host]--; h.calls[s.host] == 0 {
		delete(h.calls, s.host)
	}
}

// mark remembers how a host answered.
func (h *hosts) mark(host string, p pace) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.memory.mark(host, p)
}

// giveBack ends the use of a slot.
func (h *hosts) giveBack(s slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inUse.add(s.pace, s.merchant, -1)
}

// rest gives a merchant no slot until a time.
func (h *hosts) rest(merchant string, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resting[merchant] = until
}

// rests says until when somebody rests.
type rests map[string]time.Time

func (r rests) has(name string) bool { _, ok := r[name]; return ok }

// end lets go of those who have rested at now.
func (r rests) end(now time.Time) {
	for name, until := range r {
		if !now.Before(until) {
			delete(r, name)
		}
	}
}
