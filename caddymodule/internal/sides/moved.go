package sides

import "sync"

// moved are the merchants that have orders on v2, known without the ledger.
type moved struct {
	mu        sync.Mutex
	merchants map[string]bool
	read      bool // the ledger was read
}

// never reports that a merchant has no order on v2, by what is known.
func (m *moved) never(merID string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.read && !m.merchants[merID]
}

// unread reports that a merchant may have orders on v2, because nobody knows yet who has.
func (m *moved) unread(merID string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.read && !m.merchants[merID]
}

// has reports that a merchant has an order on v2, by what is known.
func (m *moved) has(merID string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.merchants[merID]
}

// add notes merchants that have an order on v2, or are about to. Nobody is ever taken
// out: what was read of the ledger may be older than an order of this bridge.
func (m *moved) add(list ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.merchants == nil {
		m.merchants = make(map[string]bool, len(list))
	}
	for _, merID := range list {
		m.merchants[merID] = true
	}
}

// know notes all merchants that have an order on v2, by the ledger's word.
func (m *moved) know(list []string) {
	m.add(list...)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read = true
}
