//go:build simulation

package simulation

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// pauses are the times in which operators have kept a merchant's notifications back.
type pauses struct {
	mu    sync.Mutex
	busy  bool // an operator pauses the merchant, or is about to
	spans []span
}

// span is a time of the world, from its begin to its end.
type span struct{ from, to time.Duration }

// any reports whether there was a pause, or may have been.
func (p *pauses) any() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.spans) > 0
}

// during reports whether something was in a pause, and that had begun some time before.
func (p *pauses) during(at, after time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.spans, func(s span) bool { return s.from+after <= at && at < s.to })
}

// take makes an operator the one who pauses the merchant, unless another does.
func (p *pauses) take() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	free := !p.busy
	p.busy = true
	return free
}

// leave ends that. Where it is not known whether there was a pause, its span is empty.
func (p *pauses) leave(s span) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
	p.spans = append(p.spans, s)
}

var errPausedAlready = errors.New("a colleague has paused the merchant")

// pause pauses the order's merchant for a while. Whoever has done that ends it, however
// often the ledger refuses.
func (o operator) pause(ctx context.Context) error {
	w, p := o.p.m.w, &o.p.m.w.merchants[o.order.merchant].pauses
	if !p.take() {
		return errPausedAlready
	}
	err := o.p.bridge.PauseMerchant(ctx, o.row.merID, o.change)
	from := w.since()
	time.Sleep(w.chance.of("pause", o.change.Who, o.change.Why).between(5*time.Second, 2*time.Minute))
	to := w.since()
	if err != nil {
		from = to
	}
	for !o.resume() && w.since() < longest {
		time.Sleep(10 * time.Second)
	}
	p.leave(span{from, to})
	return err
}

// resume ends a pause by whatever bridge runs.
func (o operator) resume() (done bool) {
	w := o.p.m.w
	p := w.balance(w.chance.of("resume", o.change.Who, o.change.Why, w.since()))
	if p == nil {
		return false
	}
	ctx, cancel := o.context()
	defer cancel()
	_, err := p.bridge.ResumeMerchant(ctx, o.row.merID, o.change)
	return err == nil || errors.Is(err, ledger.ErrNotFound) // there is no pause: it never began, or the answer to its end was lost
}
