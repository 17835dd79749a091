package caddymodule

import (
	"net/netip"
	"sync"
	"time"
)

// Opening a message costs a private-key operation, which anybody can make us
// do. A source that keeps sending what cannot be opened is not listened to for
// a while.
const (
	budgetMessages = 60          // bad messages from one source …
	budgetWindow   = time.Minute // … within this time
	budgetSources  = 10_000      // sources remembered
)

// budget counts bad messages by source: an IPv4 address or an IPv6 network of
// 64 bits, of whose addresses one customer has all. The zero value is ready.
type budget struct {
	mu      sync.Mutex
	sources map[string]spent
}

type spent struct {
	since time.Time
	count int
}

// spend counts a message as bad before it is looked at, so that many at once
// count as many, and reports whether it may be looked at.
func (b *budget) spend(source string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	source = network(source)
	s, known := b.sources[source]
	if now.Sub(s.since) >= budgetWindow {
		s = spent{since: now}
	}
	if s.count >= budgetMessages {
		return false
	}
	s.count++
	if b.sources == nil || (!known && len(b.sources) >= budgetSources) {
		b.sources = make(map[string]spent) // a flood of sources; start over
	}
	b.sources[source] = s
	return true
}

// giveBack takes back the count of a message that was good.
func (b *budget) giveBack(source string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	source = network(source)
	if s, known := b.sources[source]; known && s.count > 0 {
		s.count--
		b.sources[source] = s
	}
}

func network(address string) string {
	const customer = 64 // bits
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	return netip.PrefixFrom(ip, customer).Masked().String()
}
