package api

import (
	"errors"
	"net/http"
	"slices"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// DealRequest says that a matter of an order is dealt with.
type DealRequest struct {
	MerID   string        `json:"merid" need:"true" doc:"The merchant's v1 number."`
	OrderID string        `json:"orderid" need:"true" doc:"Any number of the order."`
	Matter  ledger.Matter `json:"matter" need:"true" doc:"What is dealt with: refund, one that failed, or notification, one that is exhausted."`
	Why     string        `json:"why" need:"true" doc:"How it was dealt with, kept with the change."`
}

// DealAnswer is the order whose matter is dealt with.
type DealAnswer struct {
	Order Order `json:"order" doc:"The order, which stays as it was."`
}

func dealWithOrder(v *visit, r DealRequest) (DealAnswer, error) {
	if err := checkWhy(r.Why); err != nil {
		return DealAnswer{}, err
	}
	order, err := v.find(r.MerID, r.OrderID)
	if err != nil {
		return DealAnswer{}, err
	}
	err = v.Ledger.DealWith(v.ctx, order.Key, r.Matter, v.change(r.Why))
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return DealAnswer{}, v.notDealt(order.Key, r.Matter)
	case err != nil:
		return DealAnswer{}, err
	}
	return DealAnswer{Order: v.order(order)}, nil
}

// notDealt says why an order has no matter that somebody could have dealt with. What is on
// its way at this moment is not on record as dealt with, and may still be paid.
func (v *visit) notDealt(k ledger.Key, matter ledger.Matter) error {
	order, err := v.Ledger.Order(v.ctx, k)
	if err != nil {
		return err
	}
	dealt, err := v.Ledger.DealtWith(v.ctx, k)
	if err != nil {
		return err
	}
	why := nothingToDeal.With(bilingual.Term(matter))
	if i := slices.IndexFunc(dealt, func(d ledger.Dealt) bool { return d.Matter == matter }); i >= 0 {
		why = dealtAlready.With(whoSaid(dealt[i].Who))
	}
	if matter == ledger.RefundMatter && order.State == translate.Refunding {
		why = refundOnItsWay.With()
	}
	return Refuse(http.StatusConflict, why)
}
