// Package answers counts how new payments of merchants are answered beside an old
// gateway, by day and side, so that somebody who moves a merchant sees both sides by the
// same measure. Requests only count in memory; from time to time that is added to the
// ledger.
package answers

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/leftover"
	"github.com/paybridge/paybridge/caddymodule/internal/repeats"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/writebehind"
	"github.com/paybridge/paybridge/translate"
)

const (
	// maxKept bounds what is kept in memory while the ledger is away.
	maxKept = 50_000
	// maxKnown is how many accepted orders, and how many refused ones, are known when they
	// are answered again.
	maxKnown = 1024
)

// Store is where counts are kept: the ledger.
type Store interface {
	AddAnswers(ctx context.Context, name string, counted []ledger.Answers) (written int, err error)
}

// Payment is a new payment that was answered, signed by its merchant.
type Payment struct {
	MerID, OrderID string
	Side           route.Side
	Refused        bool // refused, failed, or not answered
}

// Counter counts. Its methods may be called from many goroutines.
type Counter struct {
	store Store
	now   func() time.Time
	*writebehind.Writer

	mu       sync.Mutex
	counts   map[row]tally
	answered repeats.Orders

	writing leftover.Counts[ledger.Answers]
}

// row names a count.
type row struct {
	merID, day string
	side       route.Side
}

type tally struct{ payments, refused int }

// New makes a Counter that works until it is closed.
func New(store Store, log *zap.Logger, now func() time.Time) *Counter {
	c := &Counter{store: store, now: now, counts: map[row]tally{}, answered: repeats.Last(maxKnown)}
	c.Writer = writebehind.Start(log, writebehind.Words{
		Doing: "recording how payments are answered",
		Away:  "how payments are answered cannot be recorded; trying on",
		Back:  "how payments are answered is recorded again",
		Lost:  "stopped with counts of how payments were answered that could not be recorded",
	}, c.write)
	return c
}

// Answered counts a payment, once however often it is repeated.
func (c *Counter) Answered(p Payment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answered.Again(p.MerID, p.OrderID, p.Refused) {
		return
	}
	one := tally{payments: 1}
	if p.Refused {
		one.refused = 1
	}
	c.add(row{p.MerID, c.now().In(translate.Beijing).Format(time.DateOnly), p.Side}, one)
}

// add adds to what is kept, unless there is no room.
func (c *Counter) add(of row, t tally) {
	kept, known := c.counts[of]
	if known || len(c.counts) < maxKept {
		c.counts[of] = tally{kept.payments + t.payments, kept.refused + t.refused}
	}
}

// write adds to the ledger what was left the last time, and what was counted since.
func (c *Counter) write(ctx context.Context) error {
	return c.writing.Write(c.take, func(name string, counted []ledger.Answers) (int, error) {
		return c.store.AddAnswers(ctx, name, counted)
	})
}

// take takes what is kept.
func (c *Counter) take() []ledger.Answers {
	c.mu.Lock()
	defer c.mu.Unlock()
	counted := make([]ledger.Answers, 0, len(c.counts))
	for of, t := range c.counts {
		counted = append(counted, ledger.Answers{MerID: of.merID, Day: of.day, Side: of.side, Payments: t.payments, Refused: t.refused})
	}
	c.counts = map[row]tally{}
	return counted
}
