package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// A file of a ledger may be whole and yet lack what was acknowledged: after a kill its
// last commits are in its log, and somebody has deleted that; or a copy of the file, made
// at a stop, has taken its place. So a number in the ledger goes up while it is written
// to, and the lock, which stays where it is, remembers how far it was.

// markEvery is how often the number goes up at most: what is deleted or exchanged is a
// matter of whole files, and a commit shall not pay for more.
const markEvery = time.Second

const (
	currentMark = `SELECT COALESCE(max(at), 0) FROM pulse WHERE id = 'mark'`
	nextMark    = `INSERT INTO pulse (id, at) VALUES ('mark', 1) ON CONFLICT (id) DO UPDATE SET at = pulse.at + 1 RETURNING at`
	// changesSoFar counts the rows that the connection has changed.
	changesSoFar = `SELECT total_changes()`
)

// marks are those of a ledger that is open. Only its writer uses them.
type marks struct {
	lock    *fileLock
	last    time.Time // when the lock heard of one
	changes int64     // that the connection had made by then
}

// next puts a mark into a transaction that changes something, where one is due, and
// returns it; 0 stands for none.
func (m *marks) next(t *tx) (mark int64, err error) {
	if time.Since(m.last) < markEvery {
		return 0, nil
	}
	changes, err := one(t, scanCount, changesSoFar)
	if err != nil || changes == m.changes {
		return 0, err
	}
	m.changes = changes + 1 // the mark itself is one
	return one(t, scanCount, nextMark)
}

// reached has the lock remember a mark, which is on disk.
func (m *marks) reached(mark int64) {
	if mark == 0 {
		return
	}
	m.last, m.lock.mark = time.Now(), mark
	_ = m.lock.write() // without it the lock knows the one before
}

// reachedBy refuses a file that lacks what was committed when the lock heard of it.
func (l *fileLock) reachedBy(ctx context.Context, db *sql.DB, path string) error {
	if l.mark == 0 {
		return nil
	}
	mark, err := reachedMark(ctx, db)
	if err != nil || mark >= l.mark {
		return err
	}
	return fmt.Errorf("%w: the log %s was deleted or moved away after a kill, or the file is an earlier copy: "+
		"put back what belongs there, or restore a backup by the command; only to go on without them, "+
		"when their orders are taken for new ones and paid again, delete %s", ErrCommitsMissing, path+logSuffix, path+lockSuffix)
}

// reachedMark is the newest mark of a ledger's file with its log.
func reachedMark(ctx context.Context, db *sql.DB) (mark int64, err error) {
	if err := db.QueryRowContext(ctx, currentMark).Scan(&mark); err != nil {
		return 0, fmt.Errorf("reading: %w", nameDamage(err))
	}
	return mark, nil
}
