//go:build simulation

package simulation

import (
	"errors"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// pauses are the times in which people have kept a merchant's notifications back.
type pauses struct {
	mu    sync.Mutex
	busy  bool // a person keeps them back, or is about to
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

// during reports whether something was in a pause.
func (p *pauses) during(at time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.spans {
		if s.from <= at && at < s.to {
			return true
		}
	}
	return false
}

// take makes a person the one who keeps notifications back, unless another does.
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

var errKeptBack = errors.New("a colleague keeps them back already")

// pause keeps the notifications of the order's merchant back for a while. Who has done
// that ends it, however often the ledger refuses.
func (h hand) pause() error {
	w, p := h.p.m.w, &h.p.m.w.merchants[h.order.merchant].pauses
	if !p.take() {
		return errKeptBack
	}
	ctx, cancel := h.context()
	defer cancel()
	err := h.p.bridge.PauseMerchant(ctx, h.row.merID, h.change)
	from := w.since()
	time.Sleep(w.chance.of("pause", h.change.Who, h.change.Why).between(5*time.Second, 2*time.Minute))
	to := w.since()
	if err != nil {
		from = to
	}
	for !h.resume() {
		time.Sleep(10 * time.Second)
	}
	p.leave(span{from, to})
	return err
}

// resume ends a pause by whatever bridge runs.
func (h hand) resume() (done bool) {
	w := h.p.m.w
	p := w.balance(w.chance.of("resume", h.change.Who, h.change.Why, w.since()))
	if p == nil {
		return false
	}
	ctx, cancel := h.context()
	defer cancel()
	_, err := p.bridge.ResumeMerchant(ctx, h.row.merID, h.change)
	return err == nil || errors.Is(err, ledger.ErrNotFound) // it is not paused, because nobody came to it or an answer was lost
}
