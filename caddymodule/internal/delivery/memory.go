package delivery

import "time"

const (
	// maxRemembered bounds the hosts that are remembered.
	maxRemembered = 50_000
	// forgetAfter is how long a host is remembered that is not called.
	forgetAfter = 10 * time.Minute
	// sweepEvery is how often a full memory looks for what can be forgotten.
	sweepEvery = time.Second
)

// pace says how a host answered its last call.
type pace int

const (
	unproven pace = iota // not called lately
	quick
	slow
)

// acquaintance is what is remembered of a host.
type acquaintance struct {
	pace pace
	seen time.Time
}

// memory remembers hosts. When it is full, further ones stay unknown until
// others have been forgotten: whoever makes up names must not be able to push
// out the names of others.
type memory struct {
	known map[string]acquaintance
	swept time.Time
}

func newMemory() *memory { return &memory{known: make(map[string]acquaintance)} }

// recall returns what is known of a host; of a strange one the zero value.
func (m *memory) recall(host string) acquaintance { return m.known[host] }

// meet notes that a host is called, if there is room to remember it.
func (m *memory) meet(host string, now time.Time) {
	a, ok := m.known[host]
	if !ok && !m.roomAt(now) {
		return
	}
	a.seen = now
	m.known[host] = a
}

// mark notes how a host answered, if it is remembered at all.
func (m *memory) mark(host string, p pace) {
	if a, ok := m.known[host]; ok {
		a.pace = p
		m.known[host] = a
	}
}

// roomAt reports whether one host more can be remembered at now, after
// forgetting the old ones if need be.
func (m *memory) roomAt(now time.Time) bool {
	if len(m.known) >= maxRemembered && now.Sub(m.swept) >= sweepEvery {
		m.swept = now
		for host, a := range m.known {
			if now.Sub(a.seen) > forgetAfter {
				delete(m.known, host)
			}
		}
	}
	return len(m.known) < maxRemembered
}
