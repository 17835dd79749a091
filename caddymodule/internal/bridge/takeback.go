package bridge

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// takeBackEvery is how long the bridge waits before it asks a ledger again that
// did not answer.
const takeBackEvery = time.Second

// abandoned are the orders that were given up because the ledger was slow to write
// them down as sent. Nothing has left for them, whatever the ledger comes to hold.
type abandoned struct {
	mu   sync.Mutex
	sent map[string]time.Time // by query id: when it would have been sent
}

func (a *abandoned) add(o ledger.Order) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sent == nil {
		a.sent = make(map[string]time.Time)
	}
	a.sent[o.QueryID] = o.SentAt
}

func (a *abandoned) remove(o ledger.Order) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sent, o.QueryID)
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
func (b *Bridge) takeBack(order ledger.Order) {
	if order.State != translate.Sent {
		return
	}
	b.abandoned.add(order)
	b.takeBacks.join(order.QueryID, func(*flight[bool]) bool {
		defer b.abandoned.remove(order)
		for {
			taken, err := b.tryTakeBack(order)
			if err == nil || errors.Is(err, ledger.ErrClosed) {
				return taken
			}
			select {
			case <-b.ending:
				return false
			case <-time.After(takeBackEvery):
			}
		}
	})
}

func (b *Bridge) tryTakeBack(order ledger.Order) (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), recording)
	defer cancel()
	taken, err := b.ledger.TakeBack(ctx, order, b.now())
	if taken {
		b.tookBack(order)
	}
	return taken, err
}

// tookBack tells that an order was taken back.
func (b *Bridge) tookBack(order ledger.Order) {
	b.log.Info("order was recorded too late and not sent; it may be tried again", orderFields(order))
	b.observer.OrderMoved(translate.Begun)
}

// stepAbandoned is the due step of an order that was given up and that the ledger
// has given out before it took the order back.
func (b *Bridge) stepAbandoned(ctx context.Context, order ledger.Order) {
	news := ledger.News{
		State: translate.Begun, At: b.now(), Source: "ledger", Claim: order.Claim, Next: order.ExpiresAt,
	}
	if _, _, err := b.ledger.Record(ctx, order.Key, news); err != nil {
		b.log.Warn("order not taken back", orderFields(order), zap.Error(err))
		return
	}
	b.tookBack(order)
}
