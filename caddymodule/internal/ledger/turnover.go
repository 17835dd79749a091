package ledger

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Movement is a way in which an order moves money.
type Movement string

// The movements.
const (
	Payment Movement = "payment" // at the time the payer paid
	Refund  Movement = "refund"  // at the time the refund was known to be done
)

// Movements lists them all.
func Movements() []Movement { return []Movement{Payment, Refund} }

// movementRow is where the ledger finds a movement: by which time, among which
// orders. Both are those of an index.
type movementRow struct{ at, where string }

var movementRows = map[Movement]movementRow{
	Payment: {at: `paid_at`, where: `o.paid_at > 0`},
	Refund:  {at: `settled_at`, where: `o.state = '` + string(translate.Refunded) + `'`},
}

// maxTurnover is how many orders one page of the turnover has at most.
const maxTurnover = 5000

// TurnoverFilter says which movements of money to list.
type TurnoverFilter struct {
	Movement Movement
	MerID    string    // only this merchant's, unless it is empty
	From, To time.Time // only what moved from From to before To
	After    Cursor    // only what comes behind this one
	Limit    int       // at most 5000; 0 is 100
}

// Turnover lists the orders that moved money in a stretch of time, the last movement
// first. For the next page, give [List.Next] as TurnoverFilter.After.
func (l *Ledger) Turnover(ctx context.Context, f TurnoverFilter) (List[Settlement], error) {
	limit := usualLimit
	if f.Limit > 0 {
		limit = min(f.Limit, maxTurnover)
	}
	text, args := f.query(limit)
	orders, err := listed(ctx, l, scanSettlement, limit, text, args...)
	return orders, wrap(err, "listing turnover")
}

func (f TurnoverFilter) query(limit int) (string, []any) {
	row := movementRows[f.Movement]
	w := windowOf(f.From, f.To, f.After, 0)
	var args []any
	arg := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	at := `o.` + row.at
	conditions := []string{row.where, at + ` >= ` + arg(w.from), at + ` <= ` + arg(w.upto)}
	if k := w.after.key; !w.after.IsZero() {
		conditions = append(conditions,
			`(`+at+` < `+arg(w.after.at)+` OR (o.order_id, o.mer_id) < (`+arg(k.OrderID)+`, `+arg(k.MerID)+`))`)
	}
	if f.MerID != "" {
		conditions = append(conditions, `{unindexed}o.mer_id = `+arg(f.MerID))
	}
	return `SELECT ` + at + `, o.order_id, o.mer_id, ` + settlementColumns + ` FROM orders o
		WHERE ` + strings.Join(conditions, ` AND `) + `
		ORDER BY ` + at + ` DESC, o.order_id DESC, o.mer_id DESC LIMIT ` + arg(limit+1), args
}
