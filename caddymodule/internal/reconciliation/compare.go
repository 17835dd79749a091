package reconciliation

import (
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
)

// comparison compares orders with the lines that name them.
type comparison struct {
	*books
	files    []string // names of the statements
	from, to time.Time
	edge     time.Duration
	days     days // of the lines, see run
	absent   absent
}

// order compares an order with the lines of its number. It may have moved nothing
// within the range: then the lines are compared alone.
func (c *comparison) order(o *order, lines []*line) {
	paying := false
	for _, l := range lines {
		paying = paying || l.Pays && !l.Either
		if (!l.Pays || !c.ofTheDays(o, l)) && (!l.Refunds || !c.refundOfTheDays(o, l)) {
			c.report.Outside++
		}
	}
	var pays, refunds, both []*line
	for _, l := range lines {
		pay := l.Pays && (!l.Either || !paying)
		if pay {
			pays = append(pays, l)
		}
		switch {
		case l.Refunds && pay:
			both = append(both, l)
		case l.Refunds:
			refunds = append(refunds, l)
		}
	}
	if len(succeeded(refunds, refundState)) == 0 { // else the payment's lines tell of the same refunds once more
		refunds = append(refunds, both...)
	}
	if len(pays) == 0 {
		pays = c.besideRefund(o, lines)
	}
	c.payment(o, pays)
	c.refund(o, refunds)
	if len(refunds) == 0 {
		c.partRefund(o, pays)
	}
}

// besideRefund returns a line of a refund as one of the payment, where it has the payment's
// amount too, no line of the payment is there, and its time does not speak against that.
func (c *comparison) besideRefund(o *order, lines []*line) []*line {
	for _, l := range lines {
		if l.Pays || l.Fen == 0 || !o.PaidAt.IsZero() && !c.atPayment(o, l.At) {
			continue
		}
		return []*line{l.asPayment()}
	}
	return nil
}

// atPayment reports whether a time may be that of the order's payment: there is none, or it
// is near to when it was paid.
func (c *comparison) atPayment(o *order, at time.Time) bool {
	return at.IsZero() || !at.Before(o.CreatedAt.Add(-c.edge)) && !at.After(o.PaidAt.Add(c.edge))
}

// asPayment is a line of a refund as one of its payment, which has succeeded.
func (l *line) asPayment() *line {
	payment := *l
	payment.Pays, payment.State = true, statement.Succeeded
	return &payment
}

// partRefund notes a payment of which the statement says that a part was given back, and
// neither how much nor when: the bridge gives back whole orders.
func (c *comparison) partRefund(o *order, lines []*line) {
	i := slices.IndexFunc(lines, func(l *line) bool { return l.PartRefunded })
	if i < 0 || o.State == translate.Refunded { // the refund's lines tell the rest
		return
	}
	there := c.there(lines[i])
	there.Fen = 0
	c.add(Difference{Kind: RefundMissingHere, Here: c.here(o, o.SettledAt), There: there})
}

func (c *comparison) payment(o *order, lines []*line) {
	paid := !o.PaidAt.IsZero()
	done := succeeded(lines, paymentState)
	switch {
	case len(lines) == 0:
		if o.paid {
			c.absent.add(c.books, o, absence{Difference{Kind: c.absentPayment(o), Here: c.here(o, o.PaidAt)}, ledger.Payment})
		}
		return
	case len(done) == 0:
		if o.paid { // one that was paid on another day may have failed or waited on this one
			c.add(Difference{Kind: OtherState, Here: c.here(o, o.PaidAt), There: c.there(lines[0])})
		}
		return
	}
	for i, l := range done {
		if c.ofTheDays(o, l) {
			c.merchant(o.MerID).There.pay(l.Fen)
		}
		switch {
		case i > 0:
			c.add(Difference{Kind: Duplicate, Here: c.here(o, o.PaidAt), There: c.there(l)})
		case !paid:
			c.add(Difference{Kind: OtherState, Here: c.here(o, o.CreatedAt), There: c.there(l)})
		case l.Fen != o.AmountFen:
			c.add(Difference{Kind: OtherAmount, Here: c.here(o, o.PaidAt), There: c.there(l)})
		case c.ofTheDays(o, l):
			c.report.Matched++
		}
	}
}

