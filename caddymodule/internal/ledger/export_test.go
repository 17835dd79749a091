package ledger

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// WithPragmas adds to how the SQLite connection that writes is set up.
func WithPragmas(pragmas ...string) Option {
	return func(s *settings) { s.pragmas = append(s.pragmas, pragmas...) }
}

// WithBusyTimeout sets how long SQLite waits for a foreign program.
func WithBusyTimeout(d time.Duration) Option { return func(s *settings) { s.busy = d } }

// WithAttempts sets how long one attempt at a transaction on PostgreSQL may take.
func WithAttempts(d time.Duration) Option { return func(s *settings) { s.attempt = d } }

// Risks is what is warned of.
var Risks = risks

// UnfitFileSystem says where a ledger should not be.
var UnfitFileSystem = unfitFileSystem

// CursorOf returns the place behind what has a key and was created at a time.
func CursorOf(k Key, at time.Time) Cursor { return Cursor{toMillis(at), k} }

// ofTest is behind every statement of a test's own.
const ofTest = " -- of a test"

// Text returns what a query of the test's own finds, in a transaction.
func Text(ctx context.Context, l *Ledger, query string) (string, error) {
	return write(ctx, l, func(t *tx) (string, error) { return one(t, scanText, query+ofTest) })
}

// Exec runs a statement of the test's own in a transaction.
func Exec(ctx context.Context, l *Ledger, text string, args ...any) error {
	_, err := write(ctx, l, func(t *tx) (int64, error) { return t.exec(text+ofTest, args...) })
	return err
}

// OldSQLite and OldPostgres make a ledger as the program of an earlier schema
// version did, and open its database.
func OldSQLite(ctx context.Context, path string, version int64) (*sql.DB, error) {
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil || made.Close() != nil {
		return nil, err
	}
	db := openFile(path, anyFile, writerPragmas(true, time.Minute)...)
	return db, migrateTo(ctx, db, goose.DialectSQLite3, version)
}

// OldPostgres is OldSQLite for the other store.
func OldPostgres(ctx context.Context, dsn string, version int64) (*sql.DB, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	return db, migrateTo(ctx, db, goose.DialectPostgres, version)
}

func migrateTo(ctx context.Context, db *sql.DB, dialect database.Dialect, version int64) error {
	provider, err := newProvider(db, dialect, new(bool))
	if err == nil {
		_, err = provider.UpTo(ctx, version)
	}
	return err
}

// Unconnected returns a ledger on PostgreSQL whose pool has no connection yet, and
// what every method of it does first.
func Unconnected() (l *Ledger, use func() error) {
	p := &postgresStore{}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.db.Store(stdlib.OpenDB(pgx.ConnConfig{}))
	return newLedger(p, settingsOf(nil)), func() error {
		_, err := p.ready()
		return err
	}
}

// Panic runs a function of a transaction that writes and then panics.
func Panic(ctx context.Context, l *Ledger) error {
	_, err := write(ctx, l, func(t *tx) (none, error) {
		if _, err := t.exec(`INSERT INTO pulse (id, at) VALUES ('panic', 1)`); err != nil {
			return none{}, err
		}
		panic("130000000000000001")
	})
	return err
}

// Plain is a database without any of the ledger's ways: one transaction for each
// request.
type Plain struct {
	db   *sql.DB
	text string
}

// PlainSQLite and PlainPostgres open the database of a ledger that is closed.
func PlainSQLite(path string) Plain {
	db := openFile(path, anyFile, writerPragmas(false, time.Minute)...)
	db.SetMaxOpenConns(1)
	return Plain{db, sqliteSpelling.Replace(insertOrder)}
}

// PlainPostgres is PlainSQLite for the other store.
func PlainPostgres(dsn string) (Plain, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return Plain{}, err
	}
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns)
	return Plain{db, postgresSpelling.Replace(insertOrder)}, nil
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

// Unprepared is a ledger whose reads spell and prepare each statement anew.
func Unprepared(l *Ledger) *Ledger { return newLedger(unprepared{l.store}, settingsOf(nil)) }

type unprepared struct{ store }

func (u unprepared) read(ctx context.Context, do func(*tx) (any, error)) (any, error) {
	switch s := u.store.(type) {
	case *sqliteStore:
		return do(&tx{ctx: ctx, runner: plainRunner{s.reads, sqliteSpelling.Replace, nil}, dialect: sqliteDialect})
	case *postgresStore:
		db, err := s.ready()
		if err != nil {
			return nil, err
		}
		return do(&tx{ctx: ctx, runner: plainRunner{db, postgresSpelling.Replace, []any{pgx.QueryExecModeDescribeExec}}, dialect: postgresDialect})
	}
	return nil, errors.ErrUnsupported
}

type plainRunner struct {
	*sql.DB
	spell func(string) string
	first []any // arguments that tell the driver how to run the statement
}

