package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Restored says what [Restore] has done.
type Restored struct {
	Path   string    `json:"path"`            // the ledger's file
	Aside  string    `json:"aside,omitempty"` // the file that was there before has this name now, its log with -wal; "" when there was none
	Log    string    `json:"log,omitempty"`   // a log that was there without its file has this name now
	Orders int       `json:"orders"`          // how many orders the restored ledger has
	Newest time.Time `json:"newest,omitzero"` // when the newest of them was begun
}

var (
	// ErrDamagedBackup says that a backup is not whole.
	ErrDamagedBackup = errors.New("backup is damaged")

	// ErrNotOnDisk says that a backup has taken the ledger's place, and that this may not
	// outlast a power cut.
	ErrNotOnDisk = errors.New("not known to be on disk")
)

// Restore puts a copy of a backup into the place of the ledger at path, while no
// bridge has it open, and keeps what was there beside it. The backup may also be the
// ledger of a machine that died, with its log beside it. The lock stays where it is
// and is held meanwhile, so that no bridge starts in between. A backup that is not
// whole, or no ledger, or newer than this program is refused before anything is
// touched.
//
// It returns errors that wrap [ErrLocked], [ErrWrongFile], [ErrNewerSchema], [ErrStrayLog],
// [ErrCommitsMissing] and [ErrDamagedBackup], and after the deed [ErrNotOnDisk]. now names what is kept aside.
func Restore(ctx context.Context, backup, path string, now time.Time) (_ Restored, err error) {
	path, err = Resolve(path)
	if err != nil {
		return Restored{}, err
	}
	if backup, err = Resolve(backup); err != nil {
		return Restored{}, err
	}
	if backup == path {
		return Restored{}, errors.New("the backup is the ledger itself: name a copy")
	}
	lock, err := lockFile(path + lockSuffix)
	if err != nil {
		return Restored{}, err
	}
	defer func() { _ = lock.release() }()
	part, mark, err := copyBackup(backup, path)
	if err != nil {
		return Restored{}, fmt.Errorf("copying the backup: %w", err)
	}
	defer removeCopy(part) // gone when it has become the ledger
	done := Restored{Path: path}
	if done.Orders, done.Newest, err = examine(ctx, part, mark); err != nil {
		return Restored{}, fmt.Errorf("looking at the backup: %w", err)
	}
	var id uint32 // of the present ledger
	present, err := hold(path, os.O_RDWR)
	switch {
	case err == nil:
		defer func() { _ = present.release() }()
		id, _ = copyIDOf(present) // one that cannot be read has none
	case !errors.Is(err, fs.ErrNotExist):
		return Restored{}, err
	}
	if err := becomeCopyAt(part); err != nil {
		return Restored{}, fmt.Errorf("copying the backup: %w", err)
	}
	log, err := lock.logAt(path, id) // by what the lock knows until here
	pair := err == nil && log == ownLog
	// Broken off from here on, no start begins an empty ledger. The lock goes on knowing the
	// file that was here: a log of that one may turn up.
	if err := lock.use(lock.id); err != nil {
		return Restored{}, err
	}
	if pair {
		foldLog(ctx, path)
	}
	if err := done.putAside(now, pair); err != nil {
		return Restored{}, fmt.Errorf("putting the present ledger aside: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return Restored{}, err
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return done, fmt.Errorf("%w: %w", ErrNotOnDisk, err)
	}
	return done, nil
}

// examine opens a copy as a ledger, with everything that is checked then, has its
// pages and indexes checked, and counts. It must have reached mark.
func examine(ctx context.Context, path string, mark int64) (orders int, newest time.Time, err error) {
	file, err := os.Open(path) //nolint:gosec // it was made here
	if err != nil {
		return 0, time.Time{}, err
	}
	is, err := inspect(file)
	_ = file.Close()
	switch {
	case err != nil:
		return 0, time.Time{}, err
	case is.fresh:
		return 0, time.Time{}, fmt.Errorf("%w: it is empty", ErrWrongFile)
	}
	db := openFile(path, anyFile, "journal_mode(delete)") // this takes in the log
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	switch err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); {
	case err != nil:
		return 0, time.Time{}, fmt.Errorf("%w: %w", ErrDamagedBackup, err)
	case verdict != "ok":
		return 0, time.Time{}, fmt.Errorf("%w: %s", ErrDamagedBackup, verdict)
	}
	if reached, err := reachedMark(ctx, db); err != nil {
		return 0, time.Time{}, err
	} else if reached < mark {
		return 0, time.Time{}, fmt.Errorf("%w: they are in its log, which was deleted or not copied along: "+
			"put the log beside it; only to do without them, restore a copy that has no lock beside it", ErrCommitsMissing)
	}
	if err := migrateSQLite(ctx, db); err != nil {
		return 0, time.Time{}, err
	}
	var at millis
	err = db.QueryRowContext(ctx, `SELECT count(*), COALESCE(max(created_at), 0) FROM orders`).Scan(&orders, &at)
	return orders, at.time(), err
}

// foldLog writes what is still in the present ledger's log into its file. Without
// it, whatever interrupts a restore after the log was put aside would leave a ledger
// at the path that lacks its last commits. One that is too damaged for this is put
// aside as it is; so is one with a journal, which SQLite would write into the file too,
// whosever it is.
func foldLog(ctx context.Context, path string) {
	if n, err := sizeOf(path); n == 0 || err != nil {
		return // nothing to write into; SQLite would delete the log
	}
	if n, err := sizeOf(path + journalSuffix); n > 0 || err != nil {
		return
	}
	db := openFile(path, anyFile, "busy_timeout(5000)")
	_, _ = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	_ = db.Close()
}
