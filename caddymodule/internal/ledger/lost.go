package ledger

import (
	"context"
	"strings"

	"go.uber.org/zap"
)

const (
	// maxStates bounds the different states that one look goes to.
	maxStates = 1000
	// maxFound bounds what one look finds; the next one finds more.
	maxFound = 1000
)

// stray is where to look for rows in a state that this program does not know, and
// how.
type stray struct {
	kind         RowKind
	states, rows string
}

// strayIn searches a table; condition selects those of its rows that the index has.
func strayIn(table string, kind RowKind, condition string, known []string) stray {
	from := table + ` q WHERE ` + condition
	return stray{
		kind: kind,
		// It goes from state to state along the index, by the database's own order of
		// texts.
		states: `WITH RECURSIVE walk (state, n) AS (
				SELECT (SELECT min(q.state) FROM ` + from + `), 1
				UNION ALL SELECT (SELECT min(q.state) FROM ` + from + ` AND q.state > walk.state), n + 1
				FROM walk WHERE state IS NOT NULL AND n < $1
			) SELECT state FROM walk WHERE state NOT IN (` + quoted(known) + `)`,
		rows: `SELECT q.order_id, q.mer_id FROM ` + from + ` AND q.state = $1 AND NOT EXISTS (SELECT 1 FROM set_aside a
			WHERE a.kind = '` + string(kind) + `' AND a.order_id = q.order_id AND a.mer_id = q.mer_id) LIMIT $2`,
	}
}

// quoted writes texts of this program into a statement.
func quoted(list []string) string { return `'` + strings.Join(list, `', '`) + `'` }

var (
	strayOrders        = strayIn("orders", OrderRow, `TRUE`, texts(allStates))
	strayNotifications = strayIn("notifications", NotificationRow, `q.state <> 'waiting'`, texts(NotificationStates()))

	// Open orders are not many, and each has a next step.
	idleOrders = `SELECT q.order_id, q.mer_id FROM orders q
		WHERE q.state IN (` + quoted(texts(openStates)) + `) AND q.next <= 0 LIMIT $1`
	awaken = `UPDATE orders SET next = $3 WHERE order_id = $1 AND mer_id = $2 AND next <= 0`
)

// find returns the rows that are not set aside yet.
func (s stray) find(t *tx) (found []UnreadableError, err error) {
	states, err := all(t, scanVerbatim, s.states, maxStates)
	for _, state := range states {
		var keys []Key
		if err == nil {
			keys, err = all(t, scanKey, s.rows, state, maxFound-len(found))
		}
		for _, k := range keys {
			found = append(found, UnreadableError{Kind: s.kind, Key: k, Cause: string(unknownState)})
		}
	}
	return found, err
}

// verbatim is a text that is looked for as it stands in the database, be it UTF-8
// or not.
type verbatim string

// scanVerbatim scans a text as verbatim, and what is none as it is.
func scanVerbatim(from row) (any, error) {
	var value any
	err := from.Scan(&value)
	if text, is := value.(string); is {
		value = verbatim(text)
	}
	return value, err
}

// lost is what no claim would ever meet.
type lost struct {
	strays []UnreadableError // in a state that this program does not know
	idle   []Key             // open orders without a next step
}

// lost looks for it where nobody who writes has to wait.
func (l *Ledger) lost(ctx context.Context) (lost, error) {
	return read(ctx, l, func(t *tx) (found lost, err error) {
		for _, s := range []stray{strayOrders, strayNotifications} {
			rows, err := s.find(t)
			if err != nil {
				return found, err
			}
			found.strays = append(found.strays, rows...)
		}
		found.idle, err = all(t, scanKey, idleOrders, maxFound)
		return found, err
	})
}

// takeUp sets strays aside and makes idle orders due.
func (l *Ledger) takeUp(ctx context.Context, found lost, now millis) error {
	if len(found.strays)+len(found.idle) == 0 {
		return nil
	}
	awake, err := write(ctx, l, func(t *tx) (awake []Key, err error) {
		err = setAside(t, found.strays, now)
		for _, k := range found.idle {
			var n int64
			if err == nil {
				n, err = t.exec(awaken, k.OrderID, k.MerID, now)
			}
			if n > 0 {
				awake = append(awake, k)
			}
		}
		return awake, err
	})
	if err != nil {
		return err
	}
	l.tellAside(found.strays)
	for _, k := range awake {
		l.log.Warn("an open order had no next step and is due now; somebody has changed its row",
			zap.String("merid", k.MerID), zap.String("orderid", k.OrderID))
	}
	return nil
}

// strays adds to a list what is set aside because no branch has its state.
func (l *listing) strays(kind RowKind, known []string) {
	l.branch(`(l.order_id, l.mer_id) IN (SELECT a.order_id, a.mer_id FROM set_aside a WHERE a.kind = `+l.arg(string(kind))+`)`,
		`{unindexed}l.state NOT IN (`+quoted(known)+`)`)
}

// unknownState is what is wrong with a row whose state this program does not know.
const unknownState = damage("state: unknown")
