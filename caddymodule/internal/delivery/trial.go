package delivery

import (
	"context"
	"errors"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Trial is what came of a notification that was sent to see what comes of it.
type Trial struct {
	ledger.Attempt
	Class Class
}

// errNoTarget says that a merchant is not configured.
var errNoTarget = errors.New("the merchant is not configured")

// Try sends the notification of an order once: in the same form, by the same checks
// of the address and judged by the same rule as those that the ledger owes, of which
// it is none. Nothing is recorded and nothing follows.
func (d *Dispatcher) Try(ctx context.Context, o ledger.Order) (Trial, error) {
	target, known := d.lookup(o.MerID)
	if !known || target.Key.IsZero() {
		return Trial{}, errNoTarget
	}
	r := d.sender.send(ctx, o, target, agreed)
	return Trial{Attempt: r.Attempt, Class: r.class}, nil
}

// Counts reports whether an answer of this class ends the notification: the merchant
// has acknowledged it.
func (c Class) Counts() bool { return c == OK }

// Message says what an attempt of this class means, as the log does.
func (c Class) Message() string { return c.row().message }
