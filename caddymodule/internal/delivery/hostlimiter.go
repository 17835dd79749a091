package delivery

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// slowAfter is the time of a call that makes its host slow, whatever came of it.
const slowAfter = 2 * time.Second

// hostSpeed says what a result tells of its host.
func (r result) hostSpeed() speed {
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

// hostLimiter shares the slots for calls among the hosts and merchants that are
// called. Its methods may be called from many goroutines.
//
// The slots are shared by how a host answered its last call. Slow hosts get a
// quarter of them, slow and unproven ones together three quarters; an unproven
// host is called once at a time. So neither hosts that are slow nor names that
// are new each time, however many there are, take the last quarter from hosts
// that answer.
type hostLimiter struct {
	limits

	mu      sync.Mutex
	inUse   slotCount
	calls   map[string]int // by host, those being made
	history *hostHistory
	resting rests // by merchant
}

// slotCount counts slots in use or granted.
type slotCount struct {
	all       int
	notQuick  int            // those of slow and unproven hosts
	slow      int            // those of slow hosts
	merchants map[string]int // by merchant
}

func newSlotCount() slotCount { return slotCount{merchants: make(map[string]int)} }

// add counts n slots more.
func (c *slotCount) add(s speed, merchant string, n int) {
	c.all += n
	if s != quick {
		c.notQuick += n
	}
	if s == slow {
		c.slow += n
	}
	if c.merchants[merchant] += n; c.merchants[merchant] == 0 {
		delete(c.merchants, merchant)
	}
}

// slot is the right to make one call of a host for a merchant.
type slot struct {
	host, merchant string
	speed          speed
}

func newHostLimiter(l limits) *hostLimiter {
	return &hostLimiter{limits: l, inUse: newSlotCount(), calls: make(map[string]int), history: newHostHistory(), resting: make(rests)}
}

// offer returns what can be started at now. It counts what it has granted, and is
// good for one claim of the ledger.
func (h *hostLimiter) offer(now time.Time) ledger.Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resting.end(now)
	granted, calls := newSlotCount(), make(map[string]int)
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
			s := h.history.of(host, now).speed
			n := max(0, min(want, h.room(host, s, calls[host], granted)))
			granted.add(s, merID, n)
			calls[host] += n
			return n
		},
	}
}

// room returns how many more calls of a host of this speed can be started; zero or
// less for none. granted are the slots granted and not yet taken, calls those of
// them that are for this host.
func (h *hostLimiter) room(host string, s speed, calls int, granted slotCount) int {
	calls += h.calls[host]
	n := h.perHost - calls
	if s == unproven {
		n = min(n, 1-calls)
	}
	if s == slow {
		n = min(n, h.reserve()-h.inUse.slow-granted.slow)
	}
	if s != quick {
		n = min(n, max(1, h.overall-h.reserve())-h.inUse.notQuick-granted.notQuick)
	}
	return n
}

// take takes a slot of what was granted.
func (h *hostLimiter) take(host, merchant string, now time.Time) slot {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := slot{host: host, merchant: merchant, speed: h.history.of(host, now).speed}
	h.history.recordCall(host, now)
	h.inUse.add(s.speed, merchant, 1)
	h.calls[host]++
	return s
}

// ended says that the call of a slot is over, or was not made: the host may be
// called again. The slot itself stays in use until it is given back.
func (h *hostLimiter) ended(s slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls[s.host]--; h.calls[s.host] == 0 {
		delete(h.calls, s.host)
	}
}

// recordSpeed remembers how fast a host answered.
func (h *hostLimiter) recordSpeed(host string, s speed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.history.recordSpeed(host, s)
}

// giveBack ends the use of a slot.
func (h *hostLimiter) giveBack(s slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inUse.add(s.speed, s.merchant, -1)
}

// rest gives a merchant no slot until a time.
func (h *hostLimiter) rest(merchant string, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resting[merchant] = until
}

// rests holds until when each rests.
type rests map[string]time.Time

func (r rests) has(name string) bool { _, ok := r[name]; return ok }

// end forgets those whose rest is over at now.
func (r rests) end(now time.Time) {
	for name, until := range r {
		if !now.Before(until) {
			delete(r, name)
		}
	}
}
