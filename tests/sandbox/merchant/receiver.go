package merchant

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// maxNotification bounds the body of a notification in bytes.
const maxNotification = 64 << 10

// Receiver is the program behind a merchant's backurl, on any path. It checks
// and records every call, and answers by script.
type Receiver struct {
	merchantID string
	// SlowBy is how long AnswerSlow waits; NewReceiver sets 2 s. It is set
	// before use.
	SlowBy time.Duration

	done context.Context
	end  context.CancelFunc

	mu      sync.Mutex
	keys    []string // that verify; several while a key is changed
	calls   []*Notification
	busy    map[string]int
	script  map[string][]Answer
	changed chan struct{} // closed and renewed whenever calls changes
}

// NewReceiver makes a receiver for one merchant. Close it in the end.
func NewReceiver(merchantID, key string) *Receiver {
	r := &Receiver{
		merchantID: merchantID,
		keys:       []string{key},
		SlowBy:     2 * time.Second,
		busy:       make(map[string]int),
		script:     make(map[string][]Answer),
		changed:    make(chan struct{}),
	}
	r.done, r.end = context.WithCancel(context.Background())
	return r
}

// Accept also takes notifications signed with another key, as a merchant does
// while its key is changed.
func (r *Receiver) Accept(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = append(r.keys, key)
}

func (r *Receiver) accepted() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.keys)
}

// Script sets how the next notifications of an order are answered, one after
// the other; then it is AnswerOK again. An empty orderID stands for every
// order that has no answers of its own left. It panics on an unknown answer.
func (r *Receiver) Script(orderID string, script ...Answer) {
	for _, a := range script {
		if _, known := answers[a]; !known {
			panic(fmt.Sprintf("merchant: unknown answer %q", a))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.script[orderID] = slices.Clone(script)
}

// ServeHTTP takes one notification.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, maxNotification))
	n := readNotification(req, body, r.merchantID, r.accepted())
	if err != nil {
		n.violate("the body can be read", "%v", err)
	}
	a := r.begin(n)
	defer r.finish(n)
	switch a {
	case AnswerHang:
		r.wait(req, nil)
		panic(http.ErrAbortHandler)
	case AnswerSlow:
		timer := time.NewTimer(r.SlowBy)
		defer timer.Stop()
		r.wait(req, timer.C)
	}
	a.write(w, req)
}

// wait returns when until fires, the caller goes away or the receiver closes.
func (r *Receiver) wait(req *http.Request, until <-chan time.Time) {
	select {
	case <-until:
	case <-req.Context().Done():
	case <-r.done.Done():
	}
}

// begin records a call and chooses its answer. A call for an order that has
// another one under way breaks a rule.
func (r *Receiver) begin(n *Notification) Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.Arrived = time.Now()
	n.Answer = r.nextAnswer(n.OrderID)
	if n.OrderID != "" && r.busy[n.OrderID] > 0 {
		n.violate("never two notifications for one order at the same time", "order %q", n.OrderID)
	}
	r.busy[n.OrderID]++
	r.calls = append(r.calls, n)
	r.announce()
	return n.Answer
}

// nextAnswer takes the next scripted answer. The caller holds the lock.
func (r *Receiver) nextAnswer(orderID string) Answer {
	for _, key := range []string{orderID, ""} {
		if script := r.script[key]; len(script) > 0 {
			r.script[key] = script[1:]
			return script[0]
		}
	}
	return AnswerOK
}

func (r *Receiver) finish(n *Notification) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.Answered = time.Now()
	r.busy[n.OrderID]--
	r.announce()
}

// announce wakes those in Wait. The caller holds the lock.
func (r *Receiver) announce() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// Notifications returns all calls for an order, or all calls if orderID is
// empty, oldest first.
func (r *Receiver) Notifications(orderID string) []Notification {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.collect(orderID)
}

func (r *Receiver) collect(orderID string) []Notification {
	var found []Notification
	for _, n := range r.calls {
		if orderID == "" || n.OrderID == orderID {
			found = append(found, *n)
		}
	}
	return found
}

// Violations returns the rules that the calls so far have broken.
func (r *Receiver) Violations() []error {
	var violations []error
	for _, n := range r.Notifications("") {
		violations = append(violations, n.Violations...)
	}
	return violations
}

// Wait waits until an order, or all orders together if orderID is empty, has
// had at least count calls that are answered, and returns all calls for it.
func (r *Receiver) Wait(ctx context.Context, orderID string, count int) ([]Notification, error) {
	for {
		r.mu.Lock()
		found, changed := r.collect(orderID), r.changed
		r.mu.Unlock()
		answered := 0
		for _, n := range found {
			if !n.Answered.IsZero() {
				answered++
			}
		}
		if answered >= count {
			return found, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return found, fmt.Errorf("waiting for %d notifications of order %q, had %d: %w", count, orderID, answered, ctx.Err())
		}
	}
}

// Close releases calls that hang. It does not wait for them; close the server
// for that.
func (r *Receiver) Close() {
	r.end()
}
