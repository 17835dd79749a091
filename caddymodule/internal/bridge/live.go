package bridge

import (
	"slices"
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
)

// liveSettings knows which configurations are loaded. During a reload there are
// two; background work follows the newer one, and goes back to the older should
// the newer one fail to start.
type liveSettings struct {
	mu   sync.Mutex
	list []*Settings // newest last
}

// Attach makes background work follow s. Each Attach is undone by one Detach.
func (b *Bridge) Attach(s *Settings) {
	b.live.mu.Lock()
	defer b.live.mu.Unlock()
	b.live.list = append(b.live.list, s)
}

// Detach ends what Attach began. It may be called again.
func (b *Bridge) Detach(s *Settings) {
	b.live.mu.Lock()
	defer b.live.mu.Unlock()
	if i := slices.Index(b.live.list, s); i >= 0 {
		b.live.list = slices.Delete(b.live.list, i, i+1)
	}
}

// current is the newest loaded configuration, nil when there is none.
func (b *Bridge) current() *Settings {
	b.live.mu.Lock()
	defer b.live.mu.Unlock()
	if n := len(b.live.list); n > 0 {
		return b.live.list[n-1]
	}
	return nil
}

// target says how the newest configuration wants a merchant notified.
func (b *Bridge) target(merID string) (delivery.Target, bool) {
	s := b.current()
	if s == nil {
		return delivery.Target{}, false
	}
	m := s.Merchants.ByMerID(merID)
	if m == nil {
		return delivery.Target{}, false
	}
	return delivery.Target{
		Key:            m.SignKey(),
		AllowCallbacks: m.Callbacks.Allow,
		RootCAs:        m.Callbacks.RootCAs,
		PlainHTTP:      m.Callbacks.PlainHTTP,
		Schedule:       s.NotifySchedule,
	}, true
}
