package bridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// ErrNotSettled says that an operator's word on an order is not taken; what is
// wrapped around it says why.
var ErrNotSettled = errors.New("not settled")

// Settlement is an operator's word on what became of a stuck order.
type Settlement struct {
	Key   ledger.Key
	State translate.State
	// GatewayNo is the gateway's own number of the payment, or of the refund. It
	// is needed where money is said to have moved.
	GatewayNo string
	Who, Why  string
	// DryRun only says whether the word would be taken. The gateway is asked all
	// the same, and what it says for certain is recorded, as by every query.
	DryRun bool
}

// Settled is what became of a Settlement.
type Settled struct {
	Order     ledger.Order
	Before    translate.State
	ByGateway bool   // the gateway was certain; its word is recorded, and of the operator's the number of a transfer
	Said      string // what the gateway said when it was asked
}

// Settle records an operator's word on an order that is stuck, or final and
// contradicted by the gateway. The gateway is
// asked first: when it is certain, its word is recorded instead, and when what
// it signs says otherwise, the operator's is refused. A payment that is settled
// so is notified like any other. What has begun is finished, also when the operator
// has gone: the gateway may have closed the order for a word that is to be recorded.
//
// Errors wrap ErrNotSettled, or are those of the ledger.
func (b *Bridge) Settle(ctx context.Context, s *Settings, w Settlement) (Settled, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime(s))
	defer cancel()
	if err := b.awaitTime(ctx); err != nil {
		return Settled{}, err
	}
	order, err := b.ledger.Order(ctx, w.Key)
	if err != nil {
		return Settled{}, err
	}
	if err := b.checkBefore(ctx, order, w); err != nil {
		return Settled{}, err
	}
	settled := Settled{Order: order, Before: order.State}
	result, ok := b.askAbout(ctx, s, order, order.State.OfRefund() || w.State.OfRefund())
	if !ok {
		return settled, notSettled(stillAsked.With())
	}
	settled.Order, settled.Said = result.order, saidOf(result.report)
	if result.moved && (result.order.State.Final() || order.State.Final()) {
		settled.ByGateway = true
		return settled, b.keepNumber(ctx, w, settled)
	}
	if err := cmp.Or(contradiction(result, w.State), b.tooEarly(ctx, s, result, w.State), b.checkAfter(ctx, result.order, w)); err != nil {
		b.recordEvents(ctx, order, result.events...)
		return settled, err
	}
	if w.DryRun {
		return settled, nil
	}
	return b.settle(ctx, s, w, settled, result)
}

// keepNumber puts on record the number of a transfer by which somebody says to have given back
// what the gateway would not, where the gateway calls its own refund done in that very moment:
// the payer may have the money twice, and nobody could follow it otherwise.
func (b *Bridge) keepNumber(ctx context.Context, w Settlement, so Settled) error {
	if w.DryRun || w.GatewayNo == "" || so.Before != translate.RefundFailed || so.Order.State != w.State {
		return nil
	}
	b.log.Error("gateway says that a refund is done which somebody has just settled by hand; the payer may have the money twice, look into it", orderFields(so.Order))
	change := ledger.Change{At: b.now(), Who: w.Who, Why: w.Why, After: w.after()}
	return b.ledger.Confirm(ctx, so.Order.Key, so.Order.State, nil, change)
}

// checkBefore refuses a word that is not possible, before the gateway is asked. That a refund
// came back after it was done can be news to the bridge, of which no notice has come: the
// gateway's answer is what makes it possible, see checkAfter.
func (b *Bridge) checkBefore(ctx context.Context, order ledger.Order, w Settlement) error {
	if bounces(order, w) {
		return b.checkSettlement(order, order.State.Row().SettleContradicted, w)
	}
	return b.checkOnRecord(ctx, order, w)
}

// checkAfter refuses what checkBefore has left to the gateway's answer, which is on record now.
func (b *Bridge) checkAfter(ctx context.Context, order ledger.Order, w Settlement) error {
	if !bounces(order, w) {
		return nil
	}
	return b.checkOnRecord(ctx, order, w)
}

// bounces reports whether a word says that a refund which was done came back.
func bounces(order ledger.Order, w Settlement) bool {
	return order.State == translate.Refunded && w.State == translate.RefundFailed
}

// checkOnRecord refuses a word that is not possible by what is on record.
func (b *Bridge) checkOnRecord(ctx context.Context, order ledger.Order, w Settlement) error {
	possible, err := b.maySettle(ctx, order)
	if err != nil {
		return err
	}
	return b.checkSettlement(order, possible, w)
}

