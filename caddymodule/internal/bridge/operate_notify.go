package bridge

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Resend makes a notification due again at a time that an operator chose. It
// returns the ledger's errors: ledger.ErrNotFound when nothing of the order is
// exhausted or paused.
func (b *Bridge) Resend(ctx context.Context, k ledger.Key, due time.Time, c ledger.Change) error {
	return b.awaken(b.ledger.Resend(ctx, k, due, c))
}

// ResendOpen is Resend for a notification that nobody named; see [ledger.Ledger.ResendOpen].
func (b *Bridge) ResendOpen(ctx context.Context, k ledger.Key, due time.Time, c ledger.Change) error {
	return b.awaken(b.ledger.ResendOpen(ctx, k, due, c))
}

// awaken has what was made due be seen at once, if it was.
func (b *Bridge) awaken(err error) error {
	if err == nil {
		b.notify.Wake()
	}
	return err
}

// SendAgain makes one call about a payment that its merchant has acknowledged; see
// [delivery.Dispatcher.SendAgain].
func (b *Bridge) SendAgain(ctx context.Context, k ledger.Key, c ledger.Change) (delivery.Trial, error) {
	within, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	if err := b.awaitTime(within); err != nil {
		return delivery.Trial{}, err
	}
	return b.notify.SendAgain(ctx, k, c)
}

// PauseMerchant keeps a merchant's notifications back. Calls that are under way
// come to their end.
func (b *Bridge) PauseMerchant(ctx context.Context, merID string, c ledger.Change) error {
	return b.ledger.Pause(ctx, merID, c)
}

// ResumeMerchant ends a pause and makes everything due that was kept back. It
// returns how many notifications that are.
func (b *Bridge) ResumeMerchant(ctx context.Context, merID string, c ledger.Change) (int, error) {
	resumed, err := b.ledger.ResumeMerchant(ctx, merID, b.now(), c)
	if err != nil {
		return resumed, err
	}
	b.notify.Wake()
	return resumed, nil
}
