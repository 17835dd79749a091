package bridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// ErrNotSettled says that an operator's word on an order is not taken; what is
// wrapped around it says why.
var ErrNotSettled = errors.New("not settled")

// maySettle lists what an operator may say of an order that is stuck in a state.
var maySettle = map[translate.State][]translate.State{
	translate.Sent:      {translate.Paid, translate.Failed, translate.Closed},
	translate.Pending:   {translate.Paid, translate.Failed, translate.Closed},
	translate.InDoubt:   {translate.Paid, translate.Failed, translate.Closed},
	translate.Refunding: {translate.Refunded, translate.RefundFailed},
	// What the gateway would not give back somebody gave back by other means.
	translate.RefundFailed: {translate.Refunded},
}

// maySettleContradicted lists what an operator may say of an order that is final
// and that the gateway has contradicted since: that it stands, or that it was paid
// although it failed, so that the payment is given back.
var maySettleContradicted = map[translate.State][]translate.State{
	translate.Paid:     {translate.Paid},
	translate.Failed:   {translate.Failed, translate.Paid},
	translate.Refunded: {translate.Refunded},
}

// Settlement is an operator's word on what became of a stuck order.
type Settlement struct {
	Key   ledger.Key
	State translate.State
	// GatewayNo is the gateway's own number of the payment, or of the refund. It
	// is needed where money is said to have moved.
	GatewayNo string
	Who, Why  string
	// DryRun only says whether the word would be taken. The gateway is asked all
	// the same, and what it says for certain is recorded, as by every look.
	DryRun bool
}

// Settled is what became of a Settlement.
type Settled struct {
	Order     ledger.Order
	Before    translate.State
	ByGateway bool   // the gateway was certain; its word is recorded, not the operator's
	Said      string // what the gateway said when it was asked
}

// Settle records an operator's word on an order that is stuck, or final and
// contradicted by the gateway. The gateway is
// asked first: when it is certain, its word is recorded instead, and when what
// it signs says otherwise, the operator's is refused. A payment that is settled
// so is notified like any other.
//
// Errors wrap ErrNotSettled, or are those of the ledger.
func (b *Bridge) Settle(ctx context.Context, s *Settings, w Settlement) (Settled, error) {
	order, err := b.ledger.Order(ctx, w.Key)
	if err != nil {
		return Settled{}, err
	}
	possible, err := b.maySettle(ctx, order)
	if err != nil {
		return Settled{}, err
	}
	if err := b.checkSettlement(order, possible, w); err != nil {
		return Settled{}, err
	}
	result := Settled{Order: order, Before: order.State}
	seen, ok := wait(ctx, s.Timeouts.Gateway+recording, b.look(ctx, s, order))
	if !ok {
		return result, notSettled("the gateway is being asked and has not answered yet; try again")
	}
	result.Order, result.Said = seen.order, saidOf(seen.report)
	if seen.moved && (seen.order.State.Final() || order.State.Final()) {
		result.ByGateway = true
		return result, nil
	}
	if err := cmp.Or(contradiction(seen, w.State), tooEarly(seen, w.State, b.now())); err != nil {
		b.keep(ctx, order, seen.trail...)
		return result, err
	}
	if w.DryRun {
		return result, nil
	}
	return b.settle(ctx, s, w, result, seen)
}

// maySettle lists what an operator may say of an order, nil when nothing is
// amiss with it.
func (b *Bridge) maySettle(ctx context.Context, order ledger.Order) ([]translate.State, error) {
	if possible := maySettle[order.State]; possible != nil {
		return possible, nil
	}
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		return nil, err
	}
	contradicted := slices.ContainsFunc(events, func(e ledger.Event) bool { return e.Kind == translate.Contradicted.String() })
	if !contradicted {
		return nil, nil
	}
	return maySettleContradicted[order.State], nil
}

// checkSettlement refuses a word that is not possible, whatever the gateway
// says.
func (b *Bridge) checkSettlement(order ledger.Order, possible []translate.State, w Settlement) error {
	switch {
	case possible == nil:
		return notSettled("the order is %s, not stuck, and nothing on record contradicts that; "+
			"only one that is sent, pending, in_doubt, refunding or refund_failed, or that the gateway has contradicted, can be settled", order.State)
	case !slices.Contains(possible, w.State):
		return notSettled("an order that is %s cannot become %s by an operator's word, only one of %s", order.State, w.State, possible)
	case w.State == translate.Failed && payerShown(order, order.State):
		return notSettled("its payer has been shown how to pay and still may, so it is not failed; it can be closed, and what is paid after that is given back")
	case w.Why == "" && !w.DryRun:
		return notSettled("a reason is missing")
	case moneyMoved(w.State) && w.State != order.State && w.GatewayNo == "":
		return notSettled("%s needs the gateway's own number of it; without one nobody can show that money has moved", w.State)
	case w.State == translate.Paid && w.State != order.State && order.GatewayNo != "" && w.GatewayNo != order.GatewayNo:
		return notSettled("the gateway has called this order %s before, not %s", order.GatewayNo, w.GatewayNo)
	case b.pays.has(order.Key) || b.cancels.has(order.Key) || inHand(order, b.now()):
		return notSettled("a call about the order is under way; try again when it is over")
	}
	return nil
}

