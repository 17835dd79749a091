package ledger

import "github.com/paybridge/paybridge/translate"

// updateHeld is updateOrder for an order that is as its holder knows it. It leaves
// sent_at alone, which moves with the clock.
const updateHeld = `UPDATE orders SET state = $3, form_action = $4, gateway_no = $5, words = $6, refund_no = $7,
	settled_at = $8, paid_at = $9, next = $10, tries = $11, claim = $12, pay_data = $13, open_id = $14, late = $15
	WHERE order_id = $1 AND mer_id = $2 AND claim = $16 AND state = $17`

// recordHeld records a step of an order that its holder knows, without reading it: the
// statement that takes the step finds the order in the state and under the claim that it
// was judged by, or changes nothing. done is false when the order has to be read.
//
// State and claim stand for all that the step writes. Whoever changes any of it changes
// one of the two as well, but for when the next step is due, which the update brings
// itself.
func recordHeld(t *tx, k Key, u Update, batch eventBatch) (r recorded, done bool, err error) {
	if u.Held == nil || t.again || !isPlainStep(*u.Held, k, u) {
		return recorded{}, false, nil
	}
	was := *u.Held
	o := forward(was, u, u.State)
	n, err := t.exec(updateHeld, k.OrderID, k.MerID,
		string(o.State), o.FormAction, o.GatewayNo, o.GatewayMessage, o.RefundNo,
		toMillis(o.SettledAt), toMillis(o.PaidAt), toMillis(o.Next), o.Tries, o.Claim, o.PayData, o.OpenID, bit(o.Late),
		was.Claim, string(was.State))
	if err != nil || n == 0 {
		return recorded{}, false, err
	}
	if err = announce(t, o, u); err == nil {
		err = batch.with(moved(was.State, o.State, u.Source)).add(t, k)
	}
	return recorded{o, translate.Applied}, true, err
}

// isPlainStep reports whether an update of a held order is a step forward with nothing to
// it but the order itself and the notification that it causes.
func isPlainStep(o Order, k Key, u Update) bool {
	return o.Key == k && judge(o, u, false) == translate.Applied &&
		(u.Claim == 0 || u.Claim == o.Claim) &&
		u.State != translate.Sent && u.State != translate.Refunding && !o.State.Row().Open &&
		(!u.Next.IsZero() || u.State.Final())
}
