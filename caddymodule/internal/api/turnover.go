package api

import (
	"errors"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// Settlement is an order as reconciliation needs it: its numbers, its amount and what
// became of the money.
type Settlement struct {
	MerID           string          `json:"merid" doc:"The merchant's v1 number."`
	OrderID         string          `json:"orderid" doc:"The merchant's own order number."`
	QueryID         string          `json:"queryid" doc:"The platform number of v1."`
	OrderNo         string          `json:"order_no" doc:"The order number of v2."`
	GatewayMerchant string          `json:"gateway_merchant" doc:"The merchant number of v2."`
	GatewayNo       string          `json:"gateway_no,omitempty" doc:"The gateway's own number, as far as it is known."`
	RefundNo        string          `json:"refund_no,omitempty" doc:"The number of the order's one refund."`
	AmountFen       int64           `json:"amount_fen" doc:"The amount in fen."`
	State           translate.State `json:"state" doc:"Where the order stands."`
	CreatedAt       time.Time       `json:"created_at" doc:"When the merchant's request was recorded."`
	PaidAt          time.Time       `json:"paid_at,omitzero" doc:"When the payer paid, by the gateway's word."`
	SettledAt       time.Time       `json:"settled_at,omitzero" doc:"When the order last became final; of a refunded one, when its refund was known to be done."`
}

func settlementOf(o ledger.Settlement) Settlement {
	return Settlement{
		MerID: o.MerID, OrderID: o.OrderID, QueryID: o.QueryID, OrderNo: o.OrderNo,
		GatewayMerchant: o.GatewayMerchant, GatewayNo: o.GatewayNo, RefundNo: o.RefundNo,
		AmountFen: o.Amount, State: o.State, CreatedAt: o.CreatedAt, PaidAt: o.PaidAt, SettledAt: o.SettledAt,
	}
}

// SettlementList is a part of a list of settlements.
type SettlementList struct {
	Items []Settlement `json:"items" doc:"The orders, newest first."`
	Next  string       `json:"next,omitempty" doc:"Give it as after for the orders that follow; absent when there are none."`
	More  bool         `json:"more,omitempty" doc:"Of a search: more orders than these have the numbers."`
	Missing
}

func (v *visit) settlements(list ledger.List[ledger.Settlement]) SettlementList {
	return SettlementList{Items: shown(list.Items, settlementOf), Next: list.Next.String(), Missing: v.missingOf(list.Unreadable)}
}

// MaxTurnover is how many orders one page of the turnover has at most.
const MaxTurnover = 5000

// TurnoverQuery says which movements of money are wanted.
type TurnoverQuery struct {
	Movement ledger.Movement `json:"movement" need:"true" doc:"payment: by the time the payer paid. refund: by the time the refund was known to be done."`
	MerID    string          `json:"merid" doc:"Of this merchant only."`
	From     time.Time       `json:"from" doc:"Moved at this time or later."`
	To       time.Time       `json:"to" doc:"Moved before this time."`
	After    string          `json:"after" doc:"Goes on after this: the member next of the answer before."`
	Limit    int             `json:"limit" doc:"At most so many items, 1 to 5000. Default: 50."`
}

func listTurnover(v *visit, q TurnoverQuery) (SettlementList, error) {
	limit, wrongLimit := limitOf(q.Limit, MaxTurnover)
	after, _, wrongCursor := Page{After: q.After}.cursor()
	if err := errors.Join(wrongLimit, wrongCursor, Window{From: q.From, To: q.To}.check()); err != nil {
		return SettlementList{}, err
	}
	list, err := v.Ledger.Turnover(v.ctx, ledger.TurnoverFilter{
		Movement: q.Movement, MerID: q.MerID, From: q.From, To: q.To, After: after, Limit: limit,
	})
	if err != nil {
		return SettlementList{}, err
	}
	return v.settlements(list), nil
}

// How many numbers one search may have, and how many orders it finds at most.
const (
	MaxNumbers     = 150
	maxSettlements = 2000
)

// NumbersQuery names orders by their numbers.
type NumbersQuery struct {
	Number []string `json:"number" need:"true" doc:"At most 150 order numbers of merchants, of v1 or of v2, or refund numbers."`
}

func findSettlements(v *visit, q NumbersQuery) (SettlementList, error) {
	if len(q.Number) > MaxNumbers {
		return SettlementList{}, badMember("query", "number", tooMany.With(MaxNumbers))
	}
	list, err := v.Ledger.FindNamed(v.ctx, q.Number, maxSettlements)
	if err != nil {
		return SettlementList{}, err
	}
	found := v.settlements(list)
	found.More, found.Next = found.Next != "", ""
	return found, nil
}
