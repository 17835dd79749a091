package sides

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// knownSides is how many sides are kept in memory.
const knownSides = 1 << 16

// oldKnownFor is how long the ledger is not asked again about an order of the old
// gateway: programs repeat and ask within minutes.
const oldKnownFor = 10 * time.Minute

// cache keeps the sides of orders that were asked for last. An order of v2 stays one. A
// mark of the old gateway is forgotten for its age, and then the order may be begun on v2
// by any bridge, so that it is known for a short time only.
type cache struct {
	half         int
	now          func() time.Time
	mu           sync.Mutex
	young, older map[ledger.Key]known
}

// known is the side of an order.
type known struct {
	side  route.Side
	until time.Time // zero for ever
}

func newCache(most int, now func() time.Time) *cache {
	return &cache{half: most / 2, now: now, young: map[ledger.Key]known{}}
}

// get returns the side of an order, "" when it is not known, or not any more.
func (c *cache) get(k ledger.Key) route.Side {
	c.mu.Lock()
	defer c.mu.Unlock()
	is, ok := c.young[k]
	if !ok {
		is = c.older[k]
	}
	if !is.until.IsZero() && !c.now().Before(is.until) {
		return ""
	}
	return is.side
}

// put keeps a side. When the young are half of all, the older ones go.
func (c *cache) put(k ledger.Key, side route.Side) {
	is := known{side: side}
	if side == route.Old {
		is.until = c.now().Add(oldKnownFor)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.half {
		c.young, c.older = make(map[ledger.Key]known, c.half), c.young
	}
	c.young[k] = is
}