func moneyMoved(s translate.State) bool { return s == translate.Paid || s == translate.Refunded }

// contradiction says why what the gateway has signed forbids a word. It forbids
// nobody to say that an order stands as it is.
func contradiction(seen sight, word translate.State) error {
	said := seen.report
	switch {
	case word == seen.order.State:
		return nil
	case seen.order.State == translate.RefundFailed && said.State != translate.Refunding:
		return nil // the money came back by other means, of which the gateway knows nothing
	case said.State == seen.order.State && said.State.Final():
		return notSettled("the gateway says that it is %s, as the order is", said.State)
	case said.NotFound && moneyMoved(word):
		return notSettled("the gateway says that it has no such record, so it cannot be %s", word)
	case said.State == translate.Pending && word != translate.Closed:
		return notSettled("the gateway says that the order is open and nobody has paid yet, so it is not %s; it can be closed", word)
	case said.State == translate.Refunding:
		return notSettled("the gateway says that the refund is under way, so it is not %s yet", word)
	case !said.NotFound && said.State != translate.InDoubt && said.State != translate.Pending:
		// Certain, but not recorded: the ledger was not there.
		return notSettled("the gateway says that it is %s, which could not be recorded; try again", said.State)
	}
	return nil
}

// tooEarly says why nobody can know yet that an order has come to nothing, nil
// when they can: its pay call may still be on its way into the gateway's books,
// whatever the gateway or its people say of them. The bridge itself believes them
// no sooner. A close is safe where a last look follows it.
func tooEarly(seen sight, word translate.State, now time.Time) error {
	surely := seen.order.SentAt.Add(notFoundGrace)
	if !now.Before(surely) || seen.report.State == translate.Pending || seen.order.State.Final() {
		return nil
	}
	closable := !lastLook(seen.order, now).IsZero()
	switch {
	case word != translate.Failed && word != translate.Closed, word == translate.Closed && closable:
		return nil
	case closable:
		return notYet(surely, "; or close it now: what is paid after that is given back")
	}
	return notYet(surely, "")
}

func notYet(surely time.Time, advice string) error {
	return notSettled("its pay call may still be on its way, so nobody can know yet that it is not paid; try again at %s Beijing time%s",
		surely.In(translate.Beijing).Format(time.DateTime), advice)
}

// saidOf says what the gateway answered, for the operator.
func saidOf(report translate.Report) string {
	switch {
	case report.NotFound:
		return "no such record"
	case report.State == translate.InDoubt:
		return "nothing certain: " + report.Reason
	}
	return string(report.State)
}

// settle records the word.
func (b *Bridge) settle(ctx context.Context, s *Settings, w Settlement, so Settled, seen sight) (Settled, error) {
	order, now := so.Order, b.now()
	if w.State == order.State {
		return so, b.ledger.Confirm(ctx, order.Key, order.State, seen.trail, ledger.Change{At: now, Who: w.Who, Why: w.Why, After: w.after()})
	}
	news := ledger.News{State: w.State, At: now, Source: "operator", Claim: order.Claim, Trail: seen.trail}
	switch w.State {
	case translate.Paid:
		news.GatewayNo, news.PaidAt, news.RefundNo = w.GatewayNo, b.wall(now), b.numbers.refund(order.OrderNo)
	case translate.Failed:
		news.Next = s.nextStep(order, translate.Failed, 0, now)
	case translate.Closed:
		news.Next = lastLook(order, now)
		if s.TranCodes.Close != "" && seen.report.State == translate.Pending {
			call, reason := b.closeAtGateway(ctx, s, order)
			news.Trail = append(news.Trail, call)
			if reason != "" {
				b.keep(ctx, order, news.Trail...)
				return so, notSettled("the gateway has not closed the order: %s", reason)
			}
			news.Next = time.Time{}
		}
	}
	stored, verdict, err := b.ledger.Settle(ctx, order.Key, news, ledger.Change{At: now, Who: w.Who, Why: w.Why, After: w.after()})
	if err != nil {
		return so, err
	}
	if verdict != translate.Applied && verdict != translate.LatePayment {
		return so, notSettled("the order is %s by now", stored.State)
	}
	b.heard(stored, news, verdict)
	so.Order = stored
	return so, nil
}

// after is what the record of a change says that the order came to; "" leaves it
// to its state.
func (w Settlement) after() string {
	if w.GatewayNo == "" {
		return ""
	}
	return string(w.State) + ", gateway number " + w.GatewayNo
}

func notSettled(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrNotSettled}, args...)...)
}
