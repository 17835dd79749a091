package bridge

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// When "no such order" is believed: only so long after the order was sent, for
// our pay call may still be on its way into the gateway's books, and only after
// so many answers that say it. Queries that fail say nothing and do not count.
const (
	notFoundGrace   = 10 * time.Minute
	notFoundAnswers = 4
)

// notFoundEvent is how such an answer is kept with its order.
const notFoundEvent = "not_found"

// surelyUnknown keeps the gateway's answer, since when our message left, that it
// has no such order or refund, and reports whether it has said so for long and
// often enough. Only due steps count their answers: what a merchant's polling hears
// within seconds is one answer many times.
func (b *Bridge) surelyUnknown(ctx context.Context, order ledger.Order, source string, sent, now time.Time) bool {
	if err := b.ledger.AddEvents(ctx, order.Key, ledger.Event{At: now, Kind: notFoundEvent, Source: source}); err != nil {
		b.log.Error("answer not recorded", orderFields(order), zap.Error(err))
		return false
	}
	if now.Sub(sent) < notFoundGrace {
		return false
	}
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		b.log.Error("earlier answers not read", orderFields(order), zap.Error(err))
		return false
	}
	// An answer that cannot be read is not counted: one more is waited for.
	return longUnknown(events.Items, source, sent)
}

// firstNotFound is when the gateway said for the first time that it has no such
// order or refund; now when it has not said so yet.
func firstNotFound(events []ledger.Event, source string, now time.Time) time.Time {
	for _, e := range events {
		if e.Kind == notFoundEvent && e.Source == source {
			return e.At
		}
	}
	return now
}

// longUnknown reports whether the answers on record, since a message left, that the
// gateway has no such order or refund are enough to believe them. Those from before it
// had the order do not count.
func longUnknown(events []ledger.Event, source string, sent time.Time) bool {
	answers, last := 0, sent
	for _, e := range events {
		switch {
		case source == "query" && (e.LedTo() == translate.Pending || e.Kind == ledger.UnpaidEvent):
			answers, last = 0, sent
		case e.Kind == notFoundEvent && e.Source == source && !e.At.Before(sent):
			answers, last = answers+1, e.At
		}
	}
	return answers >= notFoundAnswers && last.Sub(sent) >= notFoundGrace
}
