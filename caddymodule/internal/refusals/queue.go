package refusals

// What waits for the worker: so many requests, and so many of one merchant, so that
// one that repeats itself leaves room for the others. All that name no known merchant
// count as one.
const (
	maxWaiting   = 32
	maxWaitingOf = 4
)

// queue is what waits for the worker, in the order in which it came.
type queue struct {
	requests []Request
	of       map[string]int // how many, by merchant
}

func newQueue() queue { return queue{of: make(map[string]int)} }

// add reports whether there was room.
func (q *queue) add(r Request) bool {
	if len(q.requests) == maxWaiting || q.of[r.MerID] == maxWaitingOf || r.Form.size() > maxText {
		return false
	}
	q.requests = append(q.requests, r)
	q.of[r.MerID]++
	return true
}

func (q *queue) next() (r Request, ok bool) {
	if len(q.requests) == 0 {
		return Request{}, false
	}
	r = q.requests[0]
	q.requests[0] = Request{} // it holds a form
	q.requests = q.requests[1:]
	if q.of[r.MerID]--; q.of[r.MerID] == 0 {
		delete(q.of, r.MerID)
	}
	return r, true
}
