package admission

import (
	"net/netip"
	"sync"
	"time"
)

// When a sender is suspicious.
const (
	window     = time.Minute
	badOfOne   = 60     // bad messages of a sender within the window
	badOfAll   = 600    // … of all; then one is enough, or a thousand merchants' numbers would buy a thousand budgets
	maxSenders = 10_000 // senders remembered; when there are more, all others are suspicious but those with good ones
)

// record counts the bad messages of senders. The zero value is ready.
type record struct {
	mu      sync.Mutex
	senders map[Sender]counted
	all     counted
	swept   time.Time
}

// counted is a number of bad messages within a window.
type counted struct {
	since time.Time
	count int
}

func (c counted) at(now time.Time) counted {
	if now.Sub(c.since) >= window || now.Before(c.since) {
		return counted{since: now}
	}
	return c
}

// suspicious reports whether a sender has sent bad messages too often. proven says that
// it has sent a good one not long ago.
func (r *record) suspicious(s Sender, proven bool, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, remembered := r.senders[s]
	switch n := known.at(now).count; {
	case n >= badOfOne:
		return true
	case r.all.at(now).count >= badOfAll:
		return n > 0 || !proven && !remembered && len(r.senders) >= maxSenders
	}
	return false
}

// count notes a bad message.
func (r *record) count(s Sender, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = r.all.at(now)
	r.all.count++
	r.sweep(now)
	known, remembered := r.senders[s]
	if !remembered && len(r.senders) >= maxSenders {
		return
	}
	if r.senders == nil {
		r.senders = make(map[Sender]counted)
	}
	known = known.at(now)
	known.count++
	r.senders[s] = known
}

// sweep forgets, once in a window, the senders whose window is over.
func (r *record) sweep(now time.Time) {
	if now.Sub(r.swept) < window && !now.Before(r.swept) {
		return
	}
	r.swept = now
	for s, known := range r.senders {
		if known.at(now).count == 0 {
			delete(r.senders, s)
		}
	}
}

// Network is the source that an address counts for.
func Network(address string) string {
	const customer = 64 // bits
	ip, err := netip.ParseAddr(address)
	switch {
	case err != nil:
		return address
	case ip.Unmap().Is4():
		return ip.Unmap().String()
	}
	return netip.PrefixFrom(ip, customer).Masked().String()
}
