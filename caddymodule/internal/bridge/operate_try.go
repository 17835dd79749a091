package bridge

import (
	"context"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// TryPay is [Bridge.Pay] for a request that an operator has made in a merchant's
// name. It is an order like any other but for its number ([translate.IsTry]), and
// that nobody is notified of it whose backurl is [Settings.TryURL].
func (b *Bridge) TryPay(ctx context.Context, s *Settings, m *merchants.Merchant, p v1.PayRequest, client string) (PayAnswer, error) {
	return b.serve(ctx, s, m, p, client)
}

// notifiedAt is where a paid order is notified, "" for nowhere.
func (s *Settings) notifiedAt(p v1.PayRequest) string {
	if translate.IsTry(p.OrderID) && p.BackURL == s.TryURL {
		return ""
	}
	return p.BackURL
}

// SampleOrder is a paid order that is not in the ledger, for a notification that shows
// a merchant's program what it has to read. No merchant has an order of its number.
func (b *Bridge) SampleOrder(s *Settings, m *merchants.Merchant, orderID string, fen int64, backURL string) ledger.Order {
	now := b.now()
	return ledger.Order{
		Key: ledger.Key{MerID: m.MerID, OrderID: orderID}, QueryID: b.numbers.order(s.OrderPrefix, now).queryID,
		Action: string(v1.WxSao), Amount: fen, BackURL: backURL, State: translate.Paid, PaidAt: b.wall(now),
	}
}

// TryNotify sends the notification of an order once, as the dispatcher sends those
// that the ledger owes, and records nothing.
func (b *Bridge) TryNotify(ctx context.Context, o ledger.Order) (delivery.Trial, error) {
	return b.notify.Try(ctx, o)
}
