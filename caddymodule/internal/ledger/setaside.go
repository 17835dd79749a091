package ledger

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// asideFor is how long a claim does not meet again what it could not read.
const asideFor = time.Hour

// maxAside bounds what one check of what is set aside reads.
const maxAside = 1000

// The kinds of rows that are set aside.
const (
	orderRows        = "order"
	notificationRows = "notification"
)

// pushes are the statements by which claims do not meet a row before a time. The
// claim number stays: it may be what is damaged.
var pushes = map[string]string{
	orderRows:        `UPDATE orders SET next = $3 WHERE order_id = $1 AND mer_id = $2 AND next > 0`,
	notificationRows: `UPDATE notifications SET ready = $3 WHERE order_id = $1 AND mer_id = $2 AND state = 'waiting'`,
}

// recalls make due what a push has put off, unless somebody has done so already.
var recalls = map[string]string{
	orderRows:        pushes[orderRows] + ` AND next = $4`,
	notificationRows: pushes[notificationRows] + ` AND ready = $4`,
}

// setAside puts rows that cannot be read out of the way of claims.
func setAside(t *tx, kind string, rows []UnreadableError, now millis) error {
	until := now + millis(asideFor.Milliseconds())
	for i := range rows {
		r := &rows[i]
		n, err := t.exec(`INSERT INTO set_aside (kind, order_id, mer_id, at, cause, until)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, kind, r.OrderID, r.MerID, now, r.Cause, until)
		if err == nil && n == 0 {
			r.known = !t.again
			_, err = t.exec(`UPDATE set_aside SET cause = $4, until = $5 WHERE kind = $1 AND order_id = $2 AND mer_id = $3`,
				kind, r.OrderID, r.MerID, r.Cause, until)
		}
		if err == nil {
			_, err = t.exec(pushes[kind], r.OrderID, r.MerID, until)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tellAside logs what was set aside, once.
func (l *Ledger) tellAside(kind string, rows []UnreadableError) {
	for i := range rows {
		if r := &rows[i]; !r.known {
			l.log.Error("row set aside: it cannot be read, nothing is done for it until somebody has mended it", r.fields(kind)...)
		}
	}
}

// tellLeftOut logs what a list leaves out.
func (l *Ledger) tellLeftOut(kind string, rows []UnreadableError) {
	for i := range rows {
		l.log.Warn("row left out of a list: it cannot be read", rows[i].fields(kind)...)
	}
}

func (u *UnreadableError) fields(kind string) []zap.Field {
	return []zap.Field{
		zap.String("kind", kind), zap.String("merid", u.MerID), zap.String("orderid", u.OrderID), zap.String("cause", u.Cause),
	}
}

// AsideRow is a row that is set aside because it cannot be read.
type AsideRow struct {
	Key
	Kind  string // "order" or "notification"
	Cause string // the column, and what is wrong with it
	until millis
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
// mended it. What is not in the ledger any more is forgotten.
func (l *Ledger) Recheck(ctx context.Context, now time.Time) error {
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
		l.log.Info("row is not set aside any more", zap.String("kind", a.Kind),
			zap.String("merid", a.MerID), zap.String("orderid", a.OrderID))
	}
	return wrap(err, "looking at what is set aside")
}

// deliveryByKey is what a claim reads of a notification.
const deliveryByKey = `SELECT 1 = 0, ` + notificationColumns + `, ` + orderColumns + ` FROM notifications n
	LEFT JOIN orders o ON o.order_id = n.order_id AND o.mer_id = n.mer_id WHERE n.order_id = $1 AND n.mer_id = $2`

// recheck returns an error that isUnreadable for a row that stays set aside.
func (a AsideRow) recheck(t *tx, now millis) error {
	var err error
	if a.Kind == orderRows {
		_, err = one(t, scanOrder, orderByKey, a.OrderID, a.MerID)
	} else {
		_, err = one(t, scanDue, deliveryByKey, a.OrderID, a.MerID)
	}
	if err != nil && !isNotFound(err) {
		return err
	}
	_, err = t.exec(`DELETE FROM set_aside WHERE kind = $1 AND order_id = $2 AND mer_id = $3`, a.Kind, a.OrderID, a.MerID)
	if err == nil {
		_, err = t.exec(recalls[a.Kind], a.OrderID, a.MerID, now, a.until)
	}
	return err
}

// mendings make due at once what claims would never meet, because the column that
// they go by holds no time. SQLite lets anything stand there, and text comes behind
// every number. No clock says 1973.
var mendings = []string{
	`UPDATE orders SET next = 100000000000 WHERE next > 9000000000000000`,
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
