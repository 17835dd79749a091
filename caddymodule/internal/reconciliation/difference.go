package reconciliation

import (
	"cmp"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
)

// Kind is what is different.
type Kind string

// What may be different, and what is only to be looked at.
const (
	MissingThere       Kind = "missing_there"
	MissingHere        Kind = "missing_here"
	OtherAmount        Kind = "amount"
	OtherState         Kind = "state"
	Duplicate          Kind = "duplicate"
	RefundMissingThere Kind = "refund_missing_there"
	RefundMissingHere  Kind = "refund_missing_here"
	OtherRefund        Kind = "refund_amount"
	RefundEarlier      Kind = "refund_earlier"
	Edge               Kind = "edge"
)

// KindRow says what a kind means.
type KindRow struct {
	Kind  Kind
	Means bilingual.Said
	Note  bool // it is no difference
}

// kinds is the table of kinds, in the order in which they are told.
var kinds = []KindRow{
	{Kind: MissingThere, Means: bilingual.Say("paid here, and not in the statement")},
	{Kind: MissingHere, Means: bilingual.Say("in the statement, and not in the ledger")},
	{Kind: OtherAmount, Means: bilingual.Say("another amount")},
	{Kind: OtherState, Means: bilingual.Say("another state")},
	{Kind: Duplicate, Means: bilingual.Say("paid more than once in the statement")},
	{Kind: RefundMissingThere, Means: bilingual.Say("refunded here, and the refund is not in the statement")},
	{Kind: RefundMissingHere, Means: bilingual.Say("refunded in the statement, and not here")},
	{Kind: OtherRefund, Means: bilingual.Say("another amount refunded")},
	{Kind: RefundEarlier, Means: bilingual.Say("refunded here, of a payment before these days: the refund may be in a statement since the payment's day"), Note: true},
	{Kind: Edge, Means: bilingual.Say("near an end of the range: it may be in the statement of the day before or after"), Note: true},
}

// Kinds returns the table of kinds.
func Kinds() []KindRow { return kinds }

// Row returns the row of a kind.
func (k Kind) Row() KindRow {
	for _, row := range kinds {
		if row.Kind == k {
			return row
		}
	}
	return KindRow{Kind: k}
}

// Difference is one order that is not the same on both sides.
type Difference struct {
	Kind  Kind   `json:"kind"`
	Here  *Here  `json:"here,omitempty"`
	There *There `json:"there,omitempty"`
}

// Here is an order of the ledger.
type Here struct {
	MerID     string          `json:"merid"`
	OrderID   string          `json:"orderid"`
	QueryID   string          `json:"queryid"`
	OrderNo   string          `json:"order_no"`
	GatewayNo string          `json:"gateway_no,omitempty"`
	RefundNo  string          `json:"refund_no,omitempty"`
	Fen       int64           `json:"amount_fen"`
	State     translate.State `json:"state"`
	At        time.Time       `json:"at,omitzero"` // when its money moved
}

// There is a line of a statement.
type There struct {
	File   string    `json:"file"`
	Line   int       `json:"line"`
	Number string    `json:"number"`
	Fen    int64     `json:"amount_fen"`
	State  string    `json:"state"`
	At     time.Time `json:"at,omitzero"`
}

// compareDifferences orders by kind, then by the line of the statement or the time of
// the order.
func compareDifferences(a, b Difference) int {
	place := func(d Difference) int {
		return slices.IndexFunc(kinds, func(row KindRow) bool { return row.Kind == d.Kind })
	}
	if c := cmp.Compare(place(a), place(b)); c != 0 {
		return c
	}
	if a.There != nil && b.There != nil {
		return cmp.Or(cmp.Compare(a.There.File, b.There.File), cmp.Compare(a.There.Line, b.There.Line))
	}
	if a.Here != nil && b.Here != nil {
		return cmp.Or(a.Here.At.Compare(b.Here.At), cmp.Compare(a.Here.OrderNo, b.Here.OrderNo))
	}
	return 0
}
