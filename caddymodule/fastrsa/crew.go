package fastrsa

import (
	"runtime"
	"slices"
	"sync"
)

// crew shares work spaces, as many as there are processors, between those who want an
// operation of one size. Who has a space works; the others wait.
type crew struct {
	spaces int // in all

	mu      sync.Mutex
	free    []*space
	waiting []*operation // in the order they came
}

func newCrew(spaces int) *crew {
	c := &crew{spaces: spaces}
	for range spaces {
		c.free = append(c.free, new(space))
	}
	return c
}

// onDemand returns a crew for this machine, made when it is first asked for.
func onDemand() func() *crew {
	return sync.OnceValue(func() *crew { return newCrew(runtime.GOMAXPROCS(0)) })
}

// space is room for either way of working.
type space struct {
	pair pairSpace
	wide wideSpace
}

// do has an operation done, by its caller or by another's hand.
func (c *crew) do(o *operation) {
	w := c.join(o)
	if w == nil {
		w = <-o.turn
	}
	if w != nil {
		c.work(w, o)
	}
}

// join returns a space when it is o's turn at once: when fewer than half of the spaces are
// taken, or a whole batch waits. Otherwise o waits until somebody has done. That is at most
// the time of two batches, with its own, which is some four times what it would take alone;
// in return a batch takes half the time of as many operations that are each alone, and on a
// busy machine everybody waits for that.
func (c *crew) join(o *operation) *space {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isTurn(len(c.waiting) + 1) {
		return c.take()
	}
	c.waiting = append(c.waiting, o)
	return nil
}

// isTurn reports whether one more may work while so many wait.
func (c *crew) isTurn(waiting int) bool {
	return len(c.free) > 0 && waiting > 0 && (len(c.free) > c.spaces/2 || waiting >= batch)
}

func (c *crew) take() *space {
	last := len(c.free) - 1
	w := c.free[last]
	c.free = c.free[:last]
	return w
}

// work does o and what waits, up to a batch, and gives the space back. A panic ends in
// the operations having no result, which their callers see to.
func (c *crew) work(w *space, o *operation) {
	runtime.Gosched() // who is about to ask may come along
	operations := c.with(o)
	defer func() {
		if crash := recover(); crash != nil {
			*w = space{}
		}
		c.leave(w)
		for _, other := range operations[1:] {
			other.turn <- nil
		}
	}()
	w.run(operations)
}

// with returns o and those that have waited longest, up to a batch.
func (c *crew) with(o *operation) []*operation {
	c.mu.Lock()
	defer c.mu.Unlock()
	more := min(len(c.waiting), batch-1)
	operations := append([]*operation{o}, c.waiting[:more]...)
	c.waiting = slices.Delete(c.waiting, 0, more)
	return operations
}

// leave gives a space back, and hands it on when it is the next one's turn.
func (c *crew) leave(w *space) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = append(c.free, w)
	if c.isTurn(len(c.waiting)) {
		next := c.waiting[0]
		c.waiting = slices.Delete(c.waiting, 0, 1)
		next.turn <- c.take()
	}
}

// run does operations of one size. Two take less time one after the other than
// in the wide kernels.
func (w *space) run(operations []*operation) {
	if len(operations) > 2 {
		w.wide.run(operations[0].key.size, operations)
		return
	}
	for _, o := range operations {
		w.pair.run(o)
	}
}
