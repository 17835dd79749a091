package ledger

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
)

// Every file of a ledger has a number that tells it from its backups, for SQLite reads
// whatever log lies beside a file, also that of another one: what comes of it is damaged,
// and the log is deleted. A backup gets a number of its own, and so does what is restored
// from it. The lock remembers the number of the file that was opened last, which is the
// one that a log may belong to. Ledgers of earlier versions have none, that is 0, until
// their first start.

// copyIDAt is where SQLite's header has user_version, which nothing else uses.
const copyIDAt = 60

func newCopyID() uint32 {
	return 1 + uint32(rand.Int32N(math.MaxInt32)) //nolint:gosec // no secret
}

// becomeCopy gives a file that nobody has open a number of its own.
func becomeCopy(file io.WriterAt) error {
	_, err := file.WriteAt(binary.BigEndian.AppendUint32(nil, newCopyID()), copyIDAt)
	return err
}

// becomeCopyAt is becomeCopy for the file at path, on disk when it returns.
func becomeCopyAt(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // it was made here
	if err != nil {
		return err
	}
	return errors.Join(becomeCopy(file), file.Sync(), file.Close())
}

// copyIDAtPath is for a file that nobody here has open: closing it would end the locks
// that SQLite has on it.
func copyIDAtPath(path string) uint32 {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return 0
	}
	defer file.Close()
	id, _ := copyIDOf(file) // one that cannot be read has none
	return id
}

// copyIDOf reads the number of a file.
func copyIDOf(file io.ReaderAt) (uint32, error) {
	var id [4]byte
	if _, err := file.ReadAt(id[:], copyIDAt); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(id[:]), nil
}

// knowsAnother reports whether the file that was open beside the lock was another one than
// that with this id.
func (l *fileLock) knowsAnother(id uint32) bool { return l.id != 0 && id != l.id }

// foundLog is what a lock knows of the log beside a file.
type foundLog int

const (
	ownLog     foundLog = iota // or none
	othersLog                  // has the last commits of another file
	earlierLog                 // was not left by the last stop, which was in order
)

// logAt finds the log at path, where the file has this id.
func (l *fileLock) logAt(path string, id uint32) (foundLog, error) {
	size, err := sizeOf(path + logSuffix)
	switch {
	case err != nil || size == 0:
		return ownLog, err
	case l.knowsAnother(id):
		return othersLog, nil
	case l.closed:
		return earlierLog, nil
	}
	return ownLog, nil
}

// fits refuses a log at path that belongs to another file than the one there, which has
// this id, or to an earlier time of it.
func (l *fileLock) fits(path string, id uint32) error {
	switch log, err := l.logAt(path, id); {
	case err != nil:
		return err
	case log == othersLog:
		return fmt.Errorf("%w: the file there is another one, and %s has the last commits of the one that was open last: "+
			"put that one back, or restore a backup, which keeps this log; only where this file and this log are known to belong together, delete %s",
			ErrFileGone, path+logSuffix, path+lockSuffix)
	case log == earlierLog:
		return fmt.Errorf("%w: %s was not left by the last stop, which was in order: it is an earlier log, which would damage the file, "+
			"or another program has written to the ledger: end that program, or move an earlier log away; only where this log is known to belong to the file as it is, delete %s",
			ErrStrayLog, path+logSuffix, path+lockSuffix)
	}
	return nil
}

// keepCopyID has a ledger that is open be known by its id, and gives it one if it has
// none. The lock learns an id when it is in the file itself, where the next start reads
// it; while it is in the log alone, or where the disk is full, a later start does this.
func keepCopyID(ctx context.Context, db *sql.DB, lock *fileLock, inFile uint32) error {
	var id uint32
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&id); err != nil {
		return fmt.Errorf("reading: %w", nameDamage(err))
	}
	if id == 0 {
		id = newCopyID()
		if _, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version(%d)`, id)); err != nil {
			return lock.use(inFile)
		}
	}
	if id != inFile {
		var busy, pages, copied int
		err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &copied)
		if err != nil || busy != 0 || copied != pages {
			return lock.use(inFile)
		}
	}
	return lock.use(id)
}