// maySettle lists what an operator may say of an order, nil when nothing is
// amiss with it.
func (b *Bridge) maySettle(ctx context.Context, order ledger.Order) ([]translate.State, error) {
	if possible := order.State.Row().Settle; possible != nil {
		return possible, nil
	}
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		return nil, err
	}
	contradicted := slices.ContainsFunc(events.Items, func(e ledger.Event) bool { return e.Kind == translate.Contradicted.String() })
	switch {
	case contradicted:
		return afterContradiction(order, events.Items), nil
	case len(events.Unreadable) > 0: // it may be the one
		return nil, &events.Unreadable[0]
	}
	return nil, nil
}

// afterContradiction lists what an operator may say of an order that the gateway has
// contradicted. What no update does is possible only where the gateway itself has said it.
func afterContradiction(order ledger.Order, events []ledger.Event) (possible []translate.State) {
	for _, word := range order.State.Row().SettleContradicted {
		if translate.Judge(order.State, word) != translate.Contradicted || denies(events, order.State, word) {
			possible = append(possible, word)
		}
	}
	return possible
}

// denies reports whether the gateway has contradicted an order's state with another.
func denies(events []ledger.Event, is, told translate.State) bool {
	return slices.ContainsFunc(events, func(e ledger.Event) bool { return e.Denies(is, told) })
}

// checkSettlement refuses a word that is not possible, whatever the gateway
// says.
func (b *Bridge) checkSettlement(order ledger.Order, possible []translate.State, w Settlement) error {
	switch {
	case possible == nil:
		return notSettled(notStuck.With(bilingual.Term(order.State), bilingual.OneOf(translate.Settleable())))
	case !slices.Contains(possible, w.State):
		return notSettled(cannotBecome.With(bilingual.Term(order.State), bilingual.Term(w.State), bilingual.OneOf(possible)))
	case w.State == translate.Failed && payerShown(order, order.State):
		return notSettled(payerMayPay.With())
	case w.Why == "" && !w.DryRun:
		return notSettled(noReason.With())
	case w.State.Row().Moved && w.State != order.State && w.GatewayNo == "":
		return notSettled(needsGatewayNo.With(bilingual.Term(w.State)))
	case w.State == translate.Paid && w.State != order.State && order.GatewayNo != "" && w.GatewayNo != order.GatewayNo:
		return notSettled(otherGatewayNo.With(order.GatewayNo, w.GatewayNo))
	case b.pays.inHand(order.Key) || b.cancels.inHand(order.Key) || inHand(order, b.now()):
		return notSettled(callUnderWay.With())
	}
	return nil
}

// contradiction says why what the gateway has signed forbids a word. It forbids
// nobody to say that an order stands as it is.
func contradiction(result queryResult, word translate.State) error {
	said := result.report
	switch {
	case word == result.order.State:
		return nil
	case word == said.State && result.order.State.Final() && !result.unrecorded:
		return nil // it contradicts what is final, and the operator confirms that
	case result.order.State == translate.RefundFailed && said.State != translate.Refunding:
		return nil // the money came back by other means, unknown to the gateway
	case said.State == result.order.State && said.State.Final():
		return notSettled(gatewayAgrees.With(bilingual.Term(said.State)))
	case said.NotFound && word.Row().Moved:
		return notSettled(gatewayHasNone.With(bilingual.Term(word)))
	case said.Unpaid() && word != translate.Closed:
		return notSettled(nobodyHasPaid.With(bilingual.Term(word)))
	case said.State == translate.Refunding:
		return notSettled(refundUnderWay.With(bilingual.Term(word)))
	case !said.NotFound && said.Certain() && !said.Unpaid():
		// Certain, but not recorded: the ledger was not there.
		return notSettled(notRecorded.With(bilingual.Term(said.State)))
	}
	return nil
}

// tooEarly says why nobody can know yet that an order, or its refund, has come to
// nothing, nil when they can: its call may still be on its way into the gateway's
// books, whatever the gateway or its people say of them. The bridge itself believes
// them no sooner.
func (b *Bridge) tooEarly(ctx context.Context, s *Settings, result queryResult, word translate.State) error {
	if word == translate.RefundFailed && !result.order.State.Final() {
		return b.refundTooEarly(ctx, s, result.order)
	}
	return payTooEarly(result, word, b.now())
}

// payTooEarly is tooEarly of a pay call. A close is safe where a last query follows it.
func payTooEarly(result queryResult, word translate.State, now time.Time) error {
	surely := result.order.SentAt.Add(notFoundGrace)
	if !now.Before(surely) || result.report.Unpaid() || result.order.State.Final() {
		return nil
	}
	closable := !lastQueryAt(result.order, now).IsZero()
	switch {
	case word != translate.Failed && word != translate.Closed, word == translate.Closed && closable:
		return nil
	case closable:
		return notYet(notYetButClosable, surely)
	}
	return notYet(notYetKnown, surely)
}

