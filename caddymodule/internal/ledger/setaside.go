package ledger

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"
)

// asideFor is how long a claim does not meet again what it could not read.
const asideFor = time.Hour

// maxAside bounds what one check of what is set aside reads.
const maxAside = 1000

// pushes are the statements by which claims do not meet a row before a time. The
// claim number stays: it may be what is damaged.
var pushes = map[RowKind]string{
	OrderRow:        `UPDATE orders SET next = $3 WHERE order_id = $1 AND mer_id = $2 AND next > 0`,
	NotificationRow: `UPDATE notifications SET ready = $3 WHERE order_id = $1 AND mer_id = $2 AND state = 'waiting'`,
}

// recalls make due what a push has put off, unless somebody has done so already.
var recalls = map[RowKind]string{
	OrderRow:        pushes[OrderRow] + ` AND next = $4`,
	NotificationRow: pushes[NotificationRow] + ` AND ready = $4`,
}

// setAside puts rows of orders and notifications that cannot be read out of the way
// of claims.
func setAside(t *tx, rows []UnreadableError, now millis) error {
	until := now + millis(asideFor.Milliseconds())
	for i := range rows {
		r := &rows[i]
		n, err := t.exec(`INSERT INTO set_aside (kind, order_id, mer_id, at, cause, until)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, string(r.Kind), r.OrderID, r.MerID, now, r.Cause, until)
		if err == nil && n == 0 {
			r.known = !t.again
			_, err = t.exec(`UPDATE set_aside SET cause = $4, until = $5 WHERE kind = $1 AND order_id = $2 AND mer_id = $3`,
				string(r.Kind), r.OrderID, r.MerID, r.Cause, until)
		}
		if err == nil {
			_, err = t.exec(pushes[r.Kind], r.OrderID, r.MerID, until)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tellAside logs what was set aside, once.
func (l *Ledger) tellAside(rows []UnreadableError) {
	for i := range rows {
		if r := &rows[i]; !r.known {
			l.log.Error("row set aside: it cannot be read, nothing is done for it until somebody has mended it", r.fields()...)
		}
	}
}

// meet takes care of rows that cannot be read and that something else than a claim
// has met: a list, or a merchant's request. Orders and notifications are set aside,
// so that an alarm names them; the others are named in the log. One row is taken
// care of once in a while, however often it is met.
func (l *Ledger) meet(ctx context.Context, rows []UnreadableError) {
	now := l.now()
	var aside []UnreadableError
	for i := range rows {
		switch r := &rows[i]; {
		case r.Kind == "" || !l.met.Allow(r.Name(), now):
		case pushes[r.Kind] != "":
			aside = append(aside, *r)
		default:
			l.log.Error("row cannot be read and is left out", r.fields()...)
		}
	}
	if len(aside) == 0 {
		return
	}
	_, err := through(ctx, l.store.write, func(t *tx) (none, error) { return none{}, setAside(t, aside, toMillis(now)) })
	if err == nil { // or else the next one who meets them
		l.tellAside(aside)
	}
}

// How often one row is taken care of by those who meet it, and how many are
// remembered for that.
const (
	meetEvery = time.Hour
	maxMet    = 10_000
)

// meetError is meet for the row that an error is about, if it is about one.
func (l *Ledger) meetError(ctx context.Context, err error) {
	var damaged *UnreadableError
	if errors.As(err, &damaged) {
		l.meet(ctx, []UnreadableError{*damaged})
	}
}

// AsideRow is a row that is set aside because it cannot be read.
type AsideRow struct {
	Key
	Kind  RowKind // OrderRow or NotificationRow
	Cause string  // the column, and what is wrong with it
	until any     // when claims meet it again; of any type, since nobody else may stop at it
}

const asideRows = `SELECT kind, order_id, mer_id, cause, until FROM set_aside ORDER BY at, order_id, mer_id, kind LIMIT $1`

func scanAside(from row) (AsideRow, error) {
	var a AsideRow
	err := from.Scan(&a.Kind, &a.OrderID, &a.MerID, &a.Cause, &a.until)
	return a, err
}

// SetAside lists up to limit rows that cannot be read, those first that were set
// aside first.
func (l *Ledger) SetAside(ctx context.Context, limit int) ([]AsideRow, error) {
	rows, err := read(ctx, l, func(t *tx) ([]AsideRow, error) { return all(t, scanAside, asideRows, limit) })
	return rows, wrap(err, "listing what is set aside")
}

// Recheck makes due again what was set aside and can be read now: somebody has
// mended it. What is not in the ledger any more is forgotten. It also looks for what
// no claim would ever meet: rows in a state that this program does not know are set
// aside, and open orders without a next step are due at once.
func (l *Ledger) Recheck(ctx context.Context, now time.Time) error {
	lost, err := l.lost(ctx)
	if err == nil {
		err = l.takeUp(ctx, lost, toMillis(now))
	}
	if err == nil {
		err = l.recheck(ctx, now)
	}
	return wrap(err, "looking at what is set aside")
}

// recheck looks at what is set aside.
func (l *Ledger) recheck(ctx context.Context, now time.Time) error {
	mended, err := write(ctx, l, func(t *tx) ([]AsideRow, error) {
		if _, err := mendTimes(t); err != nil {
			return nil, err
		}
		rows, err := all(t, scanAside, asideRows, maxAside)
		if err != nil {
			return nil, err
		}
		var mended []AsideRow
		for _, a := range rows {
			err := a.recheck(t, toMillis(now))
			switch {
			case err == nil:
				mended = append(mended, a)
			case !isUnreadable(err):
				return nil, err
			}
		}
		return mended, nil
	})
	for _, a := range mended {
		l.log.Info("row is not set aside any more", zap.String("kind", string(a.Kind)),
			zap.String("merid", a.MerID), zap.String("orderid", a.OrderID))
		l.met.Forget(a.name())
	}
	return err
}

// name is [UnreadableError.Name] of the row.
func (a AsideRow) name() string { return (&UnreadableError{Kind: a.Kind, Key: a.Key}).Name() }

// deliveryByKey is what a claim reads of a notification.
const deliveryByKey = `SELECT 1 = 0, ` + notificationColumns + `, ` + orderColumns + ` FROM notifications n
	LEFT JOIN orders o ON o.order_id = n.order_id AND o.mer_id = n.mer_id WHERE n.order_id = $1 AND n.mer_id = $2`

// recheck returns an error that isUnreadable for a row that stays set aside.
func (a AsideRow) recheck(t *tx, now millis) error {
	var err error
	if a.Kind == OrderRow {
		_, err = one(t, scanOrder, orderByKey, a.OrderID, a.MerID)
	} else {
		_, err = one(t, scanDue, deliveryByKey, a.OrderID, a.MerID)
	}
	if err != nil && !isNotFound(err) {
		return err
	}
	_, err = t.exec(`DELETE FROM set_aside WHERE kind = $1 AND order_id = $2 AND mer_id = $3`, string(a.Kind), a.OrderID, a.MerID)
	if err == nil {
		_, err = t.exec(recalls[a.Kind], a.OrderID, a.MerID, now, a.until)
	}
	return err
}

// mendings make due at once what claims would never meet, because the column that
// they go by holds no time. SQLite lets anything stand there, and text comes behind
// every number. No clock says 1973. The first condition of the orders is what their index
// is made of: SQLite does not conclude it from the second, and would read all of them.
var mendings = []string{
	`UPDATE orders SET next = 100000000000 WHERE next > 0 AND next > 9000000000000000`,
	`UPDATE notifications SET ready = 100000000000 WHERE state = 'waiting' AND ready + 0 < 100000000000`,
}

// mendTimes reports whether there was anything to mend.
func mendTimes(t *tx) (mended bool, err error) {
	for _, text := range mendings {
		n, err := t.exec(text)
		if err != nil {
			return false, err
		}
		mended = mended || n > 0
	}
	return mended, nil
}
