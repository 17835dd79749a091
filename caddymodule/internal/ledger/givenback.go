package ledger

import "github.com/paybridge/paybridge/translate"

const (
	// settledGivenBack selects the change by which somebody settled an order whose refund had
	// failed as refunded: what the gateway would not give back came back by other means.
	settledGivenBack = `SELECT who FROM changes WHERE order_id = $1 AND mer_id = $2
		AND what = 'settle' AND was = 'refund_failed' AND became LIKE 'refunded%' LIMIT 1`

	// lastSaidOfRefund selects what a person did last of the two: said of a refund that was
	// done that it has failed after all, or had it tried again.
	lastSaidOfRefund = `SELECT what FROM changes WHERE order_id = $1 AND mer_id = $2
		AND (what = 'refund' OR what = 'settle' AND was = 'refunded' AND became LIKE 'refund_failed%')
		ORDER BY at DESC, id DESC LIMIT 1`
)

// denyGivenBack returns the verdict of an update from the gateway. That a refund is done
// contradicts a person who has given the money back by other means, or keeps it with the
// payer's consent: the payer may have it twice, or against what was agreed, and no state of
// the order shows that. So it does a person who has said that the refund came back from the
// payer's card, until it is tried again: that it was done is how it began, and a notice of it
// is repeated for days. The order is locked.
func denyGivenBack(t *tx, o Order, u Update, verdict translate.Verdict) (translate.Verdict, error) {
	if u.State != translate.Refunded {
		return verdict, nil
	}
	var denied bool
	var err error
	switch o.State {
	case translate.RefundFailed:
		if denied, err = isDealtWith(t, o.Key, RefundMatter); !denied && err == nil {
			denied, err = saidToHaveBounced(t, o.Key)
		}
	case translate.Refunded:
		denied, err = isOnRecord(one(t, scanText, settledGivenBack, o.OrderID, o.MerID))
	}
	if denied {
		verdict = translate.Contradicted
	}
	return verdict, err
}

// isDealtWith reports whether somebody has dealt with a matter of an order.
func isDealtWith(t *tx, k Key, m Matter) (bool, error) {
	return isOnRecord(one(t, scanDealt, dealtOfMatter, string(m), k.OrderID, k.MerID))
}

// saidToHaveBounced reports whether somebody has said that the refund of an order came back,
// and nobody has had it tried again since. The bridge tries none again by itself before that.
func saidToHaveBounced(t *tx, k Key) (bool, error) {
	last, err := one(t, scanText, lastSaidOfRefund, k.OrderID, k.MerID)
	found, err := isOnRecord(last, err)
	return found && last == "settle", err
}

// isOnRecord reports whether a row was found.
func isOnRecord[T any](_ T, err error) (bool, error) {
	if isNotFound(err) {
		return false, nil
	}
	return err == nil, err
}