// refundTooEarly is tooEarly of a refund. What the gateway says of it for certain is
// recorded before anybody's word.
func (b *Bridge) refundTooEarly(ctx context.Context, s *Settings, order ledger.Order) error {
	events, err := b.ledger.Events(ctx, order.Key)
	switch {
	case err != nil:
		return err
	case len(events.Unreadable) > 0: // it may be the refund's last call
		return notSettled(refundCallUnreadable.With())
	}
	now := b.now()
	record := readRefund(events, s.TranCodes)
	surely := record.leftAt(order, now).Add(notFoundGrace)
	if !now.Before(surely) {
		return nil
	}
	return notYet(refundNotYetKnown, surely)
}

func notYet(why bilingual.Text, surely time.Time) error {
	return notSettled(why.With(inBeijing(surely)))
}

// inBeijing is how an operator reads a time.
func inBeijing(at time.Time) string { return at.In(translate.Beijing).Format(time.DateTime) }

// saidOf says what the gateway answered, for the operator.
func saidOf(report translate.Report) string {
	switch {
	case report.NotFound:
		return "no such record"
	case !report.Certain():
		return "nothing certain: " + report.Reason
	}
	return string(report.State)
}

// settle records the word. Where it is not taken, the calls are recorded that were made
// for it.
func (b *Bridge) settle(ctx context.Context, s *Settings, w Settlement, so Settled, result queryResult) (Settled, error) {
	order, now := so.Order, b.now()
	change := ledger.Change{At: now, Who: w.Who, Why: w.Why, After: w.after()}
	if w.State == order.State {
		err := b.ledger.Confirm(ctx, order.Key, order.State, result.events, change)
		if err != nil {
			b.recordEvents(ctx, order, result.events...)
		}
		return so, err
	}
	result, update, err := b.wordUpdate(ctx, s, w, result, now)
	if err != nil {
		b.recordEvents(ctx, order, result.events...)
		return so, err
	}
	stored, verdict, err := b.ledger.Settle(ctx, order.Key, update, change)
	switch {
	case err != nil:
		b.recordEvents(ctx, order, update.Events...)
		return so, err
	case verdict != translate.Applied && verdict != translate.LatePayment:
		b.recordUntaken(ctx, result, update)
		return so, notSettled(movedOn.With(bilingual.Term(stored.State)))
	}
	b.reportTransition(stored, update, verdict)
	so.Order = stored
	return so, nil
}

// wordUpdate is the update that records an operator's word on an order, after what has to
// be done at the gateway first. It returns the result with the calls that were made.
func (b *Bridge) wordUpdate(
	ctx context.Context, s *Settings, w Settlement, result queryResult, now time.Time,
) (queryResult, ledger.Update, error) {
	order := result.order
	update := ledger.Update{State: w.State, At: now, Source: operatorSource, Claim: order.Claim, Own: true, Takes: true}
	switch w.State {
	case translate.Paid:
		update.GatewayNo, update.PaidAt, update.RefundNo = w.GatewayNo, b.wall(now), b.numbers.refund(order.OrderNo)
	case translate.Failed:
		update.Next = s.nextStep(order, translate.Failed, 0, now)
	case translate.Closed:
		update.Next = lastQueryAt(order, now)
		if s.TranCodes.Close != "" && result.report.Unpaid() {
			var closed translate.Report
			if result, update, closed = b.closeThere(ctx, s, result, update); closed.State != translate.Closed {
				return result, update, notSettled(whyNotClosed(order, closed))
			}
		}
	}
	update.Events = result.events
	return result, update, nil
}

// whyNotClosed says why the gateway has not closed an order. One that it refuses to close
// can be closed here when its payer's time is over.
func whyNotClosed(order ledger.Order, report translate.Report) bilingual.Said {
	if report.Refused {
		return notClosedYet.With(report.Reason, inBeijing(order.PayableUntil()))
	}
	return notClosed.With(report.Reason)
}

// recordUntaken records what was done for a word that an order has not taken, because it
// had moved by then. That the gateway has closed the order is the gateway's own word: where
// it denies what was final, a person has to know. Nobody else's word is anything here.
func (b *Bridge) recordUntaken(ctx context.Context, result queryResult, update ledger.Update) {
	if update.Own {
		b.recordEvents(ctx, result.order, update.Events...)
		return
	}
	b.recordResult(ctx, result, update)
}

// after is what the record of a change says that the order came to; "" leaves it
// to its state.
func (w Settlement) after() string {
	if w.GatewayNo == "" {
		return ""
	}
	return string(w.State) + ", gateway number " + w.GatewayNo
}

func notSettled(why bilingual.Said) error { return fmt.Errorf("%w: %w", ErrNotSettled, why) }