// ofTheDays reports whether a line tells of a payment of the range, by either side. One
// that may mean a refund alone has the refund's time.
func (c *comparison) ofTheDays(o *order, l *line) bool {
	refundAlone := l.Either && !o.PaidAt.IsZero()
	return o.paid || !refundAlone && c.within(l.At)
}

// refundOfTheDays is ofTheDays for a refund. A line that tells of the payment as well
// has the payment's time. When its refund was, only the ledger knows.
func (c *comparison) refundOfTheDays(o *order, l *line) bool {
	dated := !l.Pays || o.State != translate.Refunded
	return o.refunded || dated && c.within(l.At)
}

// absentPayment is what it means that a payment is not in the statement: near the
// ends of the range it may be in that of another day, because the two clocks differ,
// or because the order was begun on the day before and counts there.
func (c *comparison) absentPayment(o *order) Kind {
	first := o.PaidAt.Add(-c.edge)
	if o.CreatedAt.Before(first) {
		first = o.CreatedAt
	}
	if c.covers(first, o.PaidAt.Add(c.edge)) {
		return MissingThere
	}
	return Edge
}

// covers reports whether what happened from first to last must be in the statements: the
// days are meant, or there are lines of them.
func (c *comparison) covers(first, last time.Time) bool {
	for day := dayOf(first); !day.After(last); day = day.AddDate(0, 0, 1) {
		meant := !day.Before(c.from) && day.Before(c.to)
		if !meant && !c.days[day.Unix()] {
			return false
		}
	}
	return true
}

func (c *comparison) refund(o *order, lines []*line) {
	refunded := o.State == translate.Refunded
	done := succeeded(lines, refundState)
	switch {
	case len(lines) == 0:
		if o.refunded {
			c.absent.add(c.books, o, absence{Difference{Kind: c.absentRefund(o), Here: c.here(o, o.SettledAt)}, ledger.Refund})
		}
		return
	case len(done) == 0:
		if i := slices.IndexFunc(lines, o.wasAskedFor); i >= 0 && o.refunded && !slices.ContainsFunc(lines, hasFailed) {
			c.merchant(o.MerID).There.refund(lines[i].RefundFen)
			c.report.Matched++
			return
		}
		if o.refunded {
			c.add(Difference{Kind: RefundMissingThere, Here: c.here(o, o.SettledAt), There: c.thereRefund(lines[0], lines[0].RefundFen)})
		}
		return
	}
	var sum int64
	of := 0 // the days
	for _, l := range done {
		sum += l.RefundFen
		if c.refundOfTheDays(o, l) {
			of++
			c.merchant(o.MerID).There.refund(l.RefundFen)
		}
	}
	there := c.thereRefund(done[0], sum)
	switch {
	case !refunded:
		c.add(Difference{Kind: RefundMissingHere, Here: c.here(o, o.SettledAt), There: there})
	case sum != o.AmountFen:
		c.add(Difference{Kind: OtherRefund, Here: c.here(o, o.SettledAt), There: there})
	default:
		c.report.Matched += of
	}
}

// wasAskedFor reports whether a line tells of the order's whole refund while it was under
// way: statements have the time at which it was asked for, and do not change afterwards.
func (o *order) wasAskedFor(l *line) bool {
	return l.RefundState == statement.Processing && l.RefundFen == o.AmountFen && !l.At.IsZero() && dayOf(l.At).Before(dayOf(o.SettledAt))
}

// absentRefund is absentPayment for a refund. The ledger knows when a refund was
// known to be done, a statement when it was asked for; how long that takes is told in
// the order's story only.
func (c *comparison) absentRefund(o *order) Kind {
	switch {
	case c.covers(o.PaidAt, o.SettledAt.Add(c.edge)):
		return RefundMissingThere
	case o.PaidAt.Before(c.from):
		return RefundEarlier
	}
	return Edge
}

