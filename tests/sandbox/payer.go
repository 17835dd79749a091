package sandbox

import (
	"errors"
	"fmt"
)

// Payment is a payer who pays an order now.
type Payment struct {
	// Notice says for which order, and how the notice about it goes out.
	Notice
	// Late lets the payer pay an order that has been closed: the money and the
	// close crossed on their way.
	Late bool `json:"late,omitempty"`
}

// errNotPayable means the payer cannot pay the order in its state.
var errNotPayable = errors.New("not waiting for payment")

// Pay charges the payer, marks the order as paid and starts the notice in the
// background; WaitNotices waits for it. It refuses an order that is not
// waiting for payment, or whose exprieTime has passed.
func (g *Gateway) Pay(p Payment) error {
	n := p.withDefaults()
	if err := n.validate(); err != nil {
		return fmt.Errorf("paying: %w", err)
	}
	err := g.book.change(orderKey{n.MerchantID, n.OrderID}, func(o *Order) error {
		if o.State != StatePending && (!p.Late || !o.Closed || o.State == StatePaid) {
			return fmt.Errorf("%w: state %s", errNotPayable, o.State)
		}
		if o.expired(g.config.Now()) {
			return fmt.Errorf("%w: expired at %s", errNotPayable, o.expires)
		}
		o.charge(g.config.Now())
		return nil
	})
	if err != nil {
		return fmt.Errorf("paying: %w", err)
	}
	if err := g.startNotice(n); err != nil {
		return fmt.Errorf("paying: %w", err)
	}
	return nil
}

// Fail marks an order that waits for payment as failed, as when the payer's
// bank declines. No notice is sent; the gateway reports only payments.
func (g *Gateway) Fail(merchantID, orderID string) error {
	err := g.book.change(orderKey{merchantID, orderID}, func(o *Order) error {
		if o.State != StatePending {
			return fmt.Errorf("%w: state %s", errNotPayable, o.State)
		}
		o.State = StateFailed
		return nil
	})
	if err != nil {
		return fmt.Errorf("failing: %w", err)
	}
	return nil
}

// SettleRefund ends a refund that a Pending rule has left waiting: done, or
// failed.
func (g *Gateway) SettleRefund(merchantID, orderID, flowID string, done bool) error {
	err := g.book.change(orderKey{merchantID, orderID}, func(o *Order) error {
		r := o.refund(flowID)
		switch {
		case r == nil:
			return fmt.Errorf("no refund %q", flowID)
		case r.State != RefundPending:
			return fmt.Errorf("refund %q is not waiting: state %s", flowID, r.State)
		case done:
			r.State = RefundDone
			r.Executions++
		default:
			r.State = RefundFailed
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settling refund: %w", err)
	}
	return nil
}
