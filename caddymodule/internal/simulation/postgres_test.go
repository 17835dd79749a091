//go:build simulation

package simulation

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// model is a model of PostgreSQL that several bridges share. Its tables are SQLite's;
// the transactions that the ledger makes on it, what it retries and how it judges
// errors are those for PostgreSQL. It fails where PostgreSQL can: with conflicts and
// deadlocks, with connections that are lost before and after a commit. Transactions
// that write run one after the other, so that it is stricter than READ COMMITTED: what
// two transactions do to each other inside is for the tests on PostgreSQL itself.
type model struct {
	w      *world
	source string
	turn   chan struct{} // whoever holds it may write
}

func (m *model) enter(w *world, source string) {
	m.w, m.source, m.turn = w, source, make(chan struct{}, 1)
}

// open opens the ledger for a process.
func (m *model) open(p *process) *ledger.Ledger {
	db := sql.OpenDB(connector{m, p})
	db.SetMaxOpenConns(32)
	db.SetMaxIdleConns(32)
	return ledger.OpenModel(db, func(n int) int { return p.chance("pause").IntN(n) })
}

// connector connects a process to the model.
type connector struct {
	m *model
	p *process
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.Driver().Open(c.m.source)
	if err != nil {
		return nil, err
	}
	return &conn{connector: c, inner: inner.(inner3), prepared: map[string]statement{}}, nil
}

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return new(sqlite.Driver) }

// statement is a prepared one.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// prepare returns the statement of a text, as pgx does.
func (c *conn) prepare(text string) (statement, error) {
	text = spell(text)
	if s, ok := c.prepared[text]; ok {
		return s, nil
	}
	s, err := c.inner.Prepare(text)
	if err != nil {
		return nil, said(err)
	}
	c.prepared[text] = s.(statement)
	return c.prepared[text], nil
}

// inner3 is what the connections of SQLite can do.
type inner3 interface {
	driver.Conn
	driver.ExecerContext
	driver.QueryerContext
}

// conn is one connection to the model.
type conn struct {
	connector
	inner    inner3
	prepared map[string]statement // by their text; texts are few and come again
	open     bool                 // in a transaction
	broken   bool
}

// as are the spellings of PostgreSQL that SQLite does not know.
var as = strings.NewReplacer(
	"FOR UPDATE SKIP LOCKED", "", "FOR UPDATE", "", "FOR SHARE", "", "json_array_elements($1::json)", "json_each($1)",
)

const clockText = `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`

func spell(text string) string {
	if strings.Contains(text, clockText) {
		text = strings.ReplaceAll(text, clockText, fmt.Sprint(time.Now().UnixMilli()))
	}
	return as.Replace(text)
}

// said is an error as PostgreSQL says it.
func said(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return &pgconn.PgError{Code: "23505", Message: e.Error()}
	}
	return err
}

func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	return result, said(err)
}

func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	return rows, said(err)
}

func (c *conn) Prepare(text string) (driver.Stmt, error) { return c.inner.Prepare(spell(text)) }

func (c *conn) Begin() (driver.Tx, error) { return c.BeginTx(context.Background(), driver.TxOptions{}) }

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	select {
	case c.m.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if _, err := c.inner.ExecContext(ctx, "BEGIN IMMEDIATE", nil); err != nil {
		<-c.m.turn
		return nil, err
	}
	c.open = true
	return c, nil
}

// Commit implements driver.Tx.
func (c *conn) Commit() error {
	switch what := c.m.w.struck(onCommit, c.p.m.n, c.m.w.since()); what {
	case "conflict":
		return errors.Join(c.end("ROLLBACK"), &pgconn.PgError{Code: "40001"})
	case "deadlock":
		return errors.Join(c.end("ROLLBACK"), &pgconn.PgError{Code: "40P01"})
	case "connection lost before commit":
		c.broken = true
		return errors.Join(c.end("ROLLBACK"), io.ErrUnexpectedEOF)
	case "connection lost after commit":
		c.broken = true
		return errors.Join(c.end("COMMIT"), io.ErrUnexpectedEOF)
	case "server shuts down":
		c.broken = true
		return errors.Join(c.end("ROLLBACK"), &pgconn.PgError{Code: "57P01"})
	}
	return c.end("COMMIT")
}

// Rollback implements driver.Tx.
func (c *conn) Rollback() error { return c.end("ROLLBACK") }

func (c *conn) end(how string) error {
	_, err := c.inner.ExecContext(context.Background(), how, nil)
	if c.open {
		c.open = false
		<-c.m.turn
	}
	return err
}

// Close implements driver.Conn.
func (c *conn) Close() error {
	if c.open {
		_ = c.end("ROLLBACK")
	}
	for _, s := range c.prepared {
		_ = s.Close()
	}
	return c.inner.Close()
}

// IsValid implements driver.Validator: a connection that was lost is not used again.
func (c *conn) IsValid() bool { return !c.broken }

var (
	_ driver.ConnBeginTx    = (*conn)(nil)
	_ driver.ExecerContext  = (*conn)(nil)
	_ driver.QueryerContext = (*conn)(nil)
	_ driver.Validator      = (*conn)(nil)
)
