package sides

import (
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// knownSides is how many sides are kept in memory.
const knownSides = 1 << 16

// cache keeps the sides of orders that were asked for last. A side never changes, so
// nothing in it is ever wrong.
type cache struct {
	half         int
	mu           sync.Mutex
	young, older map[ledger.Key]route.Side
}

func newCache(most int) *cache { return &cache{half: most / 2, young: map[ledger.Key]route.Side{}} }

func (c *cache) get(k ledger.Key) route.Side {
	c.mu.Lock()
	defer c.mu.Unlock()
	if side, ok := c.young[k]; ok {
		return side
	}
	return c.older[k]
}

// put keeps a side. When the young are half of all, the older ones go.
func (c *cache) put(k ledger.Key, side route.Side) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.half {
		c.young, c.older = make(map[ledger.Key]route.Side, c.half), c.young
	}
	c.young[k] = side
}
