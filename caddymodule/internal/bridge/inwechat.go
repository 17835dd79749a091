package bridge

import (
	"cmp"
	"context"
	"fmt"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Ticket is what a payer's browser brings: the PayId, which is secret enough to
// pay by, and perhaps the numbers it is said to belong to.
type Ticket struct {
	PayID          string
	MerID, OrderID string // "" where they are not given
}

// PayerOrder finds the order of a ticket. An unknown PayId and one that belongs
// to another order are the same: [ledger.ErrNotFound].
func (b *Bridge) PayerOrder(ctx context.Context, t Ticket) (ledger.Order, error) {
	order, err := b.ledger.OrderByPayID(ctx, t.PayID)
	if err != nil {
		return ledger.Order{}, err
	}
	if cmp.Or(t.MerID, order.MerID) != order.MerID || cmp.Or(t.OrderID, order.OrderID) != order.OrderID {
		return ledger.Order{}, fmt.Errorf("PayId of another order: %w", ledger.ErrNotFound)
	}
	return order, nil
}

// PayerStep is what a payer's browser has to do for its order.
type PayerStep string

// The steps.
const (
	StepOpenID  PayerStep = "openid"  // raw: find out who the payer is
	StepRaw     PayerStep = "raw"     // raw: the payer is known, call PayRaw
	StepShowRaw PayerStep = "show"    // raw: hand Order.PayData to WeChat
	StepHosted  PayerStep = "hosted"  // post the form of Hosted to the gateway
	StepWait    PayerStep = "wait"    // a call is under way, or its outcome or the time must become known first
	StepResult  PayerStep = "result"  // nothing more can be paid
	StepExpired PayerStep = "expired" // the time to pay is over
)

// NextStep says what the payer's browser has to do, from what is on record
// alone: refreshes, second tabs and the back button come to the same.
func (b *Bridge) NextStep(m *merchants.Merchant, o ledger.Order) PayerStep {
	switch {
	case o.State.Row().Payer != translate.PayerOpen:
		return StepResult
	case !b.KnowsTime():
		return StepWait
	case !b.now().Before(o.ExpiresAt):
		return StepExpired
	case o.State == translate.Sent:
		return StepWait
	case o.PayData != "":
		return StepShowRaw
	case o.State == translate.Pending, !raw(m, o.OpenID):
		return StepHosted
	case o.OpenID == "":
		return StepOpenID
	}
	return StepRaw
}

// raw reports whether a merchant's WeChat orders are paid by our own page, which
// needs the payer's openid, rather than by the gateway's.
func raw(m *merchants.Merchant, openID string) bool {
	if m.JSAPI != "" {
		return m.JSAPI == merchants.Raw
	}
	_, app := m.WeChatApp("")
	return app || openID != ""
}

// Payer is who sits before the browser.
type Payer struct {
	OpenID string // as WeChat has told it; "" for the one on record
	IP     string // the address that the browser comes from
}

// PayRaw makes the one pay call of a WeChat order whose payer is known by now,
// if it is still to be made, and returns how the order stands. Browsers with the
// same order share it; a repeat of the merchant's program, which may not know
// the payer, is kept apart by the ledger. ok is false when the ledger could not
// be used or the call takes too long.
func (b *Bridge) PayRaw(ctx context.Context, s *Settings, m *merchants.Merchant, o ledger.Order, payer Payer) (order ledger.Order, ok bool) {
	job, err := browserJob(s, m, o, payer)
	if err != nil {
		b.log.Error("order cannot be paid in a browser", orderFields(o), zap.Error(err))
		return o, false
	}
	call := b.raws.do(o.Key, func(call *sharedCall[payResult]) payResult {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Timeouts.payLease())
		defer cancel()
		defer b.expect(1)()
		if err := b.awaitTime(ctx); err != nil {
			return payResult{err: err}
		}
		stored, err := b.ledger.Order(ctx, o.Key) // it may have moved since it was read
		if err != nil {
			return payResult{err: err}
		}
		return b.resubmitPay(ctx, job, stored, browserSource, call)
	})
	result, ok := wait(ctx, s.Timeouts.Reply, call)
	if !ok || result.err != nil {
		return o, false
	}
	return result.order, true
}

// browserSource is the source of updates that a payer's browser brought about.
const browserSource = "browser"

// browserJob is the pay request of an order that was submitted before.
func browserJob(s *Settings, m *merchants.Merchant, o ledger.Order, payer Payer) (payJob, error) {
	request := v1.PayRequest{
		Action: v1.Action(o.Action), TxnAmt: o.Amount, MerID: o.MerID, OrderID: o.OrderID,
		OpenID: payer.OpenID, IP: payer.IP, BackURL: o.BackURL, FrontURL: o.FrontURL,
	}
	rule, err := translate.RuleFor(request)
	return payJob{settings: s, merchant: m, request: request, rule: rule, client: o.ClientIP, trace: o.Trace}, err
}
