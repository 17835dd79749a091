package bridge

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// askEvery is how often the gateway is asked about one order because its
// merchant asks. Merchants of scanned codes poll every second or two.
const askEvery = 2 * time.Second

// pace remembers which orders were asked about just now.
type pace struct {
	mu   sync.Mutex
	last map[ledger.Key]time.Time
}

// paceLimit is how many orders are remembered before old ones are dropped.
const paceLimit = 10_000

// allow reports whether it is time to ask about an order again, and notes that
// it is being asked about.
func (p *pace) allow(key ledger.Key, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last, ok := p.last[key]; ok && now.Sub(last) < askEvery {
		return false
	}
	if p.last == nil || len(p.last) >= paceLimit {
		p.last = p.recent(now)
	}
	if len(p.last) >= paceLimit {
		clear(p.last) // a flood of orders; start over
	}
	p.last[key] = now
	return true
}

// recent copies what still counts.
func (p *pace) recent(now time.Time) map[ledger.Key]time.Time {
	kept := make(map[ledger.Key]time.Time)
	for key, last := range p.last {
		if now.Sub(last) < askEvery {
			kept[key] = last
		}
	}
	return kept
}
