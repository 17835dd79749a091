package fastrsa

import (
	"runtime"
	"sync"
)

// spaces is as many work spaces as there are processors. Who holds one works.
var spaces = sync.OnceValue(func() chan *space {
	n := runtime.GOMAXPROCS(0)
	all := make(chan *space, n)
	for range n {
		all <- new(space)
	}
	return all
})

// space is room for either way of working.
type space struct {
	pair pairSpace
	wide wideSpace
}

// do has an operation done, by its caller or by another's hand.
func (o *operation) do() {
	queue := o.key.size.queue
	queue <- o
	for {
		select {
		case <-o.done:
			return
		case w := <-spaces():
			w.work(queue)
		}
	}
}

// work does what waits, up to a batch, and gives the space back. A panic ends in
// the operations having no result, which their callers see to.
func (w *space) work(queue chan *operation) {
	runtime.Gosched() // who is about to ask may come along
	operations := waiting(queue)
	defer func() {
		if crash := recover(); crash != nil {
			*w = space{}
		}
		spaces() <- w
		for _, o := range operations {
			o.done <- struct{}{}
		}
	}()
	w.run(operations)
}

// waiting takes up to a batch of operations.
func waiting(queue chan *operation) []*operation {
	operations := make([]*operation, 0, batch)
	for len(operations) < batch {
		select {
		case o := <-queue:
			operations = append(operations, o)
		default:
			return operations
		}
	}
	return operations
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