func (r plainRunner) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return r.ExecContext(ctx, r.spell(text), append(slices.Clip(r.first), args...)...)
}

func (r plainRunner) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return r.QueryContext(ctx, r.spell(text), append(slices.Clip(r.first), args...)...)
}

// Find runs a query of the test's own outside of a transaction.
func Find(ctx context.Context, l *Ledger, query string, args ...any) (string, error) {
	return read(ctx, l, func(t *tx) (string, error) { return one(t, scanText, query+ofTest, args...) })
}

// MaxStatements bounds the statements that reads of SQLite keep.
const MaxStatements = maxStatements

// KeptStatements counts those that a ledger on SQLite keeps.
func KeptStatements(l *Ledger) int {
	r := l.store.(*sqliteStore).reader
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.kept)
}

// PutAside does what a restore does before the copy takes the ledger's place.
func PutAside(ctx context.Context, path string, now time.Time) (string, error) {
	foldLog(ctx, path)
	done := Restored{Path: path}
	err := done.putAside(now, true)
	return done.Aside, err
}

// SizeCounting is Size with another bound of what is counted.
func SizeCounting(ctx context.Context, l *Ledger, counted int) (Size, error) {
	return l.size(ctx, counted)
}

// CheckpointEvery is after how many commits the log of SQLite is copied.
const CheckpointEvery = checkpointEvery

// OldPrunedAtOnce bounds how many marks are forgotten at once.
const OldPrunedAtOnce = oldPrunedAtOnce

// ReadAtOnce bounds what one read looks at for a purge.
const ReadAtOnce = readAtOnce

// Batch has a writer of its own, on the file of a SQLite ledger, commit functions
// together, in their order, and returns what each came to.
func Batch(l *Ledger, functions ...func(exec func(text string, args ...any) error) error) []error {
	batch := make([]*job, len(functions))
	for i, f := range functions {
		do := guarded(l, func(t *tx) (any, error) {
			return nil, f(func(text string, args ...any) error {
				_, err := t.exec(text, args...)
				return err
			})
		})
		batch[i] = &job{context.Background(), do, make(chan result, 1)}
	}
	db := openFile(l.store.(*sqliteStore).path, anyFile, writerPragmas(false, time.Minute)...)
	defer db.Close()
	w := &writer{db: db, observer: unobserved{}, there: func() error { return nil }, grown: func() {}, marks: &marks{last: time.Now().Add(time.Hour)}}
	defer w.disconnect()
	w.commit(batch)
	errs := make([]error, len(batch))
	for i, j := range batch {
		errs[i] = (<-j.result).err
	}
	return errs
}

// ShouldWait reports whether a commit waits for others.
func ShouldWait(expected, here int, short func() bool) bool {
	g := gathering{expected: new(atomic.Int64), short: short}
	g.expected.Store(int64(expected))
	return g.shouldWait(here)
}

// Connect makes a connection to the file of a ledger on SQLite, as its readers do. When
// the file has been found in its place, and is about to be opened, then happens.
func Connect(ctx context.Context, l *Ledger, then func()) error {
	s := l.store.(*sqliteStore)
	var once sync.Once
	db := openFile(s.path, func() error {
		err := s.there()
		once.Do(then)
		return err
	}, "busy_timeout(5000)", "query_only(1)", "synchronous(full)")
	return errors.Join(db.PingContext(ctx), db.Close())
}

// Held reports whether this process holds the file at path for a ledger.
func Held(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	held.Lock()
	defer held.Unlock()
	for h := range held.files {
		if os.SameFile(info, h.info) {
			return true
		}
	}
	return false
}

// HaveMarkDue has a ledger on SQLite mark the next commit.
func HaveMarkDue(ctx context.Context, l *Ledger) {
	s := l.store.(*sqliteStore)
	_, _ = s.write(ctx, func(*tx) (any, error) { s.marks.last = time.Time{}; return nil, nil })
}

// Mark is the newest mark of a ledger on SQLite.
func Mark(ctx context.Context, l *Ledger) (int64, error) {
	return read(ctx, l, func(t *tx) (int64, error) { return one(t, scanCount, currentMark) })
}

// OwnCheckpoint is from how many pages of the log on the writer copies them by itself.
const OwnCheckpoint = ownCheckpoint

// BesideLongReading has something read from a ledger on SQLite as a backup does.
func BesideLongReading(ctx context.Context, l *Ledger, read func() error) error {
	return l.store.(*sqliteStore).besideLongReading(ctx, read)
}

// CopiesByItself returns from how many pages on the writer of a ledger copies its log.
func CopiesByItself(ctx context.Context, l *Ledger) (pages int, err error) {
	s := l.store.(*sqliteStore)
	_, err = s.write(ctx, func(*tx) (any, error) {
		return nil, s.conn.QueryRowContext(ctx, "PRAGMA wal_autocheckpoint").Scan(&pages)
	})
	return pages, err
}
