//go:build simulation

package simulation

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// tables are those of the model of PostgreSQL: one connection to a database of SQLite
// in memory. Making them, and preparing statements, takes longer than the payments of
// a world, so that one world after another plays on the same, emptied in between.
type tables struct {
	inner    connection
	prepared map[string]statement // by PostgreSQL's text; texts are few and come again
	wipe     []string
}

// connection is what one to SQLite can do.
type connection interface {
	driver.Conn
	driver.ExecerContext
	driver.QueryerContext
	Deserialize([]byte) error
}

// statement is a prepared one.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// spare are the tables that no world plays on.
var spare struct {
	sync.Mutex
	list []*tables
}

// takeTables returns tables with nothing in them.
func takeTables() *tables {
	spare.Lock()
	defer spare.Unlock()
	last := len(spare.list) - 1
	if last < 0 {
		return newTables()
	}
	t := spare.list[last]
	spare.list = spare.list[:last]
	return t
}

// giveBack empties the tables for another world.
func (t *tables) giveBack() {
	for _, text := range t.wipe {
		_, err := t.exec(text, nil)
		must(err)
	}
	spare.Lock()
	defer spare.Unlock()
	spare.list = append(spare.list, t)
}

// clockText is PostgreSQL's clock, and modelClock what stands for it: the time of the
// world that asks.
const (
	clockText  = `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`
	modelClock = `model_clock`
)

func init() {
	sqlite.MustRegisterScalarFunction(modelClock, 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return time.Now().UnixMilli(), nil
	})
}

// spellings are those of PostgreSQL that SQLite does not know.
var spellings = strings.NewReplacer(
	"FOR UPDATE SKIP LOCKED", "", "FOR UPDATE", "", "FOR SHARE", "", "json_array_elements($1::json)", "json_each($1)",
	clockText, modelClock+"()",
)

// newTables makes the tables of an empty ledger, and notes what they begin with.
func newTables() *tables {
	registered, err := sql.Open("sqlite", "") // the driver that knows the function
	must(err)
	inner, err := registered.Driver().Open(":memory:")
	must(err)
	t := &tables{inner: inner.(connection), prepared: map[string]statement{}}
	image := append([]byte(nil), empty()...)
	image[18], image[19] = 1, 1 // no log beside it
	must(t.inner.Deserialize(image))
	for _, table := range t.texts(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		_, err := t.inner.ExecContext(context.Background(), `CREATE TEMP TABLE first_`+table+` AS SELECT * FROM main.`+table, nil)
		must(err)
		t.wipe = append(t.wipe, `DELETE FROM main.`+table)
		if len(t.texts(`SELECT '' FROM main.`+table+` LIMIT 1`)) > 0 {
			t.wipe = append(t.wipe, `INSERT INTO main.`+table+` SELECT * FROM first_`+table)
		}
	}
	return t
}

// texts asks for a column.
func (t *tables) texts(query string) (list []string) {
	found, err := t.query(query, nil)
	must(err)
	for _, row := range found.rows {
		list = append(list, row[0].(string))
	}
	return list
}

// prepare returns the statement of a text, as pgx does.
func (t *tables) prepare(text string) (statement, error) {
	if s, ok := t.prepared[text]; ok {
		return s, nil
	}
	s, err := t.inner.Prepare(spellings.Replace(text))
	if err != nil {
		return nil, said(err)
	}
	t.prepared[text] = s.(statement)
	return t.prepared[text], nil
}

// exec runs a statement. It takes no time of the world, so that nobody interrupts it.
func (t *tables) exec(text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := t.prepare(text)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(context.Background(), args)
	return result, said(err)
}

// query runs a statement and returns all that it finds.
func (t *tables) query(text string, args []driver.NamedValue) (*answered, error) {
	s, err := t.prepare(text)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(context.Background(), args)
	if err != nil {
		return nil, said(err)
	}
	defer rows.Close()
	list := &answered{columns: rows.Columns()}
	for {
		row := make([]driver.Value, len(list.columns))
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, said(err)
		}
		list.rows = append(list.rows, row)
	}
}

// answered are rows that were found.
type answered struct {
	columns []string
	rows    [][]driver.Value
}

// The methods of driver.Rows.
func (a *answered) Columns() []string { return a.columns }
func (a *answered) Close() error      { return nil }
func (a *answered) Next(row []driver.Value) error {
	if len(a.rows) == 0 {
		return io.EOF
	}
	copy(row, a.rows[0])
	a.rows = a.rows[1:]
	return nil
}

// said is an error as PostgreSQL says it.
func said(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return &pgconn.PgError{Code: "23505", Message: e.Error()}
	}
	return err
}
