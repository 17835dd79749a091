package reconciliation

import (
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
)

// lineKind is what lines of an order are told apart by: an order usually has one of each.
type lineKind struct {
	pays  bool
	state statement.State
}

// divide gives each line to one of the orders that have its number: to the one that it
// fits best, of several to the one with the fewest lines of the kind. Merchants choose
// their numbers for themselves, so two may have the same. A line is left that says itself
// that it is of a merchant whose order is not among them.
func (r *run) divide(orders []*order, lines []*line) (given [][]*line, left []*line) {
	given = make([][]*line, len(orders))
	counts := make([]map[lineKind]int, len(orders))
	for i := range orders {
		counts[i] = make(map[lineKind]int)
	}
	for _, l := range lines {
		kind := lineKind{l.Pays, l.State}
		best, most := -1, -1
		for i, o := range orders {
			if r.Known[l.Merchant] && !o.isOf(l.Merchant) && o.unreadable == nil {
				continue
			}
			fits := o.fits(l)
			if fits > most || fits == most && counts[i][kind] < counts[best][kind] {
				best, most = i, fits
			}
		}
		if best < 0 {
			left = append(left, l)
			continue
		}
		counts[best][kind]++
		given[best] = append(given[best], l)
	}
	return given, left
}

// isOf reports whether a number, of v1 or v2, is that of the order's merchant.
func (o *order) isOf(merchant string) bool {
	return merchant == o.MerID || merchant == o.GatewayMerchant
}

// fits is how well a line fits an order: its merchant counts most, then its amount, then
// whether the order moved money in that way, within the range or ever.
func (o *order) fits(l *line) (fits int) {
	moved, ever := o.paid, !o.PaidAt.IsZero()
	if !l.Pays {
		moved, ever = o.refunded, o.State == translate.Refunded
	}
	if l.Merchant != "" && o.isOf(l.Merchant) {
		fits += 8
	}
	if o.unreadable != nil || l.Fen == o.AmountFen || l.RefundFen == o.AmountFen { // what cannot be read may be the same
		fits += 4
	}
	if moved {
		fits += 2
	}
	if ever {
		fits++
	}
	return fits
}
