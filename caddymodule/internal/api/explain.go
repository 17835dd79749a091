package api

import (
	"fmt"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Explain says in a sentence what the state of the order means and what comes
// next. Times are in zone, which the sentence names.
func (o Order) Explain(now time.Time, zone *time.Location) string {
	explain, known := explanations[o.State]
	if !known {
		return ""
	}
	m := moment{now, zone}
	if o.PurgedAt.IsZero() {
		return explain(o, m)
	}
	return explain(o, m) + "; purged at " + m.at(o.PurgedAt) + ", only numbers, amount, state and times are kept"
}

// moment writes times for people.
type moment struct {
	now  time.Time
	zone *time.Location
}

// at writes a time as people read it, with its zone.
func (m moment) at(t time.Time) string {
	if t.IsZero() {
		return "a time that is not known"
	}
	return t.In(m.zone).Format("2006-01-02 15:04:05 ") + zoneName(m.zone, t)
}

// zoneName names a zone so that nobody mistakes it; CST alone has several
// meanings.
func zoneName(zone *time.Location, t time.Time) string {
	if zone == translate.Beijing {
		return "Beijing time"
	}
	return t.In(zone).Format("MST")
}

// next says when something is due.
func (m moment) next(t time.Time) string {
	if t.IsZero() || !t.After(m.now) {
		return "now"
	}
	return m.at(t)
}

// explanations says what each state means for an order.
var explanations = map[translate.State]func(Order, moment) string{
	translate.Begun:     explainBegun,
	translate.Sent:      explainSent,
	translate.Pending:   explainPending,
	translate.InDoubt:   explainInDoubt,
	translate.Refunding: explainRefunding,
	translate.Closed:    explainClosed,
	translate.Paid: func(o Order, m moment) string {
		return "paid at " + m.at(o.PaidAt) + "; nothing more is expected unless the merchant cancels"
	},
	translate.Failed:       explainFailed,
	translate.RefundFailed: explainRefundFailed,
	translate.Refunded: func(o Order, m moment) string {
		return "the whole amount was given back, known since " + m.at(o.SettledAt)
	},
}

// noMessage says what it means that a failed refund has no message of the gateway: it
// did not come of an answer that refused something.
const noMessage = "the gateway gave no reason: it reported the refund as failed, or a person settled it, see its changes"

func explainFailed(o Order, m moment) string {
	text := "refused or failed at the gateway, finally: " + o.GatewayMessage
	if o.GatewayMessage == "" {
		text = "failed, finally; the gateway gave no reason: it reported the payment as failed, never had the order, or a person settled it, see its changes"
	}
	return text + o.lastQuery(m)
}

// lastQuery says that a closed or failed order is queried once more, if it is.
func (o Order) lastQuery(m moment) string {
	if o.NextAt.IsZero() {
		return ""
	}
	return "; the gateway is queried one last time at " + m.at(o.NextAt) + ", and a payment found then is given back"
}

func explainRefundFailed(o Order, m moment) string {
	stays := "; the payer has not got it: it is with the merchant or, after refund state 35, with the gateway; a person has to look into it"
	switch {
	case o.Dealt:
		stays = "; somebody has dealt with that, see its changes"
	case !o.NextAt.IsZero() && o.Tries > 0:
		stays = "; it is still with the merchant; the gateway could not be asked about the refund yet, and is before it is tried again: " + m.next(o.NextAt)
	case !o.NextAt.IsZero():
		stays = "; it is still with the merchant, and the refund is tried again: " + m.next(o.NextAt)
	}
	if o.GatewayMessage == "" {
		return "the money was not given back; " + noMessage + stays
	}
	return "the gateway refused to give the money back (" + o.GatewayMessage + ")" + stays
}

func explainBegun(o Order, m moment) string {
	if v1.Action(o.Action).PaidInBrowser() {
		return "waits for the payer's browser until " + m.at(o.ExpiresAt) + "; nothing has left for the gateway"
	}
	return "nothing has left for the gateway; the merchant may repeat its request until " + m.at(o.ExpiresAt) + ", then it is closed"
}

func explainSent(o Order, m moment) string {
	if m.now.Before(o.NextAt) {
		return "the pay call is under way; if no answer is recorded, the gateway is asked at " + m.at(o.NextAt)
	}
	return "the pay call may have left and no answer was recorded; the gateway is asked now"
}

func explainPending(o Order, m moment) string {
	return fmt.Sprintf("waits for the payer until %s; next look at the gateway: %s", m.at(o.ExpiresAt), m.next(o.NextAt))
}

func explainInDoubt(o Order, m moment) string {
	if o.Unpaid {
		return fmt.Sprintf("the gateway says that nobody has paid; the answer with the code was lost, and the merchant's own repeat gets a code; "+
			"without one the order is closed after %s; looks so far: %d, next look: %s", m.at(o.ExpiresAt), o.Tries, m.next(o.NextAt))
	}
	return fmt.Sprintf("in doubt: the gateway gave no answer that can be trusted, the payment may have happened; looks so far: %d, next look: %s",
		o.Tries, m.next(o.NextAt))
}

func explainRefunding(o Order, m moment) string {
	if o.Unsent {
		return fmt.Sprintf("this try of the refund %s has not left for the gateway yet, see its calls; it is sent at the next step: %s", o.RefundNo, m.next(o.NextAt))
	}
	return fmt.Sprintf("the refund %s is under way and its outcome is open; next step: %s", o.RefundNo, m.next(o.NextAt))
}

func explainClosed(o Order, m moment) string {
	return "closed at " + m.at(o.SettledAt) + " before it was paid" + o.lastQuery(m)
}

// Explain says in a sentence how the notification stands. Times are in zone,
// which the sentence names.
func (n Notification) Explain(now time.Time, zone *time.Location) string {
	m := moment{now, zone}
	called := fmt.Sprintf("calls so far: %d", n.Attempts)
	if n.State == ledger.Waiting {
		return called + "; next call: " + m.next(n.DueAt)
	}
	return called + "; " + atRest[n.State]
}

// atRest says what it means that a notification does not wait for its time.
var atRest = map[ledger.NotificationState]string{
	ledger.Delivered:       "the merchant has acknowledged it",
	ledger.AlreadyCredited: "the merchant says that it had credited the order already, which acknowledges nothing; the retry schedule has ended and nothing is to be done",
	ledger.Exhausted:       "none was acknowledged and the retry schedule has ended; it can be sent again",
	ledger.Paused:          "kept back while the merchant is paused",
	ledger.Withheld:        "kept back for good: the merchant had not acknowledged it when it was told that the payment was given back",
}
