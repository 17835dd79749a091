package api

import (
	"errors"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// How many items a list has.
const (
	defaultLimit = 50
	maxLimit     = 500
)

// Page says which part of a list is wanted.
type Page struct {
	After string `json:"after" doc:"Goes on after this: the member next of the answer before."`
	Limit int    `json:"limit" doc:"At most so many items, 1 to 500. Default: 50."`
}

// limit is how many items are wanted.
func (p Page) limit() (int, error) { return limitOf(p.Limit, maxLimit) }

// limitOf is how many items are wanted, given what was asked for and how many there
// may be.
func limitOf(asked, most int) (int, error) {
	switch {
	case asked == 0:
		return defaultLimit, nil
	case asked < 0 || asked > most:
		return 0, badMember("query", "limit", outOfRange.With(most))
	}
	return asked, nil
}

// cursor reads where the list goes on and how many items are wanted.
func (p Page) cursor() (ledger.Cursor, int, error) {
	limit, err := p.limit()
	if err != nil {
		return ledger.Cursor{}, 0, err
	}
	after, err := ledger.ParseCursor(p.After)
	if err != nil {
		return ledger.Cursor{}, 0, badMember("query", "after", notACursor.With())
	}
	return after, limit, nil
}

// Window is a stretch of time.
type Window struct {
	From time.Time `json:"from" doc:"Created at this time or later."`
	To   time.Time `json:"to" doc:"Created before this time."`
}

func (w Window) check() error {
	if w.isEmpty() {
		return badMember("query", "to", notLater.With())
	}
	return nil
}

// isEmpty reports whether the stretch ends before it begins, or there.
func (w Window) isEmpty() bool { return !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) }

// OrdersQuery says which orders are wanted.
type OrdersQuery struct {
	MerID   string            `json:"merid" doc:"Of this merchant only."`
	State   []translate.State `json:"state" doc:"In one of these states only."`
	Overdue bool              `json:"overdue" doc:"Only those whose next step should have been taken by now."`
	Open    bool              `json:"open" doc:"Only those whose refund failed and that nobody has dealt with."`
	Action  []v1.Action       `json:"action" doc:"Of one of these v1 actions only."`
	MinFen  int64             `json:"min_fen" doc:"Of this amount, in fen, or more."`
	MaxFen  int64             `json:"max_fen" positive:"true" doc:"Of this amount, in fen, or less; for one exact amount give both."`
	Window
	Page
}

// OrderList is a part of the list of orders, newest first.
type OrderList struct {
	Items []Order `json:"items" doc:"The orders, newest first."`
	Next  string  `json:"next,omitempty" doc:"Give it as after for the orders that follow; absent when there are none."`
	More  bool    `json:"more,omitempty" doc:"Of a search: more orders than these have the number."`

	Old []OldOrder `json:"old,omitempty" doc:"Of a search: orders of the old gateway with this number of their merchant's own, 50 at most. Nothing more is known of them; ask there."`
	Missing
}

// OldOrder is an order that was passed on to the old gateway.
type OldOrder struct {
	MerID   string    `json:"merid" doc:"The merchant's v1 number."`
	OrderID string    `json:"orderid" doc:"The merchant's own order number."`
	At      time.Time `json:"at,omitzero" doc:"When it was first passed on; absent where that cannot be read."`
}

func oldOrderOf(o ledger.OldOrder) OldOrder {
	return OldOrder{MerID: o.MerID, OrderID: o.OrderID, At: o.At}
}

func (q OrdersQuery) check() error {
	switch {
	case q.MinFen < 0:
		return badMember("query", "min_fen", notAnAmount.With())
	case q.MaxFen > 0 && q.MaxFen < q.MinFen:
		return badMember("query", "max_fen", notMore.With())
	}
	return q.Window.check()
}

func listOrders(v *visit, q OrdersQuery) (OrderList, error) {
	after, limit, err := q.cursor()
	if err := errors.Join(err, q.check()); err != nil {
		return OrderList{}, err
	}
	filter := ledger.OrderFilter{
		MerID: q.MerID, States: q.State, Open: q.Open, From: q.From, To: q.To, After: after, Limit: limit,
		Actions: texts(q.Action...), LeastAmount: q.MinFen, MostAmount: q.MaxFen,
	}
	if q.Overdue {
		filter.OverdueAt = v.now
	}
	orders, err := v.Ledger.Orders(v.ctx, filter)
	if err != nil {
		return OrderList{}, err
	}
	return v.orders(orders), nil
}

func (v *visit) orders(list ledger.List[ledger.Order]) OrderList {
	return OrderList{Items: shown(list.Items, v.order), Next: list.Next.String(), Missing: v.missingOf(list.Unreadable)}
}

func (v *visit) order(o ledger.Order) Order { return orderOf(o, v.now) }

// SearchQuery names an order by any number.
type SearchQuery struct {
	Number string `json:"number" need:"true" doc:"An order number of the merchant, of v1 or of v2, a refund number, or a PayId."`
}

// maxFound bounds the orders that one number may name: merchants choose their
// numbers for themselves.
const maxFound = 50

func searchOrders(v *visit, q SearchQuery) (OrderList, error) {
	orders, err := v.Ledger.FindOrders(v.ctx, q.Number, maxFound)
	if err != nil {
		return OrderList{}, err
	}
	old, err := v.Ledger.FindOldOrders(v.ctx, q.Number, maxFound)
	if err != nil {
		return OrderList{}, err
	}
	found := v.orders(orders)
	found.Old = shown(old, oldOrderOf)
	found.More, found.Next = found.Next != "", "" // whoever needs the others names the merchant
	return found, nil
}
