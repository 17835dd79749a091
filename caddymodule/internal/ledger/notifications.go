package ledger

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/paybridge/paybridge/translate"
)

const (
	maxHost    = 255 // bytes
	maxCause   = 200 // characters
	maxExcerpt = 200 // characters
)

const notificationColumns = `n.order_id, n.mer_id, o.back_url, n.host, n.state, n.attempts, n.created_at, n.due, n.claim`

const notificationsWithOrder = ` FROM notifications n LEFT JOIN orders o ON o.order_id = n.order_id AND o.mer_id = n.mer_id `

func scanNotification(from row) (Notification, error) {
	var n Notification
	var created, due millis
	err := from.Scan(notificationTargets(&n, &created, &due)...)
	n.CreatedAt, n.Due = created.time(), due.time()
	if err == nil {
		err = sound(n, created, due)
	}
	return n, err
}

// sound says what is wrong with a notification as it was read.
func sound(n Notification, created, due millis) error {
	switch {
	case !slices.Contains(NotificationStates(), n.State):
		return unknownState
	case n.Attempts < 0:
		return damage("attempts: negative")
	case n.Claim < 0:
		return damage("claim: negative")
	case created < 0:
		return damage("created_at: negative")
	case due < 0:
		return damage("due: negative")
	}
	return nil
}

func notificationTargets(n *Notification, created, due *millis) []any {
	return []any{&n.OrderID, &n.MerID, &n.URL, &n.Host, &n.State, &n.Attempts, created, due, &n.Claim}
}

// owe creates the notification of a paid order.
func owe(t *tx, o Order, at time.Time) error {
	host := HostOf(o.BackURL)
	_, err := t.exec(`INSERT INTO notifications (order_id, mer_id, host, state, attempts, created_at, due, ready, claim)
		VALUES ($1, $2, $3, $4, 0, $5, $5, $5, 0) ON CONFLICT DO NOTHING`,
		o.OrderID, o.MerID, host, string(Waiting), toMillis(at))
	if err == nil {
		err = remember(t, o.MerID, o.BackURL)
	}
	return err
}

// HostOf is the host and port of an address, lower case; empty when it has none.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return cut(strings.ToLower(u.Host), maxHost)
}

// Finish records an attempt and what is to become of the notification: Waiting
// with the next due time, or one of the other states. It may be called again when it was
// given up, and returns [ErrFenced] when another has taken over; the attempt is not
// recorded then.
func (l *Ledger) Finish(ctx context.Context, d Notification, a Attempt, to NotificationState, due time.Time) error {
	if to == Waiting && due.IsZero() {
		return errors.New("finishing notification: due: missing: a waiting notification needs its time")
	}
	a.N = d.Attempts + 1
	_, err := write(ctx, l, func(t *tx) (none, error) { return none{}, finish(t, d, a, to, due) })
	return wrap(err, "finishing notification")
}

const insertAttempt = `INSERT INTO attempts (order_id, mer_id, n, at, duration, status, class, cause, excerpt)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// withhold takes the exhausted notification of a payment that was given back off the list
// of what is to be done.
func withhold(t *tx, k Key) error {
	n, err := t.exec(`UPDATE notifications SET state = 'withheld'
		WHERE order_id = $1 AND mer_id = $2 AND state = 'exhausted'`, k.OrderID, k.MerID)
	if err != nil || n == 0 {
		return err
	}
	return reopen(t, k, NotificationMatter)
}

// withholdAll keeps the notification of an order back for good that its merchant has not
// answered. One that it has, with 0000 or P1, says so for ever; [Order.Notify] keeps it from
// being sent again.
func withholdAll(t *tx, k Key) error {
	if err := withhold(t, k); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE notifications SET state = 'withheld', due = 0, ready = 0
		WHERE order_id = $1 AND mer_id = $2 AND state IN ('waiting', 'paused')`, k.OrderID, k.MerID)
	return err
}

// isWithheld reports whether the merchant of an order is never to be told that it is paid,
// and holds the order.
func isWithheld(t *tx, k Key) (bool, error) {
	o, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
	var damaged *UnreadableError
	if isNotFound(err) || errors.As(err, &damaged) {
		return false, nil // nobody knows
	}
	return o.Notify() == translate.NotifyWithhold, err
}

