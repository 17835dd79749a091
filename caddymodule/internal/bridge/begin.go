package bridge

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// begin draws the order's numbers and writes it down as sent, for from then on
// it may be. A WeChat order without an openid is only begun: the payer's
// browser has to come first. It returns the order as stored, and whether it is
// new and so ours to send.
//
// A ledger that is slow is given up in time to tell the merchant so. Should the
// order be written all the same, it is taken back.
func (b *Bridge) begin(ctx context.Context, job payJob) (ledger.Order, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, job.settings.Timeouts.begin())
	defer cancel()
	if err := b.awaitTime(ctx); err != nil {
		return b.draw(job), false, err
	}
	const draws = 3
	var order ledger.Order
	for range draws {
		order = b.draw(job)
		stored, fresh, err := b.ledger.Begin(ctx, order)
		if !errors.Is(err, ledger.ErrNumberTaken) {
			if errors.Is(err, ledger.ErrOtherSide) {
				return order, false, err
			}
			if err != nil {
				order.Claim = 1
				b.takeBack(order, err)
				return order, false, err
			}
			if fresh {
				b.observer.OrderMoved(stored.State)
				b.observer.OrderBegun(stored.Key)
			}
			return stored, fresh, nil
		}
	}
	return order, false, ledger.ErrNumberTaken
}

// draw makes the order of a pay request, with numbers of its own.
func (b *Bridge) draw(job payJob) ledger.Order {
	now, s, p := b.now(), job.settings, job.request
	drawn := b.numbers.order(s.OrderPrefix, now)
	order := ledger.Order{
		Key:             ledger.Key{MerID: p.MerID, OrderID: p.OrderID},
		QueryID:         drawn.queryID,
		OrderNo:         drawn.orderNo,
		FlowNo:          b.numbers.flow(job.merchant.GatewayMerchant, now),
		GatewayMerchant: job.merchant.GatewayMerchant,
		Fingerprint:     p.Fingerprint(),
		Action:          string(p.Action),
		Amount:          p.TxnAmt,
		BackURL:         s.notifiedAt(p),
		FrontURL:        p.FrontURL,
		OpenID:          p.OpenID,
		ClientIP:        job.client,
		Trace:           job.trace,
		State:           translate.Sent,
		CreatedAt:       now,
		SentAt:          now,
		ExpiresAt:       now.Add(s.OrderExpiry),
		Next:            now.Add(s.Timeouts.payLease()),
	}
	if job.rule.PaidInBrowser() {
		order.PayID = newPayID()
		if p.OpenID == "" || !raw(job.merchant, p.OpenID) {
			order.State, order.SentAt, order.Next = translate.Begun, time.Time{}, order.ExpiresAt
		}
	}
	return order
}

// payer is the openid that a call for the order is made with. Once a call may
// have left, it stays the one of that call.
func (job payJob) payer(order ledger.Order) string {
	if order.State == translate.Begun {
		return cmp.Or(job.request.OpenID, order.OpenID)
	}
	return order.OpenID
}