// unknown notes lines whose number no order of the ledger has.
func (c *comparison) unknown(lines []*line) {
	for _, l := range lines {
		if !l.Pays && l.Fen > 0 && l.State != statement.Succeeded { // what was not given back is still paid
			l = l.asPayment()
		}
		within, succeeded := c.within(l.At), l.State == statement.Succeeded
		if !within || !succeeded {
			c.report.Outside++
		}
		if within && !succeeded {
			c.report.unpaid++
		}
		kind, there := MissingHere, c.there(l)
		if !l.Pays {
			kind, there = RefundMissingHere, c.thereRefund(l, l.RefundFen)
		}
		switch {
		case !succeeded:
		case !within && c.besideTheDays(l.At):
			c.add(Difference{Kind: Edge, There: there})
		case within:
			c.strange(l)
			c.add(Difference{Kind: kind, There: there})
		}
	}
}

// strange counts what a line of no order of the ledger has moved.
func (c *comparison) strange(l *line) {
	if sums := &c.merchant("").There; l.Pays {
		sums.pay(l.Fen)
	} else {
		sums.refund(l.RefundFen)
	}
}

// besideTheDays reports whether a time is so near to the range that a line of it may be in
// no statement of its own day, and there is no statement of that day.
func (c *comparison) besideTheDays(at time.Time) bool {
	return !at.Before(c.from.Add(-c.edge)) && !at.After(c.to.Add(c.edge)) && !c.covers(at, at)
}

// within reports whether a line belongs to the range. One without a time does.
func (c *comparison) within(at time.Time) bool {
	return at.IsZero() || !at.Before(c.from) && at.Before(c.to)
}

func paymentState(l *line) statement.State { return l.State }
func refundState(l *line) statement.State  { return l.RefundState }
func hasFailed(l *line) bool               { return l.RefundState == statement.Failed }

// succeeded are the lines whose payment, or refund, has succeeded.
func succeeded(lines []*line, state func(*line) statement.State) (done []*line) {
	for _, l := range lines {
		if state(l) == statement.Succeeded {
			done = append(done, l)
		}
	}
	return done
}

func (c *comparison) here(o *order, at time.Time) *Here {
	return &Here{
		MerID: o.MerID, OrderID: o.OrderID, QueryID: o.QueryID, OrderNo: o.OrderNo, GatewayNo: o.GatewayNo, RefundNo: o.RefundNo,
		Fen: o.AmountFen, State: o.State, At: inBeijing(at),
	}
}

func (c *comparison) there(l *line) *There {
	return &There{File: c.files[l.File], Line: l.Line, Number: l.Number, Fen: l.Fen, State: string(l.State), At: inBeijing(l.At)}
}

func (c *comparison) thereRefund(l *line, fen int64) *There {
	t := c.there(l)
	t.Fen, t.State = fen, string(l.RefundState)
	return t
}

func inBeijing(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.In(translate.Beijing)
}

// absent are the orders that the statement lacks under the number that it names
// orders by. They wait for the end: a line may name them by another number.
type absent struct {
	waiting map[orderKey][]absence
	count   int
}

// absence is the difference that it would be.
type absence struct {
	Difference
	of ledger.Movement
}

// maxAbsent bounds how many wait.
const maxAbsent = maxListed

type orderKey struct{ merID, orderID string }

func (o *order) key() orderKey { return orderKey{o.MerID, o.OrderID} }

func (a *absent) add(to *books, o *order, d absence) {
	if a.waiting == nil {
		a.waiting = make(map[orderKey][]absence)
	}
	if a.count == maxAbsent {
		to.add(d.Difference)
		return
	}
	a.count++
	a.waiting[o.key()] = append(a.waiting[o.key()], d)
}

// take returns what waits of an order and makes it wait no longer.
func (a *absent) take(o *order) []absence {
	waiting := a.waiting[o.key()]
	a.count -= len(waiting)
	delete(a.waiting, o.key())
	return waiting
}

// finish notes what still waits.
func (a *absent) finish(to *books) {
	for _, list := range a.waiting {
		for _, d := range list {
			to.add(d.Difference)
		}
	}
}
