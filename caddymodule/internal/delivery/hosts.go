package delivery

import (
	"sync"
	"time"
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

	mu               sync.Mutex
	inUse            use
	calls            map[string]int // by host, those being made
	memory           *memory
	restingHosts     rests
	restingMerchants rests
}

// use counts slots.
type use struct {
	all       int
	notQuick  int            // of them, of slow and unproven hosts
	slow      int            // of them, of slow hosts
	merchants map[string]int // of them, by merchant
}

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

// slot is the right to make one call of a host, if it is granted. A merchant
// that has all its calls is refused, which shows only after its notification was
// claimed: the ledger knows hosts, not merchants. The slot of a refused one is
// in use as well until it is given back.
type slot struct {
	host, merchant string
	pace           pace
	granted        bool
	alone          bool // no other merchant's notifications go to the host
}

func newHosts(l limits) *hosts {
	return &hosts{
		limits: l, inUse: use{merchants: make(map[string]int)}, calls: make(map[string]int), memory: newMemory(),
		restingHosts: make(rests), restingMerchants: make(rests),
	}
}

// offer returns how many calls can be started at now: in all, and at one host.
// The second answer counts what it has promised before.
func (h *hosts) offer(now time.Time) (limit int, free func(host string) int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.restingHosts.end(now)
	h.restingMerchants.end(now)
	promised := use{merchants: make(map[string]int)}
	return h.overall - h.inUse.all, func(host string) int {
		h.mu.Lock()
		defer h.mu.Unlock()
		known := h.memory.recall(host)
		n := max(0, h.room(host, known, promised))
		promised.add(known.pace, known.merchant, n)
		return n
	}
}

// room returns how many calls of a host can be started beside those promised;
// zero or less for none.
func (h *hosts) room(host string, known acquaintance, promised use) int {
	if h.restingHosts.has(host) || known.merchant != "" && h.restingMerchants.has(known.merchant) {
		return 0
	}
	n := h.perHost - h.calls[host]
	if known.pace == unproven {
		n = min(n, 1-h.calls[host])
	}
	if known.pace == slow {
		n = min(n, h.reserve()-h.inUse.slow-promised.slow)
	}
	if known.pace != quick {
		n = min(n, max(1, h.overall-h.reserve())-h.inUse.notQuick-promised.notQuick)
	}
	if m := known.merchant; m != "" {
		n = min(n, h.perMerchant-h.inUse.merchants[m]-promised.merchants[m])
	}
	return n
}

// take takes a slot of what was offered for a notification of a merchant.
func (h *hosts) take(host, merchant string, now time.Time) slot {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := slot{
		host: host, merchant: merchant,
		pace:    h.memory.recall(host).pace,
		granted: h.inUse.merchants[merchant] < h.perMerchant,
		alone:   h.memory.meet(host, merchant, now),
	}
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

// rest gives the host of a slot, and the hosts that are its merchant's alone, no
// slot until a time.
func (h *hosts) rest(s slot, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.restingHosts[s.host] = until
	h.restingMerchants[s.merchant] = until
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
