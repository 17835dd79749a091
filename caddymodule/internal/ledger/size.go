package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
)

// Size is how much there is in the ledger and what room it takes.
type Size struct {
	Bytes  int64  // of SQLite's file; on PostgreSQL of the tables with their indexes
	Unused int64  // of Bytes: what SQLite's file has free for new rows
	Log    int64  // bytes of SQLite's write-ahead log, which lies beside the file
	Folder string // where SQLite's file is; empty on PostgreSQL

	Orders    int64
	Estimated bool // Orders is the database's estimate: there are too many to count
}

// maxCounted is how many orders are counted at most. Counting all of millions would read
// a whole index.
const maxCounted = 10_000

// Size measures the ledger, in a time that does not grow with it.
func (l *Ledger) Size(ctx context.Context) (Size, error) { return l.size(ctx, maxCounted) }

func (l *Ledger) size(ctx context.Context, counted int) (Size, error) {
	size, err := l.store.size(ctx, counted)
	return size, wrap(verdictOf(ctx, err), "measuring ledger")
}

func (s *sqliteStore) size(ctx context.Context, counted int) (Size, error) {
	if err := s.running(); err != nil {
		return Size{}, err
	}
	size := Size{Folder: filepath.Dir(s.path)}
	err := s.reads.QueryRowContext(ctx, `SELECT page_count * page_size, freelist_count * page_size
		FROM pragma_page_count, pragma_freelist_count, pragma_page_size`).Scan(&size.Bytes, &size.Unused)
	if err != nil {
		return Size{}, fromDriver(err)
	}
	log, err := os.Stat(s.path + logSuffix)
	if err != nil {
		return Size{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	size.Log = log.Size()
	// No order is ever deleted, so the last one's row number is how many there are.
	err = size.count(ctx, s.reads, counted, `SELECT max(rowid) FROM orders`)
	return size, err
}

// size measures every table of the schema: the ledger has it for itself.
func (p *postgresStore) size(ctx context.Context, counted int) (Size, error) {
	db, err := p.ready()
	if err != nil {
		return Size{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.attempt)
	defer cancel()
	var size Size
	err = db.QueryRowContext(ctx, `SELECT CAST(sum(pg_total_relation_size(oid)) AS BIGINT) FROM pg_class
		WHERE relkind = 'r' AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'orders'::regclass)`).Scan(&size.Bytes)
	if err != nil {
		return Size{}, fromDriver(err)
	}
	err = size.count(ctx, db, counted, `SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = 'orders'::regclass`)
	return size, err
}

// count counts the orders as far as counted, and takes the estimate for more.
func (s *Size) count(ctx context.Context, db *sql.DB, counted int, estimate string) error {
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM orders LIMIT $1) AS o`, counted+1).Scan(&s.Orders)
	if err != nil || s.Orders <= int64(counted) {
		return fromDriver(err)
	}
	var estimated int64
	err = db.QueryRowContext(ctx, estimate).Scan(&estimated)
	s.Orders, s.Estimated = max(s.Orders, estimated), true // PostgreSQL has no estimate before its first autovacuum
	return fromDriver(err)
}
