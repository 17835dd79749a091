package ledger

import (
	"errors"
	"fmt"
	"regexp"
)

// UnreadableError says which row cannot be read and why, without what stands in
// it. It wraps [ErrUnreadable].
type UnreadableError struct {
	Key
	Cause string // the column, and what is wrong with it
	known bool   // it is set aside already
}

// Error implements error.
func (u *UnreadableError) Error() string {
	if u.OrderID == "" {
		return "row cannot be read: " + u.Cause
	}
	return fmt.Sprintf("row of order %s of merchant %s cannot be read: %s", u.OrderID, u.MerID, u.Cause)
}

// Unwrap returns [ErrUnreadable].
func (u *UnreadableError) Unwrap() error { return ErrUnreadable }

// isUnreadable reports whether err says that a row cannot be read.
func isUnreadable(err error) bool { return errors.Is(err, ErrUnreadable) }

// damage says what is wrong with a column, without what stands in it.
type damage string

func (d damage) Error() string { return string(d) }

// scanFault finds the column in an error of [sql.Rows.Scan], which also tells what
// stands in it.
var scanFault = regexp.MustCompile(`^sql: Scan error on column index \d+, name "([\w.]+)": (converting NULL)?`)

// unreadableOf is what a scan function that failed with err has read so far.
func unreadableOf(item any, err error) UnreadableError {
	u := UnreadableError{Cause: "a column is not of its type"}
	if keyed, ok := item.(interface{ key() Key }); ok {
		u.Key = keyed.key()
	}
	var own damage
	parts := scanFault.FindStringSubmatch(err.Error())
	switch {
	case errors.As(err, &own):
		u.Cause = string(own)
	case parts != nil && parts[2] != "":
		u.Cause = parts[1] + ": missing"
	case parts != nil:
		u.Cause = parts[1] + ": not of its type"
	}
	return u
}

func (k Key) key() Key { return k }
