//go:build simulation

package simulation

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// database is the one that the ledger of a world is in.
type database struct {
	path  string  // of the file on SQLite
	model *model  // of PostgreSQL, nil on SQLite
	seen  *sql.DB // what the world itself looks through

	mu   sync.Mutex
	asks map[string]*sql.Stmt // prepared, by their text
}

// empty is the file of a ledger with nothing in it: making one takes its time.
var empty = sync.OnceValue(func() []byte {
	dir, err := os.MkdirTemp(memory(), "simulation")
	must(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ledger.db")
	l, err := ledger.OpenSQLite(context.Background(), path)
	must(err)
	must(l.Close())
	text, err := os.ReadFile(path)
	must(err)
	return text
})

// memory is a folder in memory, where there is one.
func memory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

func newDatabase(t *testing.T, p plan) *database {
	t.Helper()
	if p.shared {
		return &database{model: &model{tables: takeTables()}}
	}
	dir, err := os.MkdirTemp(memory(), "simulation")
	if err != nil {
		t.Fatal(err)
	}
	db := &database{path: filepath.Join(dir, "ledger.db")}
	if err := os.WriteFile(db.path, empty(), 0o600); err != nil {
		t.Fatal(err)
	}
	return db
}

// remove is for when the world has ended.
func (db *database) remove() {
	if db.model != nil {
		db.model.tables.giveBack()
		return
	}
	_ = os.RemoveAll(filepath.Dir(db.path))
}

// enter makes the database part of a world.
func (db *database) enter(w *world) {
	if db.model != nil {
		db.model.enter(w)
		db.seen = db.model.look()
	} else {
		seen, err := sql.Open("sqlite", "file:"+db.path+"?_pragma=busy_timeout(5000)&_pragma=query_only(1)")
		must(err)
		db.seen = seen
	}
	db.seen.SetMaxOpenConns(1)
	db.asks = map[string]*sql.Stmt{}
}

func (db *database) leave() { _ = db.seen.Close() }

// open opens the ledger for a process.
func (db *database) open(p *process) (*ledger.Ledger, error) {
	if db.model != nil {
		return db.model.open(p), nil
	}
	return ledger.OpenSQLite(context.Background(), db.path)
}

var errDatabase = errors.New("the database does not do its work")

// write is what happens to a transaction of a process that writes. Between the
// commit and its news, and before it, time passes in which the process may die.
func (p *process) write(ctx context.Context, run func(context.Context) (any, error)) (any, error) {
	d := p.chance("write " + askerOf(ctx))
	before, after := d.between(100*time.Microsecond, 3*time.Millisecond), d.between(100*time.Microsecond, 3*time.Millisecond)
	what := p.m.w.struck(onWrite, p.m.n, p.m.w.since())
	if what == "write slow" {
		before += d.between(0, 5*time.Second)
		after += d.between(0, 5*time.Second)
	}
	if err := p.sleep(ctx, before); err != nil {
		return nil, p.interrupted(err)
	}
	if what == "write refused" || what == "write outcome unknown" && d.once(0.5) {
		return nil, ledger.DatabaseError(errDatabase)
	}
	value, err := run(ctx)
	p.m.w.noteRoute(ctx)
	if err := p.sleep(ctx, after); err != nil {
		return nil, p.interrupted(err)
	}
	if what == "write outcome unknown" {
		return nil, ledger.DatabaseError(errDatabase)
	}
	return value, err
}

// read is what happens to one that reads.
func (p *process) read(ctx context.Context, run func(context.Context) (any, error)) (any, error) {
	d := p.chance("read " + askerOf(ctx))
	takes := d.between(10*time.Microsecond, 500*time.Microsecond)
	what := p.m.w.struck(onRead, p.m.n, p.m.w.since())
	if what == "read slow" {
		takes += d.between(0, 4*time.Second)
	}
	if err := p.sleep(ctx, takes); err != nil {
		return nil, p.interrupted(err)
	}
	if what == "read refused" {
		return nil, ledger.DatabaseError(errDatabase)
	}
	return run(ctx)
}

// interrupted is what a transaction ends with whose process or caller has gone.
func (p *process) interrupted(err error) error {
	if errors.Is(err, errDead) {
		return ledger.DatabaseError(err)
	}
	return err
}

// row is an order as the ledger has it.
type row struct {
	merID, orderID, orderNo, state, notified, refundNo string
	next                                               int64
	attempts                                           int
}

// resting reports whether nothing more happens to the order by itself, or only to
// a refund that waits for a person. To the patient also one counts that is tried again
// in an hour, before the world has to end.
func (r row) resting(patient bool) bool {
	if r.owed() {
		return false
	}
	switch r.state {
	case "paid", "refunded":
		return true
	case "refund_failed":
		return !patient || r.next == 0 || r.next > newYear.Add(longest).UnixMilli()
	case "failed", "closed":
		return r.next == 0
	}
	return false
}

// owed reports whether the merchant is still to be notified.
func (r row) owed() bool { return r.notified == "waiting" || r.notified == "paused" }

// rows reads the ledger from outside.
func (w *world) rows() []row {
	found, err := w.database.ask(`SELECT o.mer_id, o.order_id, o.order_no, o.state, o.refund_no, o.next,
		COALESCE(n.state, ''), COALESCE(n.attempts, 0)
		FROM orders o LEFT JOIN notifications n ON n.order_id = o.order_id AND n.mer_id = o.mer_id ORDER BY o.order_id`)
	must(err)
	defer found.Close()
	var list []row
	for found.Next() {
		var r row
		must(found.Scan(&r.merID, &r.orderID, &r.orderNo, &r.state, &r.refundNo, &r.next, &r.notified, &r.attempts))
		list = append(list, r)
	}
	must(found.Err())
	return list
}

// open lists the orders that do not rest yet.
func (w *world) open() (list []row) {
	for _, r := range w.rows() {
		if !r.resting(w.plan.patient) {
			list = append(list, r)
		}
	}
	return list
}

// none is the state of an order that is not in the ledger.
const none = "none"

// stateOf is how the ledger has an order now.
func (w *world) stateOf(orderID string) string {
	state := none
	w.one([]any{&state}, `SELECT state FROM orders WHERE order_id = $1`, orderID)
	return state
}

// amountOf is an order's in the ledger, in fen.
func (w *world) amountOf(orderID string) (fen int64) {
	w.one([]any{&fen}, `SELECT amount FROM orders WHERE order_id = $1`, orderID)
	return fen
}

// one reads a row into targets, and leaves them alone when there is none.
func (w *world) one(targets []any, text string, args ...any) (found bool) {
	rows, err := w.database.ask(text, args...)
	must(err)
	defer rows.Close()
	if found = rows.Next(); found {
		must(rows.Scan(targets...))
	}
	must(rows.Err())
	return found
}

// ask runs a query of the world's own, by a statement that is prepared once.
func (db *database) ask(text string, args ...any) (*sql.Rows, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.asks[text] == nil {
		statement, err := db.seen.Prepare(text) //nolint:sqlclosecheck // kept as long as the database is
		if err != nil {
			return nil, err
		}
		db.asks[text] = statement
	}
	return db.asks[text].Query(args...) //nolint:sqlclosecheck // the caller closes it
}
