package sandbox

import "sync"

// heldNotices keeps notices back until they are released.
type heldNotices struct {
	mu      sync.Mutex
	notices []preparedNotice
}

func (h *heldNotices) add(p preparedNotice) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notices = append(h.notices, p)
}

// take empties the list and returns what was in it, oldest first.
func (h *heldNotices) take() []preparedNotice {
	h.mu.Lock()
	defer h.mu.Unlock()
	notices := h.notices
	h.notices = nil
	return notices
}

func (h *heldNotices) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.notices)
}
