package reconciliation

import (
	"context"
	"slices"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// batch is what is to be looked up together.
type batch struct {
	numbers []string
	lines   map[string][]*line
}

// lookUp compares lines with the order of their number, which moved nothing in the
// range under that number. It asks when enough has come together.
func (r *run) lookUp(ctx context.Context, number string, lines []*line) error {
	if !findable(number) {
		r.unknown(lines)
		return nil
	}
	if r.batch.lines == nil {
		r.batch.lines = make(map[string][]*line)
	}
	r.batch.numbers = append(r.batch.numbers, number)
	r.batch.lines[number] = lines
	if len(r.batch.numbers) < api.MaxNumbers {
		return nil
	}
	return r.flush(ctx)
}

// flush looks up what has come together.
func (r *run) flush(ctx context.Context) error {
	numbers, lines := r.batch.numbers, r.batch.lines
	r.batch = batch{}
	if len(numbers) == 0 {
		return nil
	}
	found, unreadable, err := search(ctx, r.Book, numbers)
	if err != nil {
		return err
	}
	r.report.Unreadable = append(r.report.Unreadable, unreadable...)
	byNumber := make(map[string][]*order)
	for _, s := range found {
		o := &order{Settlement: s}
		for _, number := range []string{s.OrderNo, s.QueryID, s.OrderID, s.RefundNo} {
			if lines[number] != nil {
				byNumber[number] = append(byNumber[number], o)
			}
		}
	}
	for _, number := range numbers {
		r.compareFound(byNumber[number], lines[number])
	}
	return nil
}

func (r *run) compareFound(orders []*order, lines []*line) {
	if len(orders) == 0 {
		r.unknown(lines)
		return
	}
	for i, own := range divide(orders, lines) {
		o := orders[i]
		if r.MerID != "" && o.MerID != r.MerID {
			r.report.Outside += len(own)
			continue
		}
		if len(own) == 0 {
			continue
		}
		for _, d := range r.compare.absent.take(o) { // it is there, under another number
			o.paid = o.paid || d.of == ledger.Payment
			o.refunded = o.refunded || d.of == ledger.Refund
		}
		if own[0].Number == o.RefundNo {
			for _, l := range own {
				l.asRefund()
			}
		}
		r.compare.order(o, own)
	}
}

// unknown notes lines whose number no order of the ledger has, but for those that say
// themselves that they are of other merchants than the one that is meant.
func (r *run) unknown(lines []*line) {
	own := slices.DeleteFunc(lines, func(l *line) bool { return r.Others[l.Merchant] })
	r.report.Outside += len(lines) - len(own)
	r.compare.unknown(own)
}

// asRefund makes a line a refund, whose number says that it is one.
func (l *line) asRefund() {
	if l.Pays && !l.Refunds {
		l.RefundFen, l.RefundState = l.Fen, l.State
	}
	l.Pays, l.Either, l.Refunds, l.State = false, false, true, l.RefundState
}
