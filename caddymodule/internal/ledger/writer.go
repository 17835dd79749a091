package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

// maxBatch bounds how many functions share one commit, and so how long the first
// of them waits for the others to be run.
const maxBatch = 256

// writer owns the one SQLite connection that writes. It takes the functions that
// wait, in the order they came, and commits them together: the price of one fsync is
// shared by all who waited for the one before. One that fails changes nothing.
type writer struct {
	db        *sql.DB
	jobs      chan *job
	quit      chan struct{} // closed to stop
	finished  chan struct{} // closed when stopped
	log       *zap.Logger
	observer  Observer
	there     func() error // says whether the file is still at its path
	grown     func()       // is told, now and then, that the log has grown
	marks     *marks
	gathering gathering

	growth     growth    // of the log, since it was told
	conn       *sql.Conn // nil until the first batch, and after a batch that failed
	statements map[string]*sql.Stmt
}

// job is one function that waits to be committed.
type job struct {
	ctx    context.Context
	do     func(*tx) (any, error)
	result chan result // has room for one, so that nobody has to wait for it
}

type result struct {
	value any
	err   error
}

func startWriter(db *sql.DB, set settings, there func() error, grown func(), marks *marks) *writer {
	w := &writer{
		db: db, jobs: make(chan *job), quit: make(chan struct{}), finished: make(chan struct{}), log: set.log, observer: set.observer,
		there: there, grown: grown, marks: marks, gathering: set.gathering,
	}
	go w.run()
	return w
}

