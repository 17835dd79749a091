package bridge

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// sampleEvery is how far apart the samples for the console's plots are.
const sampleEvery = time.Minute

// sample writes down once a minute how much there is to do, after it has mended
// what was left undone, until ctx is done.
func (b *Bridge) sample(ctx context.Context) {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	for {
		crash.Guard(b.log, "mending what was left undone", func() { b.finishUndone(ctx) })
		crash.Guard(b.log, "taking a sample", func() { b.takeSample(ctx) })
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// finishUndone takes up rows that were set aside and are mended, and resumings of
// merchants that were interrupted. What there is too much of for one time follows
// in the next minute.
func (b *Bridge) finishUndone(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	if err := b.ledger.Recheck(ctx, b.now()); err != nil && !errors.Is(err, context.Canceled) {
		b.log.Warn("rows that were set aside are not looked at", zap.Error(err))
	}
	if err := b.ledger.FinishResuming(ctx); err != nil && !errors.Is(err, context.Canceled) {
		b.log.Warn("merchants that are being resumed are not wholly resumed yet; it goes on in a minute", zap.Error(err))
	}
}

func (b *Bridge) takeSample(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	now := b.now()
	gauges, err := b.ledger.Gauges(ctx, now)
	if err == nil {
		err = b.ledger.AddSample(ctx, sampleOf(gauges, now))
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		b.log.Warn("no sample for the console taken", zap.Error(err))
	}
}

func sampleOf(g ledger.Gauges, now time.Time) ledger.Sample {
	return ledger.Sample{
		At: now.Truncate(sampleEvery), Waiting: g.Waiting, Overdue: g.OverdueNotifications, Exhausted: g.Exhausted,
		InDoubt: g.Orders[translate.InDoubt].Count, Pending: g.Orders[translate.Pending].Count,
	}
}
