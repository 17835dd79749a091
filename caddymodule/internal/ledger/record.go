package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Record judges an update of an order and, where it is a step forward, writes it,
// in one transaction. It returns the order as it now stands and the verdict of
// [translate.Judge]:
//
//   - Applied: the order took the step. Tries start again at 0. A step to paid
//     creates the notification, due at once, when the merchant wants one.
//   - LatePayment: the order was closed or failed and is now refunding, with
//     u.RefundNo and due at once. The merchant is not notified.
//   - FailedAttempt: the update says that the payment failed, and the order's payer
//     can still pay ([Order.Payable]). The order is unchanged.
//   - Repeated, Late, Contradicted: the order is unchanged. Contradicted is also that a
//     refund is done which somebody has dealt with, see [Ledger.DealWith], settled as
//     given back after it had failed, or settled as failed after it was done.
//
// All but Applied and Repeated leave an event of the verdict's name.
//
// With each verdict u.Events is written; a step leaves an event of kind "moved"
// behind it.
//
// Applied and LatePayment are told to one caller only. An order that becomes
// sent has a new claim, which is that caller's. An update with a claim is fenced: when
// it would change an order that another has taken over, Record returns
// [ErrFenced]. So does an update that is the caller's own conclusion and would contradict
// what another has recorded. An update without a claim that changes the order takes it out of its
// holder's hands, so that a holder who is behind cannot postpone the new step.
func (l *Ledger) Record(ctx context.Context, k Key, u Update) (Order, translate.Verdict, error) {
	u, batch, err := l.prepareUpdate(u)
	if err != nil {
		return Order{}, 0, err
	}
	r, err := write(ctx, l, func(t *tx) (recorded, error) { return record(t, k, u, batch) })
	if err != nil {
		return Order{}, 0, fmt.Errorf("recording that the order is %s: %w", u.State, err)
	}
	return r.order, r.verdict, nil
}

// prepareUpdate completes u and makes the batch of its events.
func (l *Ledger) prepareUpdate(u Update) (Update, eventBatch, error) {
	if len(u.RefundNo) > maxNumber {
		return Update{}, eventBatch{}, fmt.Errorf("update.RefundNo: longer than %d bytes", maxNumber)
	}
	u.At = firstOf(u.At, l.now())
	if toMillis(u.PaidAt) <= 0 { // which no row can have that is to be read again
		u.PaidAt = time.Time{}
	}
	return u, newEventBatch(u.At, u.Events...), nil
}

type recorded struct {
	order   Order
	verdict translate.Verdict
}

func record(t *tx, k Key, u Update, batch eventBatch) (recorded, error) {
	if r, done, err := recordHeld(t, k, u, batch); done || err != nil {
		return r, err
	}
	was, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
	if err != nil {
		return recorded{}, err
	}
	o := was
	verdict, err := denyGivenBack(t, was, u, judge(was, u, t.again))
	if err != nil {
		return recorded{}, err
	}
	if verdict == translate.Contradicted && u.isOvertaken(was) {
		return recorded{}, ErrFenced
	}
	switch verdict {
	case translate.Applied, translate.LatePayment:
		if o.State == verdict.Leads(u.State) { // an earlier run wrote it
			return recorded{o, verdict}, nil
		}
		o, err = step(t, o, u, verdict)
		batch = batch.with(moved(was.State, o.State, u.Source))
	}
	if verdict != translate.Applied && verdict != translate.Repeated {
		batch = batch.with(Event{
			Kind: verdict.String(), Source: u.Source, Detail: denied(u.State, o.State), Repeats: true,
		})
	}
	if err == nil {
		err = batch.add(t, k)
	}
	return recorded{o, verdict}, err
}

// denied is the detail of the event of an update that did not move its order.
func denied(told, is translate.State) string { return fmt.Sprintf("%s, order is %s", told, is) }

// isOvertaken reports whether an order is not any more as it was when its holder came to
// a conclusion of its own.
func (u Update) isOvertaken(o Order) bool { return u.Own && u.Claim != o.Claim }

// judge is translate.Judge, except that it knows whether an order's payer can
// still pay, and recognises an update that an earlier run of the same function has
// written: the caller still holds the claim that only it can have used, or the
// order was paid late and carries the refund number that came with it.
func judge(o Order, u Update, again bool) translate.Verdict {
	held := u.Claim != 0 && u.Claim == o.Claim
	switch {
	case again && held && o.State == u.State:
		return translate.Applied
	case again && u.State == translate.Paid && o.State == translate.Refunding && o.Late && u.RefundNo != "" && o.RefundNo == u.RefundNo:
		return translate.LatePayment
	case u.State == translate.Failed && o.Payable(u.At):
		return translate.FailedAttempt
	}
	return translate.Judge(o.State, u.State)
}

// step moves o forward and writes it.
func step(t *tx, o Order, u Update, verdict translate.Verdict) (Order, error) {
	if u.Claim != 0 && u.Claim != o.Claim {
		return Order{}, ErrFenced
	}
	if verdict == translate.LatePayment {
		u.Next, o.Late = u.At, true
	}
	if o.State == translate.Refunded { // its merchant was told that it is over
		o.Late = true
		if err := withholdAll(t, o.Key); err != nil {
			return Order{}, err
		}
	}
	if o.State.Row().Open {
		if err := reopen(t, o.Key, RefundMatter); err != nil {
			return Order{}, err
		}
	}
	o = forward(o, u, verdict.Leads(u.State))
	if o.State == translate.Refunding && o.RefundNo == "" {
		return Order{}, errors.New("update.RefundNo: missing, the payment has to be refunded")
	}
	if err := update(t, o); err != nil {
		return Order{}, err
	}
	return o, announce(t, o, u)
}

// announce has the merchant notified of a step, where it wants to be, and nobody troubled
// with what is not to be told any more.
func announce(t *tx, o Order, u Update) error {
	switch {
	case o.State == translate.Refunded:
		return withhold(t, o.Key)
	case o.State == translate.Paid && o.BackURL != "":
		return owe(t, o, u.At)
	}
	return nil
}

// forward returns o in state to, with the other members of the update.
func forward(o Order, u Update, to translate.State) Order {
	o.State = to
	overwrite(&o.FormAction, u.FormAction)
	overwrite(&o.PayData, u.PayData)
	overwrite(&o.OpenID, u.OpenID)
	overwrite(&o.GatewayNo, u.GatewayNo)
	overwrite(&o.GatewayMessage, u.GatewayMessage)
	if u.State == translate.Failed || u.State == translate.RefundFailed {
		o.GatewayMessage = u.GatewayMessage // those of another refusal say nothing of this one
	}
	if to == translate.Refunding && o.RefundNo == "" {
		o.RefundNo = u.RefundNo
	}
	if u.State == translate.Paid {
		o.PaidAt = firstOf(u.PaidAt, u.At)
	}
	if to == translate.Sent {
		o.SentAt = u.At
	}
	if to.Final() {
		o.SettledAt = u.At
	}
	if !u.Next.IsZero() || to.Final() {
		o.Next = u.Next
	}
	if o.Next.IsZero() && !to.Final() {
		o.Next = u.At // an open order always has a next step
	}
	o.Tries = 0
	// Who takes an order to send it, or to hand its form out, knows its claim
	// only from reading it, as others may. The new claim is the taker's alone: a
	// run of this very function whose answer was lost cannot mistake another's
	// for its own.
	if u.Claim == 0 || to == translate.Sent || u.Takes {
		o.Claim++
	}
	return toStored(o)
}

func overwrite(member *string, update string) {
	if update != "" {
		*member = update
	}
}

func firstOf(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
