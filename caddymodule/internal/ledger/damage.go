package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// nameDamage adds ErrDamagedFile to what SQLite says of a damaged file.
func nameDamage(err error) error {
	var e *sqlite.Error
	const primary = 0xff
	if !errors.As(err, &e) || errors.Is(err, ErrDamagedFile) {
		return err
	}
	switch e.Code() & primary {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamagedFile, err)
	}
	return err
}

// checkWhole looks for damage behind an error of a ledger that cannot be opened: a
// schema that is damaged may lead to any error.
func checkWhole(ctx context.Context, db *sql.DB, err error) error {
	if errors.Is(err, ErrFileGone) {
		return err // there is nothing to look at
	}
	if named := nameDamage(err); errors.Is(named, ErrDamagedFile) {
		return named
	}
	var verdict string
	if checking := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); checking != nil || verdict != "ok" {
		return fmt.Errorf("%w: %w", ErrDamagedFile, err)
	}
	return err
}
