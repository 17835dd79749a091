package ledger

import (
	"context"
	"errors"
	"slices"
)

// Matter is a kind of thing that stays on the list of what is to be done until a
// person has dealt with it.
type Matter string

// The matters that orders bring. Messages in quarantine are dealt with one by one,
// see [Ledger.DealWithQuarantined].
const (
	RefundMatter       Matter = "refund"       // a refund that failed
	NotificationMatter Matter = "notification" // a notification that is exhausted
)

// Dealt is somebody's word that a matter is dealt with.
type Dealt struct {
	Matter Matter
	Change // Key, At, Who and Why
}

// standsOpen selects, for each matter, the order if the matter is open there.
var standsOpen = map[Matter]string{
	RefundMatter: `SELECT order_id FROM orders
		WHERE order_id = $1 AND mer_id = $2 AND ` + inStates(matterStates) + ` {lock}`,
	NotificationMatter: `SELECT order_id FROM notifications
		WHERE order_id = $1 AND mer_id = $2 AND state = '` + string(Exhausted) + `' {lock}`,
}

// endsTrying is what makes a matter that is dealt with one that nobody tries again but
// a person. Whoever is about to try it by a claim holds none any more.
var endsTrying = map[Matter]string{
	RefundMatter: `UPDATE orders SET next = 0, claim = claim + 1 WHERE order_id = $1 AND mer_id = $2`,
}

// DealWith records that somebody has dealt with a matter of an order by other
// means, and how, so that nobody is reminded of it any more and the bridge does no more
// about it by itself: what somebody has given back, or keeps with the payer's consent, is
// not to be refunded by the next try. It is open again when
// the refund or notification is tried again and fails. DealWith returns
// [ErrNotFound] when the order has no such matter, or it is dealt with already.
func (l *Ledger) DealWith(ctx context.Context, k Key, m Matter, c Change) error {
	text, known := standsOpen[m]
	if !known {
		return errors.New("dealing with a matter: it is neither refund nor notification")
	}
	made, err := l.change(k, "deal with "+string(m), c)
	if err == nil {
		_, err = write(ctx, l, func(t *tx) (none, error) { return none{}, dealWith(t, text, m, made) })
	}
	return wrap(err, "dealing with a "+string(m))
}

func dealWith(t *tx, open string, m Matter, c change) error {
	if made, err := isMade(t, c); made || err != nil {
		return err
	}
	if _, err := one(t, scanText, open, c.OrderID, c.MerID); err != nil {
		return err
	}
	n, err := t.exec(`INSERT INTO dealt (kind, order_id, mer_id, at, who, why) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, string(m), c.OrderID, c.MerID, toMillis(c.At), printable(c.Who, maxNumber), printable(c.Why, maxDetail))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if end := endsTrying[m]; err == nil && end != "" {
		_, err = t.exec(end, c.OrderID, c.MerID)
	}
	if err != nil {
		return err
	}
	return addChange(t, c.from("open", "dealt with"))
}

// notDealtWith is the condition of a list that leaves out what is dealt with.
func notDealtWith(l *listing, m Matter) string {
	return `NOT EXISTS (SELECT 1 FROM dealt d WHERE d.kind = ` + l.arg(string(m)) + ` AND d.order_id = l.order_id AND d.mer_id = l.mer_id)`
}

// dealtOfMatter selects what was said of a matter of an order, if it is dealt with.
const dealtOfMatter = `SELECT kind, order_id, mer_id, at, who, why FROM dealt WHERE kind = $1 AND order_id = $2 AND mer_id = $3`

// notDealtSince returns [ErrDealtWith] when a matter is dealt with and that is not among
// what is known. Its order or notification is locked.
func notDealtSince(t *tx, k Key, m Matter, known []Dealt) error {
	now, err := one(t, scanDealt, dealtOfMatter, string(m), k.OrderID, k.MerID)
	switch {
	case isNotFound(err):
		return nil
	case err == nil && !slices.Contains(known, now):
		return ErrDealtWith
	}
	return err
}

// reopen forgets that a matter was dealt with: it is tried again.
func reopen(t *tx, k Key, m Matter) error {
	_, err := t.exec(`DELETE FROM dealt WHERE kind = $1 AND order_id = $2 AND mer_id = $3`, string(m), k.OrderID, k.MerID)
	return err
}

// DealtWith returns what was said of the matters of an order, if they are dealt
// with.
func (l *Ledger) DealtWith(ctx context.Context, k Key) ([]Dealt, error) {
	list, err := read(ctx, l, func(t *tx) ([]Dealt, error) {
		return all(t, scanDealt, `SELECT kind, order_id, mer_id, at, who, why FROM dealt
			WHERE kind IN ('refund', 'notification') AND order_id = $1 AND mer_id = $2 ORDER BY at`, k.OrderID, k.MerID)
	})
	return list, wrap(err, "reading what is dealt with")
}

func scanDealt(from row) (Dealt, error) {
	var d Dealt
	var at millis
	err := from.Scan(&d.Matter, &d.OrderID, &d.MerID, &at, &d.Who, &d.Why)
	d.At = at.time()
	return d, err
}
