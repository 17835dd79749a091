package sandbox

import (
	"context"
	"net/http"
	"sync"
)

// world is everything a gateway remembers. It is apart from the
// configuration, so that a Caddy reload can change the one and keep the other.
type world struct {
	book        book
	rules       ruleList
	counters    counting
	journal     journal
	held        heldNotices
	flows       seen // tranFlowids
	forms       seen // plaintexts that browsers have posted to the hosted page
	connections seen // remote addresses, to tell a reused connection
	tasks       tasks
	client      *http.Client
	// done ends when the world does and releases the requests that are held.
	done context.Context
	end  context.CancelFunc
}

func newWorld() *world {
	w := &world{client: &http.Client{
		Transport: &http.Transport{},
		// A gateway does not follow redirects.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	w.done, w.end = context.WithCancel(context.Background())
	w.reset()
	return w
}

// reset forgets everything but what is under way.
func (w *world) reset() {
	w.book.reset()
	w.rules.reset()
	w.counters.reset()
	w.journal.reset()
	w.held.take()
	w.flows.reset()
	w.forms.reset()
}

// Destruct ends the world: it releases held requests, waits for notices that
// are being sent and closes the connections. caddy.UsagePool calls it.
func (w *world) Destruct() error {
	w.end()
	w.tasks.wait()
	w.client.CloseIdleConnections()
	return nil
}

// seen is a set of strings that only grows.
type seen struct {
	mu   sync.Mutex
	keys map[string]struct{}
}

// add reports whether key is new.
func (s *seen) add(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.keys[key]; known {
		return false
	}
	if s.keys == nil {
		s.keys = make(map[string]struct{})
	}
	s.keys[key] = struct{}{}
	return true
}

func (s *seen) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = nil
}

// tasks counts goroutines. Unlike a sync.WaitGroup it may be waited for while
// new ones start.
type tasks struct {
	mu      sync.Mutex
	running int
	idle    chan struct{} // closed when running drops to zero; nil when idle
}

func (t *tasks) start(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running == 0 {
		t.idle = make(chan struct{})
	}
	t.running++
	go func() {
		defer t.finish()
		f()
	}()
}

func (t *tasks) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running--; t.running == 0 {
		close(t.idle)
		t.idle = nil
	}
}

// wait returns when nothing runs that ran at its call.
func (t *tasks) wait() {
	t.mu.Lock()
	idle := t.idle
	t.mu.Unlock()
	if idle != nil {
		<-idle
	}
}
