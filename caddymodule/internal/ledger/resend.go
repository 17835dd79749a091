package ledger

import (
	"context"
	"time"
)

// Resend makes an exhausted or paused notification due again at due, or one that
// ended as AlreadyCredited, and records the change. Its attempts go on counting. While its
// merchant is paused it is parked again when it comes up. It returns [ErrNotFound] when
// there is no such notification in one of these states: what was delivered, waits or is
// withheld is not sent by hand.
func (l *Ledger) Resend(ctx context.Context, k Key, due time.Time, c Change) error {
	return l.resend(ctx, k, due, c, false)
}

// ResendOpen is Resend for a notification that nobody named: it returns [ErrDealtWith] when
// somebody has dealt with it, however short a time ago. The merchant's program might credit
// the payment once more.
func (l *Ledger) ResendOpen(ctx context.Context, k Key, due time.Time, c Change) error {
	return l.resend(ctx, k, due, c, true)
}

func (l *Ledger) resend(ctx context.Context, k Key, due time.Time, c Change, open bool) error {
	made, err := l.change(k, "resend", c)
	if err == nil {
		_, err = write(ctx, l, func(t *tx) (none, error) { return none{}, resend(t, k, due, made, open) })
	}
	return wrap(err, "sending notification again")
}

func resend(t *tx, k Key, due time.Time, c change, open bool) error {
	if made, err := isMade(t, c); made || err != nil {
		return err
	}
	was, err := one(t, scanText, `SELECT state FROM notifications
		WHERE order_id = $1 AND mer_id = $2 AND state IN ('exhausted', 'already_credited', 'paused') {lock}`, k.OrderID, k.MerID)
	if err == nil && open {
		err = notDealtSince(t, k, NotificationMatter, nil)
	}
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE notifications SET state = 'waiting', due = $3, ready = $3
		WHERE order_id = $1 AND mer_id = $2`, k.OrderID, k.MerID, toMillis(due))
	if err == nil {
		err = reopen(t, k, NotificationMatter)
	}
	if err != nil {
		return err
	}
	return addChange(t, c.from(was, string(Waiting)))
}
