package admission

import (
	"sync"
	"time"
)

// provenFor is how long a good message speaks for its sender, at least. Behind it comes
// as much again before it is forgotten.
const provenFor = 12 * time.Hour

// proven are senders with a good message not long ago. Whoever makes up addresses gets
// nobody in. When half of the room is used up, those of before go: the zero value is
// ready.
type proven struct {
	mu           sync.Mutex
	young, older map[Sender]struct{}
	turned       time.Time // when the young began
}

func (p *proven) add(s Sender, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.young) >= maxSenders/2 || now.Sub(p.turned) >= provenFor || now.Before(p.turned) {
		p.young, p.older, p.turned = make(map[Sender]struct{}), p.young, now
	}
	p.young[s] = struct{}{}
}

// remove takes a sender out, until its next good message.
func (p *proven) remove(s Sender) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.young, s)
	delete(p.older, s)
}

func (p *proven) has(s Sender) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, young := p.young[s]; young {
		return true
	}
	_, older := p.older[s]
	return older
}
