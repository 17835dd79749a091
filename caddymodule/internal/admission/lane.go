package admission

import (
	"context"
	"slices"
	"sync"
)

// lane lets a number of messages through at once. The others wait, first come,
// first served within a sender; the senders take turns.
type lane struct {
	most int // messages that may wait

	mu      sync.Mutex
	free    int
	waiting int
	queues  map[Sender][]chan struct{} // closed when it is their turn
	turns   []Sender                   // with a queue, the next one first
}

func newLane(width, most int) *lane {
	return &lane{free: width, most: most, queues: make(map[Sender][]chan struct{})}
}

// enter waits for a turn. It must be left when the error is nil.
func (l *lane) enter(ctx context.Context, s Sender) error {
	turn, err := l.join(s)
	if turn == nil || err != nil {
		return err
	}
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	if !l.quit(s, turn) {
		l.leave() // the turn came at the same moment
	}
	return ctx.Err()
}

// join takes a place, or a place in the queue: the turn is nil for the former.
func (l *lane) join(s Sender) (turn chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free > 0 {
		l.free--
		return nil, nil
	}
	queue := l.queues[s]
	// Whoever has more than its share waits no longer than that, so that nobody
	// is kept out.
	if l.waiting >= l.most && len(queue) > l.most/(len(l.queues)+1) {
		return nil, ErrCrowded
	}
	if len(queue) == 0 {
		l.turns = append(l.turns, s)
	}
	turn = make(chan struct{})
	l.queues[s] = append(queue, turn)
	l.waiting++
	return turn, nil
}

// quit takes a turn that is not wanted any more out of its queue, and reports
// whether it still was there.
func (l *lane) quit(s Sender, turn chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.queues[s]
	i := slices.Index(queue, turn)
	if i < 0 {
		return false
	}
	l.waiting--
	l.keep(s, slices.Delete(queue, i, i+1))
	return true
}

// leave passes a place on to the next sender's first message.
func (l *lane) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == 0 {
		l.free++
		return
	}
	s := l.turns[0]
	queue := l.queues[s]
	l.waiting--
	close(queue[0])
	if l.keep(s, queue[1:]) {
		l.turns = append(l.turns[1:], s)
	}
}

// keep stores what is left of a queue and reports whether there is anything.
func (l *lane) keep(s Sender, queue []chan struct{}) bool {
	if len(queue) > 0 {
		l.queues[s] = queue
		return true
	}
	delete(l.queues, s)
	l.turns = slices.DeleteFunc(l.turns, func(t Sender) bool { return t == s })
	return false
}
