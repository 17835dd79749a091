package ledger

import "github.com/paybridge/paybridge/translate"

// settledGivenBack selects the change by which somebody settled an order whose refund had
// failed as refunded: what the gateway would not give back came back by other means.
const settledGivenBack = `SELECT who FROM changes WHERE order_id = $1 AND mer_id = $2
	AND what = 'settle' AND was = 'refund_failed' AND became LIKE 'refunded%' LIMIT 1`

// denyGivenBack returns the verdict of an update from the gateway. That a refund is done
// contradicts a person who has given the money back by other means, or keeps it with the
// payer's consent: the payer may have it twice, or against what was agreed, and no state of
// the order shows that. The order is locked.
func denyGivenBack(t *tx, o Order, u Update, verdict translate.Verdict) (translate.Verdict, error) {
	if u.State != translate.Refunded {
		return verdict, nil
	}
	var err error
	switch o.State {
	case translate.RefundFailed:
		_, err = one(t, scanDealt, dealtOfMatter, string(RefundMatter), o.OrderID, o.MerID)
	case translate.Refunded:
		_, err = one(t, scanText, settledGivenBack, o.OrderID, o.MerID)
	default:
		return verdict, nil
	}
	switch {
	case isNotFound(err):
		return verdict, nil
	case err != nil:
		return verdict, err
	}
	return translate.Contradicted, nil
}
