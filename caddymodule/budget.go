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

// allow reports whether messages from a source are still looked at.
func (b *budget) allow(source string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sources[network(source)]
	return s.count < budgetMessages || now.Sub(s.since) >= budgetWindow
}

// spend counts one bad message.
func (b *budget) spend(source string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	source = network(source)
	s, known := b.sources[source]
	if now.Sub(s.since) >= budgetWindow {
		s = spent{since: now}
	}
	s.count++
	if b.sources == nil || (!known && len(b.sources) >= budgetSources) {
		b.sources = make(map[string]spent) // a flood of sources; start over
	}
	b.sources[source] = s
}

func network(address string) string {
	const customer = 64 // bits
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	return netip.PrefixFrom(ip, customer).Masked().String()
}
