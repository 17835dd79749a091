package bridge

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

const (
	// takeBackEvery is how long the bridge waits before it asks a ledger again that
	// did not answer.
	takeBackEvery = time.Second
	// takeBacksAtOnce is how many orders are taken back side by side, so that they
	// share commits.
	takeBacksAtOnce = 64
	// maxAbandoned bounds the orders that wait to be taken back: a ledger may be away
	// for a night while merchants try on. What is given up when there are more is
	// settled by queries, should it be on record after all, which is the likelier the
	// earlier it was given up.
	maxAbandoned = 4_000
)

// abandoned are the orders that were given up because the ledger was slow to write
// them down as sent. Nothing has left for them, whatever the ledger comes to hold.
// The zero value is ready.
type abandoned struct {
	mu      sync.Mutex
	sent    map[string]time.Time // by query id: when it would have been sent
	count   int                  // of orders that are not taken back yet
	waiting []ledger.Order       // of them, those that are not being tried just now
	working bool                 // somebody takes them back
	full    bool                 // the last one found no room
	workers sync.WaitGroup
}

// add remembers an order. It returns false when there are too many, and says with
// it whether that is the first of several.
func (a *abandoned) add(o ledger.Order) (added, first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.count >= maxAbandoned {
		first, a.full = !a.full, true
		return false, first
	}
	if a.sent == nil {
		a.sent = make(map[string]time.Time)
	}
	a.full = false
	a.count++
	a.sent[o.QueryID] = o.SentAt
	a.waiting = append(a.waiting, o)
	return true, false
}

// work has the orders taken back by a function that ends when none is left, unless
// that is being done.
func (a *abandoned) work(takeBack func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.working {
		a.working = true
		a.workers.Go(takeBack)
	}
}

// next returns orders to be tried. When there is none, whoever asked has ended its
// work.
func (a *abandoned) next() []ledger.Order {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := min(takeBacksAtOnce, len(a.waiting))
	orders := a.waiting[:n:n]
	a.waiting = a.waiting[n:]
	a.working = n > 0
	return orders
}

// retry puts an order back that could not be taken back yet. The others come first:
// it may be that one alone.
func (a *abandoned) retry(o ledger.Order) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting = append(a.waiting, o)
}

// remove forgets an order. It may have been given up once more meanwhile.
func (a *abandoned) remove(o ledger.Order) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count--
	if a.sent[o.QueryID].Equal(o.SentAt) {
		delete(a.sent, o.QueryID)
	}
}

// has reports whether an order on record is one that was given up, and not one
// that has been sent since.
func (a *abandoned) has(o ledger.Order) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	sent, known := a.sent[o.QueryID]
	return known && o.State == translate.Sent && sent.UnixMilli() == o.SentAt.UnixMilli()
}

// takeBack has an order that was given up stand as begun, should it have been
// written down as sent all the same: as soon as the ledger answers, or else by the
// due step of the order. Nothing has left, so that the merchant may send or cancel
// it at once. When the bridge ends before that, the order is settled by queries.
//
// cause is why the ledger has not written it down. What met a row that cannot be read has
// written nothing, and there is nothing to take back.
func (b *Bridge) takeBack(order ledger.Order, cause error) {
	if order.State != translate.Sent || errors.Is(cause, ledger.ErrUnreadable) {
		return
	}
	if added, first := b.abandoned.add(order); !added {
		if first {
			b.log.Warn("too many orders were given up for want of the ledger; of those that come now, what it should hold all the same is settled by queries",
				orderFields(order), zap.Int("limit", maxAbandoned))
		}
		return
	}
	b.abandoned.work(b.takeBackAll)
}

// takeBackResubmit has an order stand as begun, should it have been written down as
// sent at a time by a repeat that then gave up.
func (b *Bridge) takeBackResubmit(order ledger.Order, at time.Time, cause error) {
	if order.State == translate.Begun {
		order.State, order.SentAt, order.Claim = translate.Sent, at, order.Claim+1
		b.takeBack(order, cause)
	}
}

// takeBackAll takes back what was given up, until nothing is left or the bridge
// ends while the ledger does not answer.
func (b *Bridge) takeBackAll() {
	for {
		orders := b.abandoned.next()
		if len(orders) == 0 {
			return
		}
		if b.tryTakeBacks(orders) {
			continue
		}
		select {
		case <-b.ending:
			return
		case <-time.After(takeBackEvery):
		}
	}
}

// tryTakeBacks tries some orders side by side and reports whether the ledger has
// answered for each.
func (b *Bridge) tryTakeBacks(orders []ledger.Order) bool {
	var answered atomic.Bool
	answered.Store(true)
	var all sync.WaitGroup
	for _, order := range orders {
		all.Go(func() {
			crash.Guard(b.log, "taking an order back", func() {
				switch err := b.tryTakeBack(order); {
				case err == nil, errors.Is(err, ledger.ErrClosed):
				case errors.Is(err, ledger.ErrUnreadable):
					// Asking again would not mend the row. Once somebody has mended it, the order
					// is settled by queries.
					b.log.Warn("order not taken back", orderFields(order), zap.Error(err))
				default:
					answered.Store(false)
					b.abandoned.retry(order)
					return
				}
				b.abandoned.remove(order)
			})
		})
	}
	all.Wait()
	return answered.Load()
}

func (b *Bridge) tryTakeBack(order ledger.Order) error {
	ctx, cancel := context.WithTimeout(context.Background(), recording)
	defer cancel()
	taken, err := b.ledger.TakeBack(ctx, order, b.now())
	if taken {
		b.tookBack(order)
	}
	return err
}

// tookBack tells that an order was taken back.
func (b *Bridge) tookBack(order ledger.Order) {
	b.log.Info("order was recorded too late and not sent; it may be tried again", orderFields(order))
	b.observer.OrderMoved(translate.Begun)
}

// stepAbandoned is the due step of an order that was given up and that the ledger
// has given out before it took the order back.
func (b *Bridge) stepAbandoned(ctx context.Context, order ledger.Order) {
	update := ledger.Update{
		State: translate.Begun, At: b.now(), Source: "ledger", Claim: order.Claim, Next: order.ExpiresAt,
	}
	if _, _, err := b.ledger.Record(ctx, order.Key, update); err != nil {
		b.log.Warn("order not taken back", orderFields(order), zap.Error(err))
		return
	}
	b.tookBack(order)
}