func finish(t *tx, d Notification, a Attempt, to NotificationState, due time.Time) error {
	if to == Exhausted {
		switch withheld, err := isWithheld(t, d.Key); {
		case err != nil:
			return err
		case withheld:
			to = Withheld // while it was told the last time
		}
	}
	n, err := t.exec(`UPDATE notifications SET state = $5, attempts = $6, due = $7, ready = $7
		WHERE order_id = $1 AND mer_id = $2 AND claim = $3 AND attempts = $4 AND state = 'waiting'`,
		d.OrderID, d.MerID, d.Claim, d.Attempts, string(to), a.N, toMillis(due))
	if err != nil {
		return err
	}
	if n == 0 {
		return finishedBefore(t, d, a, to, due)
	}
	_, err = t.exec(insertAttempt,
		d.OrderID, d.MerID, a.N, toMillis(a.At), a.Duration.Milliseconds(), a.Status, a.Class,
		printable(a.Cause, maxCause), printable(a.Excerpt, maxExcerpt))
	return err
}

// finishedBefore returns nil when an earlier run of finish was committed, or an earlier
// call of it that was given up before its answer came. It shows in the attempt, which only
// the holder of the claim can have counted, and in what came of it.
func finishedBefore(t *tx, d Notification, a Attempt, to NotificationState, due time.Time) error {
	stored, err := one(t, scanNotification, notificationByKey, d.OrderID, d.MerID)
	if err != nil {
		return err
	}
	if stored.Claim == d.Claim && stored.Attempts == a.N && (t.again || stored.State == to && toMillis(stored.Due) == toMillis(due)) {
		return nil
	}
	return ErrFenced
}

// Release gives back a claimed notification that was not sent. It is due again
// when it was due before. It returns [ErrFenced] when another has taken over.
func (l *Ledger) Release(ctx context.Context, d Notification) error {
	_, err := write(ctx, l, func(t *tx) (none, error) {
		n, err := t.exec(`UPDATE notifications SET ready = due
			WHERE order_id = $1 AND mer_id = $2 AND claim = $3 AND attempts = $4 AND state = 'waiting'`,
			d.OrderID, d.MerID, d.Claim, d.Attempts)
		if err == nil && n == 0 {
			err = ErrFenced
		}
		return none{}, err
	})
	return wrap(err, "releasing notification")
}

const notificationByKey = `SELECT ` + notificationColumns + notificationsWithOrder +
	`WHERE n.order_id = $1 AND n.mer_id = $2`

// Notification returns the notification of an order, or [ErrNotFound].
func (l *Ledger) Notification(ctx context.Context, k Key) (Notification, error) {
	n, err := read(ctx, l, func(t *tx) (Notification, error) {
		return one(t, scanNotification, notificationByKey, k.OrderID, k.MerID)
	})
	return n, wrap(err, "reading notification")
}

// attemptsOfOrder has for its spot the number of the attempt.
const attemptsOfOrder = `SELECT at, CAST(n AS TEXT), '', order_id, mer_id, n, at, duration, status, class, cause, excerpt
	FROM attempts WHERE order_id = $1 AND mer_id = $2 ORDER BY attempts.n`

// Attempts returns the calls made for an order, oldest first; an empty list when
// there were none.
func (l *Ledger) Attempts(ctx context.Context, k Key) (List[Attempt], error) {
	list, err := listed(ctx, l, scanAttempt, noLimit, attemptsOfOrder, k.OrderID, k.MerID)
	attempts := List[Attempt]{Unreadable: list.Unreadable}
	for _, a := range list.Items {
		attempts.Items = append(attempts.Items, a.Attempt)
	}
	return attempts, wrap(err, "reading attempts")
}

// keyedAttempt is an attempt with its order.
type keyedAttempt struct {
	Key
	Attempt
}

func scanAttempt(from row) (keyedAttempt, error) {
	var a keyedAttempt
	var at millis
	var duration int64
	err := from.Scan(&a.OrderID, &a.MerID, &a.N, &at, &duration, &a.Status, &a.Class, &a.Cause, &a.Excerpt)
	a.At, a.Duration = at.time(), time.Duration(duration)*time.Millisecond
	return a, err
}
