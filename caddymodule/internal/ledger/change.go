package ledger

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Change is what an operator did to the ledger: who, what, when and why. It is
// written in the same transaction as what it tells of.
type Change struct {
	Key              // OrderID is empty for what concerns a whole merchant, MerID too for what concerns all
	At     time.Time // the zero time is now
	Who    string    // needed
	What   string    // "resend", "resend again", "settle", "pause", "resume" or "route"
	Why    string    // needed
	Before string    // how things stood
	After  string    // how they stand now

	ID string // of a change that is on record: no two have the same

	// Once, where it is not empty, is a name that nobody else gives: a change that was made
	// under it, and whose caller has not heard so, is not made again.
	Once string
}

// change is a Change on its way into the ledger.
type change struct {
	Change
	id string // makes a repeated write of the same change known
}

// change completes a caller's change with what is done to which order or merchant.
// Where the caller leaves out the states before and after, the method that makes the
// change fills them in.
func (l *Ledger) change(k Key, what string, c Change) (change, error) {
	for _, member := range []struct{ name, value string }{{"Who", c.Who}, {"Why", c.Why}} {
		if strings.TrimSpace(member.value) == "" {
			return change{}, fmt.Errorf("change.%s: missing: whatever an operator changes says who did it and why", member.name)
		}
	}
	c.Key, c.What = k, what
	c.At = toMillis(firstOf(c.At, l.now())).time()
	return change{c, cmp.Or(c.Once, newEventID())}, nil
}

// from returns c with how things stood and stand now, unless the caller has said
// that.
func (c change) from(before, after string) change {
	if c.Before == "" {
		c.Before = before
	}
	if c.After == "" {
		c.After = after
	}
	return c
}

func addChange(t *tx, c change) error {
	_, err := t.exec(`INSERT INTO changes (order_id, mer_id, at, id, who, what, why, was, became)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.OrderID, c.MerID, toMillis(c.At), c.id, printable(c.Who, maxNumber), c.What,
		printable(c.Why, maxDetail), printable(c.Before, maxDetail), printable(c.After, maxDetail))
	return err
}

// isMade reports whether an earlier run of the same function was committed, or what its
// caller names alike, which shows in the change that it left.
func isMade(t *tx, c change) (bool, error) {
	var err error
	switch {
	case c.Once != "":
		_, err = one(t, scanText, changeMadeOnce, c.OrderID, c.MerID, c.id)
	case t.again:
		_, err = one(t, scanText, changeMade, c.OrderID, c.MerID, toMillis(c.At), c.id)
	default:
		return false, nil
	}
	if isNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

const (
	changeMade     = `SELECT id FROM changes WHERE order_id = $1 AND mer_id = $2 AND at = $3 AND id = $4`
	changeMadeOnce = `SELECT id FROM changes WHERE order_id = $1 AND mer_id = $2 AND id = $3`
)

const changeColumns = `SELECT at, id, '', order_id, mer_id, at, id, who, what, why, was, became FROM changes `

// ChangeFilter says which changes to list.
type ChangeFilter struct {
	Key          // those of one order, of everything of one merchant when OrderID is empty, of all when it is zero
	After Cursor // only what comes behind this one
	Limit int    // at most 1000; 0 is 100
}

// Changes lists what operators did, the newest first. For the next page, give
// [List.Next] as ChangeFilter.After.
func (l *Ledger) Changes(ctx context.Context, f ChangeFilter) (List[Change], error) {
	text, args := f.query()
	list, err := listed(ctx, l, scanChange, limitOf(f.Limit), text, args...)
	return list, wrap(err, "listing changes")
}

func (f ChangeFilter) query() (string, []any) {
	args := []any{limitOf(f.Limit) + 1}
	where := []string{`TRUE`}
	arg := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	if f.OrderID != "" {
		where = append(where, `order_id = `+arg(f.OrderID))
	}
	if f.MerID != "" {
		where = append(where, `mer_id = `+arg(f.MerID))
	}
	if !f.After.IsZero() {
		at := arg(f.After.at)
		where = append(where, `at <= `+at, `(at < `+at+` OR id < `+arg(f.After.key.OrderID)+`)`)
	}
	return changeColumns + `WHERE ` + strings.Join(where, ` AND `) + ` ORDER BY at DESC, id DESC LIMIT $1`, args
}

func scanChange(from row) (Change, error) {
	var c Change
	var at millis
	err := from.Scan(&c.OrderID, &c.MerID, &at, &c.ID, &c.Who, &c.What, &c.Why, &c.Before, &c.After)
	c.At = at.time()
	return c, err
}