// write hands do to the writer and waits until it is committed, or until ctx
// ends; then do may still be committed.
func (w *writer) write(ctx context.Context, do func(*tx) (any, error)) (any, error) {
	j := &job{ctx, do, make(chan result, 1)}
	select {
	case w.jobs <- j:
	case <-w.quit:
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, ErrClosed)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case r := <-j.result:
		return r.value, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (w *writer) run() {
	defer close(w.finished)
	defer w.disconnect()
	for {
		select {
		case j := <-w.jobs:
			w.commit(w.gather(j))
		case <-w.quit:
			return
		}
	}
}

// gather returns first and the jobs that wait behind it. Most often it does not wait for
// more: while one batch is being committed the next one forms by itself. Where processors
// are short it waits a moment for others, see [WithGathering].
//
// And whoever is ready to run goes before one that is alone, and joins it if it comes here
// to write. A commit costs more than what is in it: on a busy machine that makes a third
// fewer of them, and what is waited for is time of processors that all of them share. On
// an idle one nobody is ready, and nothing is waited for.
func (w *writer) gather(first *job) []*job {
	batch := w.waiting([]*job{first})
	switch {
	case w.gathering.shouldWait(len(batch)):
		time.Sleep(gatherTime)
	case len(batch) == 1:
		runtime.Gosched()
	}
	return w.waiting(batch)
}

// waiting returns batch with the jobs that wait now, as many as there is room for.
func (w *writer) waiting(batch []*job) []*job {
	for len(batch) < maxBatch {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch and tells everybody what became of it.
func (w *writer) commit(batch []*job) {
	began := time.Now()
	results := make([]result, len(batch))
	err := crash.Try(w.log, "committing to the ledger", func() error { return w.transact(batch, results) })
	if err != nil {
		// Whatever state the connection is in, a new one is sound.
		w.disconnect()
	}
	w.tell(results, time.Since(began), err)
	for i, j := range batch {
		if err != nil {
			results[i] = result{err: err}
		}
		j.result <- results[i]
	}
	if w.growth.add(len(batch)) {
		w.grown()
	}
}

// tell tells the observer of the functions that did not refuse by themselves. One that
// the database itself has failed is a failure, also where others of the batch, or
// nothing, could be committed.
func (w *writer) tell(results []result, took time.Duration, err error) {
	transactions, failed := 0, 0
	var failure *driverError
	for _, r := range results {
		switch {
		case r.err == nil:
			transactions++
		case errors.As(r.err, &failure):
			failed++
		}
	}
	if transactions > 0 || err != nil {
		w.observer.Committed(transactions, took, err)
	}
	if failed > 0 && err == nil {
		w.observer.Committed(failed, took, failure)
	}
}

// transact runs a batch in one transaction. The file is checked before, and once
// more after the commit: what went into a file that is gone by then is not told to
// be durable.
//
// A job that fails takes nothing along but itself. The others share the transaction
// without savepoints, each of which would have SQLite copy every page that is written
// behind it; only when one has failed are those that are left run once more, in a
// savepoint each. Nothing of the first run is in the file then.
func (w *writer) transact(batch []*job, results []result) error {
	if err := w.there(); err != nil {
		return err
	}
	if err := w.connect(); err != nil {
		return fromDriver(err)
	}
	failed, err := w.together(batch, results)
	if err == nil && failed >= 0 && len(batch) > 1 {
		err = w.apart(batch, results, failed)
	}
	if err != nil {
		return fromDriver(err)
	}
	return w.there()
}

// together commits a batch, unless a job fails: then all is rolled back, and failed is
// its place, otherwise -1. The error it returns concerns the whole batch.
func (w *writer) together(batch []*job, results []result) (failed int, err error) {
	if err := w.do("BEGIN IMMEDIATE"); err != nil {
		return -1, err
	}
	for i, j := range batch {
		if results[i].err = j.ctx.Err(); results[i].err != nil {
			continue // hung up while waiting
		}
		if j.run(w, &results[i]); results[i].err != nil {
			return i, w.undo("ROLLBACK", results[i].err)
		}
	}
	return -1, w.end()
}

// apart commits a batch but for the job that has failed. Its result stands, for it was
// judged behind the same jobs: those before it run again also when somebody has hung up
// since. The error it returns concerns the whole batch.
func (w *writer) apart(batch []*job, results []result, failed int) error {
	if err := w.do("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for i, j := range batch {
		if i > failed {
			results[i].err = j.ctx.Err()
		}
		if results[i].err != nil {
			continue
		}
		if err := w.inSavepoint(j, &results[i]); err != nil {
			return err
		}
	}
	return w.end()
}

// end commits, with a mark where one is due.
func (w *writer) end() error {
	mark, err := w.marks.next(&tx{ctx: context.Background(), runner: w, dialect: sqliteDialect})
	if err != nil {
		return err
	}
	if err := w.do("COMMIT"); err != nil {
		return err
	}
	w.marks.reached(mark)
	return nil
}

// inSavepoint runs one job. The error it returns concerns the whole batch: the
// database has given up the transaction.
func (w *writer) inSavepoint(j *job, r *result) error {
	if err := w.do("SAVEPOINT job"); err != nil {
		return err
	}
	if j.run(w, r); r.err != nil {
		if err := w.undo("ROLLBACK TO job", r.err); err != nil {
			return err
		}
	}
	return w.do("RELEASE job")
}

// run has the job do its work in the writer's transaction.
func (j *job) run(w *writer, r *result) {
	r.value, r.err = j.do(&tx{ctx: context.Background(), runner: w, dialect: sqliteDialect})
}

// undo rolls back what a job did that failed with err.
func (w *writer) undo(text string, failure error) error {
	if err := w.do(text); err != nil {
		// What the job decided is its own affair, not that of the others.
		return fmt.Errorf("%w, after: %s", err, failure.Error())
	}
	return nil
}

func (w *writer) connect() error {
	if w.conn != nil {
		return nil
	}
	conn, err := w.db.Conn(context.Background())
	if err != nil {
		return err
	}
	w.conn, w.statements = conn, map[string]*sql.Stmt{}
	return nil
}

// disconnect closes the connection, not just gives it back to the pool; that
// rolls back what is open.
func (w *writer) disconnect() {
	if w.conn == nil {
		return
	}
	for _, statement := range w.statements {
		_ = statement.Close() // the connection goes too
	}
	closeConn(w.conn)
	w.conn, w.statements = nil, nil
}

func (w *writer) do(text string) error {
	_, err := w.exec(context.Background(), text, nil)
	return err
}

// exec and query run prepared statements: texts are few and come again.
func (w *writer) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	statement, err := w.prepared(ctx, text) //nolint:sqlclosecheck // kept until disconnect
	if err != nil {
		return nil, err
	}
	return statement.ExecContext(ctx, args...)
}

func (w *writer) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	statement, err := w.prepared(ctx, text) //nolint:sqlclosecheck // kept until disconnect
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

func (w *writer) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if statement, ok := w.statements[text]; ok {
		return statement, nil
	}
	statement, err := w.conn.PrepareContext(ctx, sqliteSpelling.Replace(text))
	if err == nil {
		w.statements[text] = statement
	}
	return statement, err
}

// stop ends the writer after the batch it is at.
func (w *writer) stop() {
	close(w.quit)
	<-w.finished
}
