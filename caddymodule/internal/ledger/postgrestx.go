package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// How often a transaction runs at most. A conflict goes away when the others are
// done; a server that drops the connection again and again does not.
const (
	maxConflicts = 20
	maxLost      = 3
)

// attempt is one attempt at a transaction. again tells it that an earlier one may have
// been committed.
type attempt func(ctx context.Context, db *sql.DB, again bool) (any, error)

func (p *postgresStore) write(ctx context.Context, do func(*tx) (any, error)) (any, error) {
	return p.commit(ctx, func(ctx context.Context, db *sql.DB, again bool) (any, error) {
		return p.transact(ctx, db, again, do)
	})
}

// commit makes attempts at a transaction and tells the observer, unless the attempt
// itself refused.
func (p *postgresStore) commit(ctx context.Context, try attempt) (any, error) {
	db, err := p.ready()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	value, err := p.retry(ctx, db, try)
	var driver *driverError
	if err == nil || errors.As(err, &driver) {
		p.observer.Committed(1, time.Since(began), err)
	}
	return value, err
}

// retry makes another attempt after a conflict with another transaction or a lost
// connection.
func (p *postgresStore) retry(ctx context.Context, db *sql.DB, try attempt) (any, error) {
	for conflicts, lost := 0, 0; ; {
		value, err := p.inTime(ctx, db, lost > 0, try)
		switch {
		case isConflict(err) && conflicts < maxConflicts:
			conflicts++
		case isLost(err) && lost < maxLost:
			lost++
		default:
			return value, err
		}
		// Chance keeps those who collided from colliding again.
		pause := time.Duration(1+p.pause(10*(conflicts+lost))) * time.Millisecond
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, fromDriver(err)
		}
	}
}

func (p *postgresStore) inTime(ctx context.Context, db *sql.DB, again bool, try attempt) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, p.attempt)
	defer cancel()
	return try(ctx, db, again)
}

// transact runs do in a transaction, once.
func (p *postgresStore) transact(ctx context.Context, db *sql.DB, again bool, do func(*tx) (any, error)) (any, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fromDriver(err)
	}
	defer conn.Close()
	transaction, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, fromDriver(err)
	}
	value, err := do(&tx{ctx: ctx, runner: postgresRunner{transaction}, dialect: postgresDialect, again: again})
	if err != nil {
		_ = transaction.Rollback()
		if isReadOnly(err) {
			closeConn(conn)
		}
		return nil, err
	}
	return value, fromDriver(transaction.Commit())
}

func (p *postgresStore) read(ctx context.Context, do func(*tx) (any, error)) (any, error) {
	db, err := p.ready()
	if err != nil {
		return nil, err
	}
	for lost := 0; ; lost++ {
		value, err := p.readOnce(ctx, db, do)
		if !isLost(err) || lost == maxLost {
			return value, err
		}
	}
}

func (p *postgresStore) readOnce(ctx context.Context, db *sql.DB, do func(*tx) (any, error)) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, p.attempt)
	defer cancel()
	return do(&tx{ctx: ctx, runner: postgresRunner{db}, dialect: postgresDialect})
}

// postgresQueries is a transaction or the pool.
type postgresQueries interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// postgresRunner leaves preparing statements to pgx, which keeps them for each
// connection.
type postgresRunner struct{ postgresQueries }

func (r postgresRunner) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return r.ExecContext(ctx, postgresText(text), args...)
}

func (r postgresRunner) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return r.QueryContext(ctx, postgresText(text), args...)
}

// postgresTexts keeps the statements in the spelling of PostgreSQL; they are few
// and come again.
var postgresTexts sync.Map

func postgresText(text string) string {
	if known, ok := postgresTexts.Load(text); ok {
		return known.(string)
	}
	spelt := postgresSpelling.Replace(text)
	postgresTexts.Store(text, spelt)
	return spelt
}

func codeOf(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// isConflict reports a serialization failure or a deadlock: nothing was written,
// the same again will do.
func isConflict(err error) bool {
	code := codeOf(err)
	return code == "40001" || code == "40P01"
}

// isLost reports that the connection went away in the middle; a commit may have
// happened. A server that cannot be connected to at all is not meant.
func isLost(err error) bool {
	var driver *driverError
	var dial *pgconn.ConnectError
	switch code := codeOf(err); {
	case !errors.As(err, &driver), errors.As(err, &dial),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case code == "":
		return true
	default:
		return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P")
	}
}

// isReadOnly reports that the server has become a standby: the connection leads
// to the wrong one and is given up.
func isReadOnly(err error) bool { return codeOf(err) == "25006" }
