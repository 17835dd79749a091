package ledger

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Unrecorded is the class of a call that was begun by [Ledger.BeginAgain] and of which
// no answer is on record: it is under way, or the bridge died during it.
const Unrecorded = "unrecorded"

// BeginAgain writes down that a merchant is about to be called once more about a payment
// that it has acknowledged, and gives the caller that one call. The notification stays
// delivered, so that nothing and nobody repeats the call: the attempt is on record from
// now on, as Unrecorded until [Ledger.EndAgain] says what came of it.
//
// It returns [ErrNotFound] when no notification of the order is delivered, [ErrNotPaid]
// when the merchant is not to be told any more that the order is paid, and [ErrBeingCalled] while another such call may
// be under way, which is until at + lease at most.
func (l *Ledger) BeginAgain(ctx context.Context, k Key, at time.Time, lease time.Duration, c Change) (Delivery, error) {
	made, err := l.change(k, "resend again", c)
	if err != nil {
		return Delivery{}, wrap(err, "calling again")
	}
	d, err := write(ctx, l, func(t *tx) (Delivery, error) {
		return beginAgain(t, k, toMillis(at), toMillis(at.Add(lease)), made)
	})
	return d, wrap(err, "calling again")
}

func beginAgain(t *tx, k Key, at, until millis, c change) (Delivery, error) {
	again, err := isMade(t, c)
	if err != nil {
		return Delivery{}, err
	}
	// Whoever gives the payment back waits for this row, or is seen.
	order, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
	if err != nil {
		return Delivery{}, err
	}
	if !again {
		if order.Notify() != translate.NotifySend {
			return Delivery{}, ErrNotPaid
		}
		if err := takeAgain(t, k, at, until); err != nil {
			return Delivery{}, err
		}
	}
	n, err := one(t, scanNotification, notificationByKey, k.OrderID, k.MerID)
	if err != nil || again {
		return Delivery{n, order}, err
	}
	_, err = t.exec(insertAttempt, k.OrderID, k.MerID, n.Attempts, at, 0, 0, Unrecorded, "", "")
	if err == nil {
		err = addChange(t, c.from(string(Delivered), string(Delivered)))
	}
	return Delivery{n, order}, err
}

// takeAgain counts the call that is to be made, unless one may be under way.
func takeAgain(t *tx, k Key, at, until millis) error {
	n, err := t.exec(`UPDATE notifications SET attempts = attempts + 1, again_until = $4
		WHERE order_id = $1 AND mer_id = $2 AND state = 'delivered' AND again_until <= $3`, k.OrderID, k.MerID, at, until)
	if err != nil || n == 1 {
		return err
	}
	if _, err := one(t, scanText, `SELECT state FROM notifications
		WHERE order_id = $1 AND mer_id = $2 AND state = 'delivered'`, k.OrderID, k.MerID); err != nil {
		return err
	}
	return ErrBeingCalled
}

// EndAgain records what came of the call that [Ledger.BeginAgain] gave. The notification
// stays delivered whatever it was. It may be called again when it was given up, and returns
// [ErrFenced] when something else is on record already.
func (l *Ledger) EndAgain(ctx context.Context, d Notification, a Attempt) error {
	_, err := write(ctx, l, func(t *tx) (none, error) { return none{}, endAgain(t, d, a) })
	return wrap(err, "recording the call")
}

func endAgain(t *tx, d Notification, a Attempt) error {
	n, err := t.exec(`UPDATE attempts SET at = $4, duration = $5, status = $6, class = $7, cause = $8, excerpt = $9
		WHERE order_id = $1 AND mer_id = $2 AND n = $3 AND class = '`+Unrecorded+`'`,
		d.OrderID, d.MerID, d.Attempts, toMillis(a.At), a.Duration.Milliseconds(), a.Status, a.Class,
		printable(a.Cause, maxCause), printable(a.Excerpt, maxExcerpt))
	switch {
	case err != nil:
		return err
	case n == 0:
		return endedBefore(t, d, a)
	}
	// A later call, after the lease of this one, has its own time.
	_, err = t.exec(`UPDATE notifications SET again_until = 0
		WHERE order_id = $1 AND mer_id = $2 AND attempts = $3`, d.OrderID, d.MerID, d.Attempts)
	return err
}

// classOfAttempt selects what is on record of a call.
const classOfAttempt = `SELECT class FROM attempts WHERE order_id = $1 AND mer_id = $2 AND n = $3`

// endedBefore returns nil when an earlier run of endAgain was committed, or an earlier call
// of it that was given up before its answer came.
func endedBefore(t *tx, d Notification, a Attempt) error {
	class, err := one(t, scanText, classOfAttempt, d.OrderID, d.MerID, d.Attempts)
	if err == nil && class != a.Class || isNotFound(err) {
		return ErrFenced
	}
	return err
}
