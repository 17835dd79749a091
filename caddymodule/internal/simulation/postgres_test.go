//go:build simulation

package simulation

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// model is a model of PostgreSQL that several bridges share. Its tables are SQLite's;
// the transactions that the ledger makes on it, what it retries and how it judges
// errors are those for PostgreSQL. It fails where PostgreSQL can: with conflicts and
// deadlocks, with connections that are lost before and after a commit. Transactions
// run one after the other, so that it is stricter than READ COMMITTED: what two
// transactions do to each other inside is for the tests on PostgreSQL itself.
type model struct {
	w      *world
	tables *tables
	turn   chan struct{} // whoever holds it uses the tables; nobody holds it over time of the world
}

func (m *model) enter(w *world) { m.w, m.turn = w, make(chan struct{}, 1) }

// take takes the turn, unless ctx ends before.
func (m *model) take(ctx context.Context) error {
	select {
	case m.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *model) giveBack() { <-m.turn }

// open opens the ledger for a process.
func (m *model) open(p *process) *ledger.Ledger {
	db := sql.OpenDB(connector{m, p})
	db.SetMaxOpenConns(32)
	db.SetMaxIdleConns(32)
	return ledger.OpenModel(db, func(n int) int { return p.chance("pause").IntN(n) })
}

// look opens the database for the world itself, which nobody disturbs.
func (m *model) look() *sql.DB { return sql.OpenDB(connector{m, nil}) }

// connector connects a process to the model.
type connector struct {
	m *model
	p *process
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) { return &conn{connector: c}, nil }

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return new(sqlite.Driver) }

// conn is one connection to the model.
type conn struct {
	connector
	open   bool // in a transaction, and has the turn
	broken bool
}

// alone runs a statement that has the tables for itself.
func (c *conn) alone(ctx context.Context, run func() error) error {
	if !c.open {
		if err := c.m.take(ctx); err != nil {
			return err
		}
		defer c.m.giveBack()
	}
	return run()
}

func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (result driver.Result, err error) {
	err = c.alone(ctx, func() error { result, err = c.m.tables.exec(text, args); return err })
	return result, err
}

func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.alone(ctx, func() error { rows, err = c.m.tables.query(text, args); return err })
	return rows, err
}

// Prepare implements driver.Conn. Whatever runs on the tables is prepared there.
func (c *conn) Prepare(text string) (driver.Stmt, error) { return preparedText{c, text}, nil }

// preparedText is a statement on a connection to the model.
type preparedText struct {
	conn *conn
	text string
}

// The methods of driver.Stmt.
func (preparedText) Close() error  { return nil }
func (preparedText) NumInput() int { return -1 }
func (s preparedText) Exec(args []driver.Value) (driver.Result, error) {
	return s.conn.ExecContext(context.Background(), s.text, named(args))
}
func (s preparedText) Query(args []driver.Value) (driver.Rows, error) {
	return s.conn.QueryContext(context.Background(), s.text, named(args))
}

func named(args []driver.Value) (list []driver.NamedValue) {
	for i, value := range args {
		list = append(list, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return list
}

func (c *conn) Begin() (driver.Tx, error) { return c.BeginTx(context.Background(), driver.TxOptions{}) }

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if err := c.m.take(ctx); err != nil {
		return nil, err
	}
	if _, err := c.m.tables.exec("BEGIN", nil); err != nil {
		c.m.giveBack()
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
	_, err := c.m.tables.exec(how, nil)
	if c.open {
		c.open = false
		c.m.giveBack()
	}
	return err
}

// Close implements driver.Conn.
func (c *conn) Close() error {
	if c.open {
		return c.end("ROLLBACK")
	}
	return nil
}

// IsValid implements driver.Validator: a connection that was lost is not used again.
func (c *conn) IsValid() bool { return !c.broken }

var (
	_ driver.ConnBeginTx    = (*conn)(nil)
	_ driver.ExecerContext  = (*conn)(nil)
	_ driver.QueryerContext = (*conn)(nil)
	_ driver.Validator      = (*conn)(nil)
)
