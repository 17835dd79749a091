package bridge

import (
	"context"
	"errors"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// HasOrder reports whether there is an order that ref names, as merchants do.
func (b *Bridge) HasOrder(ctx context.Context, ref v1.OrderRef) (bool, error) {
	_, err := b.find(ctx, ref)
	if errors.Is(err, ledger.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// find looks an order up as merchants name it: queryid is a platform number of
// this merchant, or else (seen in the field) the merchant's own order number;
// then comes orderid. ledger.ErrNotFound means that no order has either number.
func (b *Bridge) find(ctx context.Context, ref v1.OrderRef) (ledger.Order, error) {
	if ref.QueryID != "" {
		order, err := b.ledger.OrderByQueryID(ctx, ref.QueryID)
		if err == nil && order.MerID == ref.MerID {
			return order, nil
		}
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return ledger.Order{}, err
		}
	}
	for _, orderID := range []string{ref.QueryID, ref.OrderID} {
		if orderID == "" {
			continue
		}
		order, err := b.ledger.Order(ctx, ledger.Key{MerID: ref.MerID, OrderID: orderID})
		if !errors.Is(err, ledger.ErrNotFound) {
			return order, err
		}
	}
	return ledger.Order{}, ledger.ErrNotFound
}

// findCode is the respcode for an order that could not be looked up.
func findCode(err error) v1.Code {
	if errors.Is(err, ledger.ErrNotFound) {
		return v1.CodeNoOrder
	}
	return v1.CodeBusy
}
