package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
)

// tx is one transaction as the methods of the ledger see it.
type tx struct {
	ctx     context.Context
	runner  runner
	dialect *dialect
	// again is set when an earlier run of the same function may have been
	// committed although its answer was lost.
	again bool
}

// statement is one of those that are known before any of them has run.
type statement struct {
	text string
	args []any
}

// runner runs statements in a transaction.
type runner interface {
	exec(ctx context.Context, text string, args []any) (sql.Result, error)
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
}

// dialect is what the two databases say differently.
type dialect struct {
	alone       bool             // transactions run one after the other, so that none needs a lock
	numberTaken func(error) bool // recognises a violated unique index
	now         string           // the database's clock in Unix milliseconds; empty when it is the bridge's own
}

// Statements carry words in braces for what the two databases spell differently.
var (
	sqliteSpelling = strings.NewReplacer(
		"{lock}", "",
		"{held}", "$4 IS NOT NULL",
		"{share}", "",
		"{skip locked}", "",
		"{elements}", "json_each($1)",
		"{unindexed}", "+", // before a column: goes by another index
	)
	postgresSpelling = strings.NewReplacer(
		"{lock}", "FOR UPDATE",
		"{held}", "EXISTS (SELECT 1 FROM side_locks WHERE slot = $4)",
		"{share}", "FOR SHARE",
		"{skip locked}", "FOR UPDATE SKIP LOCKED",
		"{elements}", "json_array_elements($1::json)",
		"{unindexed}", "", // decides by itself, from statistics
	)
)

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(text string, args ...any) (int64, error) {
	result, err := t.runner.exec(t.ctx, text, storableArgs(args))
	if err != nil {
		if t.dialect.numberTaken(err) {
			return 0, ErrNumberTaken
		}
		return 0, fromDriver(err)
	}
	n, err := result.RowsAffected()
	return n, fromDriver(err)
}

// row is what a scan function reads from.
type row interface{ Scan(...any) error }

// all runs a query and scans every row. One that cannot be read makes it fail.
func all[T any](t *tx, scan func(row) (T, error), text string, args ...any) ([]T, error) {
	list, damaged, err := readable(t, scan, text, args...)
	if err == nil && len(damaged) > 0 {
		return nil, fromDriver(&damaged[0])
	}
	return list, err
}

// readable runs a query and scans every row that can be read. The others come
// back by name. A scan function returns with its error what it has read until then.
func readable[T any](
	t *tx, scan func(row) (T, error), text string, args ...any,
) (list []T, damaged []UnreadableError, err error) {
	rows, err := t.runner.query(t.ctx, text, storableArgs(args))
	if err != nil {
		return nil, nil, fromDriver(err)
	}
	defer rows.Close()
	for rows.Next() {
		item, err := scan(rows)
		switch {
		case err == nil:
			list = append(list, item)
		case rows.Err() != nil || t.ctx.Err() != nil:
			return nil, nil, fromDriver(err)
		default:
			damaged = append(damaged, unreadableOf(item, err))
		}
	}
	return list, damaged, fromDriver(rows.Err())
}

// one runs a query and scans its only row; without one it returns ErrNotFound.
func one[T any](t *tx, scan func(row) (T, error), text string, args ...any) (T, error) {
	list, err := all(t, scan, text, args...)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return list[0], nil
}

// millis is a time as it is stored: Unix milliseconds, 0 for the zero time.
type millis int64

func toMillis(t time.Time) millis {
	if t.IsZero() {
		return 0
	}
	return millis(t.UnixMilli())
}

func (m millis) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// isNotFound reports whether err says that there is no such row.
func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
