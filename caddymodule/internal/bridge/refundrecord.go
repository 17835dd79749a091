package bridge

import (
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// resubmitEvent is on record, from before, where a refund that is under way is submitted once
// more: whoever takes it up after that knows that it may have left.
const resubmitEvent = "resubmit"

// takenOverEvent is on record where a refund was submitted by somebody who took the order over
// from whoever may have submitted it unseen.
const takenOverEvent = "taken_over"

// refundRecord is what is on record of the submissions of an order's refund. All of them
// have its one number, so that what is told of it may be told of any of them.
type refundRecord struct {
	begun  time.Time   // when it was last about to be submitted; zero when that is not on record
	failed bool        // it has failed before, as far as that can be read
	sent   []time.Time // the submissions that left, or may have
	before int         // those of them from before it failed
	called bool        // one was made since it was begun, whether or not it left
	passes bool        // the last of them that left was refused for a reason that can pass
	hidden time.Time   // when at the latest one left that is not on record, zero for none

	unreadable bool // events cannot be read: a submission may be among them, or that it has failed
}

// readRefund gathers it from an order's timeline.
func readRefund(events ledger.List[ledger.Event], codes TranCodes) (r refundRecord) {
	r.unreadable = len(events.Unreadable) > 0
	for _, e := range events.Items {
		switch {
		case e.LedTo() == translate.Refunding:
			r.begun, r.called, r.before = e.At, false, len(r.sent)
			r.failed = r.failed || e.LedFrom() == translate.RefundFailed // which may be purged
		case e.LedTo() == translate.RefundFailed:
			r.failed = true
		case e.Kind == resubmitEvent:
			r.begun, r.called = e.At, false
		case e.Kind == takenOverEvent:
			r.hidden = e.At
		case maySubmitRefund(e, codes):
			r.submitted(e)
		}
	}
	return r
}

// submitted takes down a submission. The first since the refund was begun tells of
// another where it was made so late that whoever held the order before may have made one.
func (r *refundRecord) submitted(e ledger.Event) {
	if !r.called && r.late(e.At) {
		r.hidden = e.At
	}
	r.called = true
	if !unsentCall(e) {
		r.sent, r.passes = append(r.sent, e.At), refusedInPassing(e)
	}
}

// late reports whether somebody else may have held the order between the refund's
// beginning and a time. Nobody did while the refund is younger than any claim, whosever
// configuration it was taken by. One that is yet to begin was begun by a clock that has
// been set back since.
func (r *refundRecord) late(at time.Time) bool {
	return at.Before(r.begun) || !at.Before(r.begun.Add(shortestLease))
}

// once reports whether the refund was surely submitted once and not more often: what is
// told of it is told of that submission. An order without a try may be submitted now.
func (r *refundRecord) once(order ledger.Order, now time.Time) bool {
	n := len(r.sent)
	if !r.hidden.IsZero() {
		n++
	}
	if order.Tries == 0 {
		n++
		if !r.called && r.late(now) {
			n++
		}
	}
	return n == 1 && !r.failed && !r.unreadable
}

// neverLeft reports whether the refund has surely not left since it was begun, or was taken
// up again after it had failed: it was submitted, and each time nothing went out.
func (r *refundRecord) neverLeft() bool {
	return r.called && r.hidden.IsZero() && len(r.sent) == r.before && !r.unreadable
}

// RefundNeverLeft reports whether the refund of an order whose timeline events are has surely
// not left the bridge yet.
func RefundNeverLeft(events ledger.List[ledger.Event], codes TranCodes) bool {
	record := readRefund(events, codes)
	return record.neverLeft()
}

// leftAt is when the refund may last have left, zero for never.
func (r *refundRecord) leftAt(order ledger.Order, now time.Time) time.Time {
	if order.Tries == 0 {
		return now
	}
	return latest(r.lastSent(), r.hidden)
}

// lastSent is leftAt by what is on record itself.
func (r *refundRecord) lastSent() (last time.Time) {
	for _, at := range r.sent {
		last = latest(last, at)
	}
	return last
}

// maySubmitRefund reports whether an event may be a submission of the refund. What went
// out under a code that is not that of another kind of call may be one: an operator may
// have changed the code of refunds since.
func maySubmitRefund(e ledger.Event, codes TranCodes) bool {
	others := []string{codes.Pay, codes.Query, codes.RefundQuery, codes.Close}
	return e.Kind == CallEventKind && !slices.Contains(others, e.Source)
}

// latest is the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
