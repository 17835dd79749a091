package delivery

import (
	"sync"
	"time"
)

// maxSlowHosts bounds the hosts that are remembered as slow.
const maxSlowHosts = 10_000

// hosts shares the slots for calls among the hosts that are called. Its methods
// may be called from many goroutines.
//
// A host whose last call timed out is slow. All slow hosts together get half of
// the slots, so that however many of them there are, the others find room.
type hosts struct {
	perHost, overall int

	mu       sync.Mutex
	free     int
	slowFree int
	calls    map[string]int       // by host, those being made
	slow     map[string]bool      // host → was slow when last called
	resting  map[string]time.Time // host → until when it gets no slot
}

// slot is the right to make one call of a host.
type slot struct {
	host string
	slow bool
}

func newHosts(perHost, overall int) *hosts {
	return &hosts{
		perHost: perHost, overall: overall,
		free: overall, slowFree: max(1, overall/2),
		calls: make(map[string]int), slow: make(map[string]bool), resting: make(map[string]time.Time),
	}
}

// offer returns how many calls can be started at now: in all, and at one host.
// The second answer counts what it has promised to slow hosts before.
func (h *hosts) offer(now time.Time) (limit int, free func(host string) int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for host, until := range h.resting {
		if !now.Before(until) {
			delete(h.resting, host)
		}
	}
	promised := 0
	return h.free, func(host string) int {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, rests := h.resting[host]; rests {
			return 0
		}
		n := max(0, h.perHost-h.calls[host])
		if h.slow[host] {
			n = max(0, min(n, h.slowFree-promised))
			promised += n
		}
		return n
	}
}

// take takes a slot of what was offered.
func (h *hosts) take(host string) slot {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := slot{host, h.slow[host]}
	h.free--
	h.calls[host]++
	if s.slow {
		h.slowFree--
	}
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

// mark remembers whether the last call of a host timed out.
func (h *hosts) mark(host string, timedOut bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !timedOut:
		delete(h.slow, host)
	case len(h.slow) < maxSlowHosts:
		h.slow[host] = true
	}
}

// giveBack ends the use of a slot.
func (h *hosts) giveBack(s slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.free++
	if s.slow {
		h.slowFree++
	}
}

// rest gives a host no slot until a time.
func (h *hosts) rest(host string, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resting[host] = until
}
