package bridge

import "github.com/paybridge/paybridge/caddymodule/internal/delivery"

// Attach makes background work follow s, the settings of a configuration that has
// just been loaded. Each Attach is undone by one Detach.
func (b *Bridge) Attach(s *Settings) { b.live.Add(s) }

// Detach ends what Attach began. It may be called again.
func (b *Bridge) Detach(s *Settings) { b.live.Remove(s) }

// current is the newest loaded configuration, nil when there is none.
func (b *Bridge) current() *Settings {
	s, _ := b.live.Get()
	return s
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
