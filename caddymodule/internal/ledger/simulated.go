//go:build simulation

package ledger

import (
	"context"
	"database/sql"
)

// Transaction stands between the methods of a ledger and its database, in a
// simulation: it runs a transaction or refuses it, takes its time before and after,
// and may keep the outcome to itself. Its error is what the database would have
// said.
type Transaction func(ctx context.Context, run func(context.Context) (any, error)) (any, error)

// Simulate puts transactions between l and its database. It is called before l is
// used.
func Simulate(l *Ledger, writes, reads Transaction) {
	l.store = &simulatedStore{store: l.store, writes: writes, reads: reads}
}

// simulatedStore is a store behind transactions of a simulation.
type simulatedStore struct {
	store
	writes, reads Transaction
}

func (s *simulatedStore) write(ctx context.Context, do func(*tx) (any, error)) (any, error) {
	return s.writes(ctx, func(ctx context.Context) (any, error) { return s.store.write(ctx, do) })
}

func (s *simulatedStore) read(ctx context.Context, do func(*tx) (any, error)) (any, error) {
	return s.reads(ctx, func(ctx context.Context) (any, error) { return s.store.read(ctx, do) })
}

// writeLocked runs the statements one by one: a model has no wire to send them over at
// once.
func (s *simulatedStore) writeLocked(ctx context.Context, lock, change statement) (changed int64, err error) {
	value, err := s.write(ctx, func(t *tx) (any, error) {
		if _, err := all(t, scanCount, lock.text, lock.args...); err != nil {
			return nil, err
		}
		return t.exec(change.text, change.args...)
	})
	if err != nil {
		return 0, err
	}
	return value.(int64), nil //nolint:forcetypeassert // it is what exec returns
}

// DatabaseError makes of err what a database says that does not do its work.
func DatabaseError(err error) error { return fromDriver(err) }

// OpenModel opens a ledger that speaks to db as it speaks to PostgreSQL: with the
// same transactions, retries and judgement of errors. db is a model of PostgreSQL with
// the tables in it. pause draws how long a transaction waits before it is tried again,
// below n milliseconds.
func OpenModel(db *sql.DB, pause func(n int) int, options ...Option) *Ledger {
	set := settingsOf(options)
	p := &postgresStore{log: set.log, observer: set.observer, attempt: set.attempt, pause: pause}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.db.Store(db)
	return newLedger(p, set)
}

// MigrateModel makes the tables of a ledger in a model of PostgreSQL.
func MigrateModel(ctx context.Context, db *sql.DB) error { return migrateSQLite(ctx, db) }
