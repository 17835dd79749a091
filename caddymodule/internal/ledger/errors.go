package ledger

import (
	"context"
	"errors"
	"fmt"
)

// What callers branch on. Errors of this package wrap one of them where it
// applies.
var (
	// ErrNotFound says that the ledger has no such order or notification.
	ErrNotFound = errors.New("not in the ledger")

	// ErrNotPaid says that an order is not paid, or not any more, or that it is over for its
	// merchant, which was told so: see [Order.Notify].
	ErrNotPaid = errors.New("the order is not paid, or its merchant was told that it is over")

	// ErrBeingCalled says that a merchant may be being called about the order already.
	ErrBeingCalled = errors.New("the merchant is being called about this order")

	// ErrNumberTaken says that a number which must be unique (query number, v2
	// order number, refund number) belongs to another order.
	ErrNumberTaken = errors.New("number belongs to another order")

	// ErrInvalidNumber says that no order can have such a number: it is empty, or longer
	// than every wire format.
	ErrInvalidNumber = errors.New("not a number of an order")

	// ErrFenced says that the work is no longer the caller's: its lease ended and
	// another took over, or the order has moved on. Nothing was written.
	ErrFenced = errors.New("another has taken over")

	// ErrDealtWith says that somebody has dealt with the matter by other means. Nothing was
	// written.
	ErrDealtWith = errors.New("somebody has dealt with it")

	// ErrUnavailable says that the ledger cannot be read or written right now.
	// Whether a write that failed so has happened is unknown. It heals by itself.
	ErrUnavailable = errors.New("ledger unavailable")

	// ErrClosed says that the ledger was closed. It comes wrapped together with
	// ErrUnavailable.
	ErrClosed = errors.New("ledger closed")

	// ErrUnreadable says that a row of the ledger is damaged. It comes wrapped
	// together with ErrUnavailable, and the error names the row.
	ErrUnreadable = errors.New("damaged row in the ledger")

	// ErrDamagedFile says that the file of a ledger on SQLite is damaged. From a ledger
	// that is open it comes wrapped together with ErrUnavailable, and does not heal.
	ErrDamagedFile = errors.New("the ledger's file is damaged: stop the bridge, keep a copy of the file, and restore the newest backup")

	// ErrUsed says that something was used that could be used once.
	ErrUsed = errors.New("used already")

	// ErrUnsupported says that this kind of ledger cannot do that.
	ErrUnsupported = errors.New("not possible with this kind of ledger")

	// ErrWrongFile says that the file is not a ledger.
	ErrWrongFile = errors.New("not a ledger")

	// ErrCommitsMissing says that a ledger's file lacks what was committed to it last.
	ErrCommitsMissing = errors.New("the ledger's last commits are missing")

	// ErrStrayLog says that the log beside a ledger's file is none of its own.
	ErrStrayLog = errors.New("a log that is not the ledger's")

	// ErrLocked says that another process holds the ledger's file.
	ErrLocked = errors.New("ledger is in use")

	// ErrNewerSchema says that a newer version of the bridge has written the
	// ledger.
	ErrNewerSchema = errors.New("ledger is newer than this program")
)

// driverError marks what came from the database, in contrast to what a function
// of a transaction decided itself.
type driverError struct{ cause error }

func (e *driverError) Error() string { return e.cause.Error() }
func (e *driverError) Unwrap() error { return e.cause }

func fromDriver(err error) error {
	if err == nil {
		return nil
	}
	return &driverError{nameDamage(err)}
}

// verdictOf turns what a store brought back into the error that callers see:
// decisions of the methods stay as they are, the caller's own hanging up too,
// everything else means that the ledger is unavailable.
func verdictOf(ctx context.Context, err error) error {
	var driver *driverError
	switch {
	case err == nil, errors.Is(err, ErrUnavailable):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("waiting for the ledger: %w", context.Cause(ctx))
	case errors.As(err, &driver), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}
