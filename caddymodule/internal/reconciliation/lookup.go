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
		r.compare.unknown(lines)
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
	orders := make(byNumber)
	if err := orders.search(ctx, r.Book, numbers); err != nil {
		return err
	}
	for _, number := range numbers {
		r.compareFound(orders[number], lines[number])
	}
	return nil
}

func (r *run) compareFound(orders []*order, lines []*line) {
	if len(orders) == 0 {
		r.compare.unknown(lines)
		return
	}
	given, left := r.divide(orders, lines)
	r.compare.unknown(left)
	for i, own := range given {
		o := orders[i]
		if r.MerID != "" && o.MerID != r.MerID {
			r.report.Outside += len(own)
			continue
		}
		if o.unreadable != nil {
			r.leaveOut(*o.unreadable)
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

// leaveOut notes rows of the ledger that cannot be read, each once: one may be met as
// a payment, as a refund and by its numbers.
func (r *run) leaveOut(rows ...api.Unreadable) {
	for _, row := range rows {
		if !r.unreadable[row] {
			r.unreadable[row] = true
			r.report.Unreadable = append(r.report.Unreadable, row)
		}
	}
}

// byNumber are the orders that have a number, each with a copy of its own: what is known
// of it by one of its numbers says nothing of its lines by another.
type byNumber map[string][]*order

// search finds orders by numbers that may be many. It asks for half of them at a time
// where one answer does not hold all orders, or where a row cannot be read: which number
// is that row's is known only when it was asked for alone.
func (f byNumber) search(ctx context.Context, book Book, numbers []string) error {
	list, err := book.Find(ctx, numbers)
	if err != nil {
		return err
	}
	if half := len(numbers) / 2; half > 0 && (list.More || len(list.Unreadable) > 0) {
		if err := f.search(ctx, book, numbers[:half]); err != nil {
			return err
		}
		return f.search(ctx, book, numbers[half:])
	}
	if list.More {
		return say("more than 2000 merchants have an order %s; name the merchant: --merchant", numbers[0])
	}
	for _, s := range list.Items {
		own := []string{s.OrderNo, s.QueryID, s.OrderID, s.RefundNo}
		for _, number := range numbers {
			if slices.Contains(own, number) {
				f[number] = append(f[number], &order{Settlement: s})
			}
		}
	}
	for _, row := range list.Unreadable {
		lost := &order{Settlement: api.Settlement{MerID: row.MerID}, unreadable: &row}
		f[numbers[0]] = append(f[numbers[0]], lost)
	}
	return nil
}

// asRefund makes a line a refund, whose number says that it is one.
func (l *line) asRefund() {
	if l.Pays && !l.Refunds {
		l.RefundFen, l.RefundState = l.Fen, l.State
	}
	l.Fen = 0
	l.Pays, l.Either, l.Refunds, l.State = false, false, true, l.RefundState
}
