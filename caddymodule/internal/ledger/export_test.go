package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// WithPragmas adds to how the SQLite connection that writes is set up.
func WithPragmas(pragmas ...string) Option {
	return func(s *settings) { s.pragmas = append(s.pragmas, pragmas...) }
}

// WithBusyTimeout sets how long SQLite waits for a foreign program.
func WithBusyTimeout(d time.Duration) Option { return func(s *settings) { s.busy = d } }

// Risks is what is warned of.
var Risks = risks

// Text returns what a query of the test's own finds, in a transaction.
func Text(ctx context.Context, l *Ledger, query string) (string, error) {
	return write(ctx, l, func(t *tx) (string, error) { return one(t, scanText, query) })
}

// Exec runs a statement of the test's own in a transaction.
func Exec(ctx context.Context, l *Ledger, text string, args ...any) error {
	_, err := write(ctx, l, func(t *tx) (int64, error) { return t.exec(text, args...) })
	return err
}

// Explain returns how SQLite runs each statement that has to work without looking
// at finished rows.
func Explain(ctx context.Context, l *Ledger) (map[string][]string, error) {
	hosts, args := dueOfHosts(1, []quota{{"a", 1}, {"b", 1}})
	statements := map[string]struct {
		text string
		args []any
	}{
		"due orders":         {dueOrders, []any{1, 1}},
		"held orders":        {holdOrders, []any{`[["a","b"]]`, 1}},
		"hosts":              {dueHosts, []any{1}},
		"due notifications":  {hosts, args},
		"held notifications": {holdNotifications, []any{`[["a","b"]]`, 1}},
		"next order":         {nextOrder, nil},
		"next notification":  {nextNotification, nil},
		"exhausted":          {exhausted, []any{1}},
	}
	plans := map[string][]string{}
	for name, s := range statements {
		plan, err := read(ctx, l, func(t *tx) ([]string, error) {
			return all(t, func(from row) (string, error) {
				var id, parent, unused int
				var detail string
				err := from.Scan(&id, &parent, &unused, &detail)
				return detail, err
			}, "EXPLAIN QUERY PLAN "+s.text, s.args...)
		})
		if err != nil {
			return nil, err
		}
		plans[name] = plan
	}
	return plans, nil
}

// Unconnected returns a ledger on PostgreSQL whose pool has no connection yet, and
// what every method of it does first.
func Unconnected() (l *Ledger, use func() error) {
	p := &postgresStore{}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.db.Store(stdlib.OpenDB(pgx.ConnConfig{}))
	return &Ledger{store: p}, func() error {
		_, err := p.ready()
		return err
	}
}

// Plain is a database without any of the ledger's ways: one transaction for each
// request.
type Plain struct {
	db   *sql.DB
	text string
}

// PlainSQLite and PlainPostgres open the database of a ledger that is closed.
func PlainSQLite(path string) Plain {
	db := openFile(path, writerPragmas(false, time.Minute))
	db.SetMaxOpenConns(1)
	return Plain{db, sqliteWords.Replace(insertOrder)}
}

// PlainPostgres is PlainSQLite for the other store.
func PlainPostgres(dsn string) (Plain, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return Plain{}, err
	}
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns)
	return Plain{db, postgresWords.Replace(insertOrder)}, nil
}

// Begin records a new order in a transaction of its own.
func (p Plain) Begin(ctx context.Context, o Order) error {
	transaction, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := transaction.ExecContext(ctx, p.text, values(o)...); err != nil {
		return errors.Join(err, transaction.Rollback())
	}
	return transaction.Commit()
}

// Close closes the database.
func (p Plain) Close() error { return p.db.Close() }
