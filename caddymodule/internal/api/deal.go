package api

import (
	"errors"
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
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
		return DealAnswer{}, Refuse(http.StatusConflict, nothingToDeal.With(bilingual.Term(r.Matter)))
	case err != nil:
		return DealAnswer{}, err
	}
	return DealAnswer{Order: v.order(order)}, nil
}
