package ledger

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements bounds the statements that are kept. The methods of the ledger have
// some thirty; lists have one more for each set of filters that somebody asks with.
const maxStatements = 256

// preparedReader runs queries outside of any transaction, by statements that are
// prepared once for each connection of a pool: texts are few and come again. It is
// safe for concurrent use.
type preparedReader struct {
	db   *sql.DB
	mu   sync.RWMutex
	kept map[string]*sql.Stmt // by the text before it was spelt
}

func newPreparedReader(db *sql.DB) *preparedReader {
	return &preparedReader{db: db, kept: make(map[string]*sql.Stmt)}
}

func (r *preparedReader) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return r.db.ExecContext(ctx, sqliteSpelling.Replace(text), args...)
}

func (r *preparedReader) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	statement, full := r.find(text)
	if full {
		return r.db.QueryContext(ctx, sqliteSpelling.Replace(text), args...)
	}
	if statement == nil {
		var err error
		if statement, err = r.prepare(ctx, text); err != nil {
			return nil, err
		}
	}
	return statement.QueryContext(ctx, args...)
}

// find returns the statement of a text, nil when it has none yet; full says that it
// gets none.
func (r *preparedReader) find(text string) (statement *sql.Stmt, full bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	statement = r.kept[text]
	return statement, statement == nil && len(r.kept) >= maxStatements
}

// prepare keeps a statement, unless somebody else did in the meantime. Preparing
// waits for a connection, so that it does not hold up those who have theirs.
func (r *preparedReader) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	statement, err := r.db.PrepareContext(ctx, sqliteSpelling.Replace(text))
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if first, ok := r.kept[text]; ok {
		_ = statement.Close() //nolint:sqlclosecheck // the first one is kept
		return first, nil
	}
	r.kept[text] = statement
	return statement, nil
}
