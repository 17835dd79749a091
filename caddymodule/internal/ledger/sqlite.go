package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// sqliteStore keeps the ledger in one file of this process alone.
type sqliteStore struct {
	*writer
	path          string
	writes, reads *sql.DB
	reader        *preparedReader // on reads
	anchor        *sql.Conn       // stays, see openSQLite; reads nothing, and copies the log
	lock          *fileLock
	held          *heldFile
	place         *whereabouts
	checkpoints   *checkpoints
	reading       sync.Mutex
	readingLong   int // how many do
	stopWorkers   context.CancelFunc
	workers       sync.WaitGroup
	closeOnce     sync.Once
	closeErr      error
}

// applicationID stands in the header of every ledger file ("PBlg").
const applicationID = 0x50426c67

// readers is how many goroutines may read at once, beside the writer.
const readers = 4

// OpenSQLite opens the ledger in the file at path and creates it when there is
// none. Beside it lie path-wal, path-shm and path.lock, where path is followed
// through symbolic links: whatever name a ledger is opened by, it has one lock.
//
// It returns errors that wrap [ErrWrongFile], [ErrLocked], [ErrNewerSchema], [ErrFileGone],
// [ErrStrayLog], [ErrCommitsMissing] and [ErrDamagedFile], and says what an operator can do
// about them.
func OpenSQLite(ctx context.Context, path string, options ...Option) (*Ledger, error) {
	set := settingsOf(options)
	s, err := openSQLite(ctx, path, set)
	if err != nil {
		return nil, fmt.Errorf("opening ledger %s: %w", path, err)
	}
	l := newLedger(s, set)
	switch moved, err := takeClockOffset(ctx, l); {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("opening ledger %s: %w", path, err), l.Close())
	case moved != 0:
		set.log.Warn("the clock was set since the ledger was written to; what waits was moved along with it", zap.Duration("by", moved))
	}
	if err := l.FinishResuming(ctx); err != nil {
		set.log.Warn("paused merchants are not wholly resumed; resume them once more", zap.Error(err))
	}
	return l, nil
}

func openSQLite(ctx context.Context, named string, set settings) (_ *sqliteStore, err error) {
	path, err := Resolve(named)
	if err != nil {
		return nil, err
	}
	for _, risk := range sqliteRisks(path) { // before anything fails for it
		set.log.Warn(risk.Error(), zap.String("path", path))
	}
	lock, err := lockFile(path + lockSuffix)
	if err != nil {
		return nil, err
	}
	s := &sqliteStore{lock: lock, path: path}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err = notLost(path, lock.used); err != nil {
		return nil, err
	}
	if s.held, err = hold(path, os.O_RDWR|os.O_CREATE); err != nil {
		return nil, err
	}
	if err = takeBack(ctx, path, lock.used); err != nil {
		return nil, err
	}
	is, err := inspect(s.held)
	if err != nil {
		return nil, err
	}
	if err = lock.fits(path, is.copyID); err != nil {
		return nil, err
	}
	// What is in the log from here on is this file's. Of a new one the lock hears when it is made:
	// until then nothing is lost with it.
	if !is.fresh {
		if err = lock.use(is.copyID); err != nil {
			return nil, err
		}
	}
	s.writes = openFile(path, s.there, append(writerPragmas(is.fresh, set.busy), set.pragmas...)...)
	s.writes.SetMaxOpenConns(1)
	if err = lock.reachedBy(ctx, s.writes, path); err != nil {
		return nil, checkWhole(ctx, s.writes, err)
	}
	if err = migrateSQLite(ctx, s.writes); err != nil {
		return nil, checkWhole(ctx, s.writes, err)
	}
	if err = keepCopyID(ctx, s.writes, lock, is.copyID); err != nil {
		return nil, err
	}
	s.reads = openFile(path, s.there, "busy_timeout(5000)", "query_only(1)", "synchronous(full)")
	s.reads.SetMaxOpenConns(readers + 1)
	s.reads.SetMaxIdleConns(readers + 1)
	s.reader = newPreparedReader(s.reads)
	// A reader that stays keeps the log and the shared memory file in place: with the
	// disk full, others could not be made and nothing could be read; and whoever finds
	// other ones there knows that somebody has been at the files.
	if s.anchor, err = s.reads.Conn(ctx); err != nil {
		return nil, fmt.Errorf("reading: %w", nameDamage(err))
	}
	if err = s.anchor.QueryRowContext(ctx, `SELECT count(*) FROM pulse`).Scan(new(int)); err != nil {
		return nil, fmt.Errorf("reading: %w", nameDamage(err))
	}
	if s.place, err = newWhereabouts(named, path, s.held, lock.id, set.log); err != nil {
		return nil, err
	}
	s.checkpoints = newCheckpoints(s.anchor, set.log)
	s.writer = startWriter(s.writes, set, s.place.glance, s.checkpoints.ask, &marks{lock: lock})
	s.workers.Go(func() { s.place.watch(s.quit) })
	working, stop := context.WithCancel(context.Background())
	s.stopWorkers = stop
	s.workers.Go(func() { s.checkpoints.run(working) })
	return s, nil
}

// writerPragmas sets up the connection that writes. It waits for a foreign program from
// the first one on. FULL makes a commit wait for the disk. A fresh file is marked as
// ours before anything else is in it, so that a crash in between leaves nothing that
// looks like somebody else's, and gets its number.
func writerPragmas(fresh bool, busy time.Duration) []string {
	pragmas := []string{fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds())}
	if fresh {
		pragmas = append(pragmas, fmt.Sprintf("application_id(%d)", applicationID), fmt.Sprintf("user_version(%d)", newCopyID()))
	}
	return append(pragmas,
		"cache_size(-65536)", "journal_mode(wal)", "synchronous(full)", "temp_store(memory)",
		fmt.Sprintf("wal_autocheckpoint(%d)", ownCheckpoint))
}

func (s *sqliteStore) writeLocked(ctx context.Context, _, change statement) (changed int64, err error) {
	value, err := s.write(ctx, func(t *tx) (any, error) { return t.exec(change.text, change.args...) })
	if err != nil {
		return 0, err
	}
	return value.(int64), nil //nolint:forcetypeassert // it is what exec returns
}

func (s *sqliteStore) read(ctx context.Context, do func(*tx) (any, error)) (any, error) {
	if err := s.running(); err != nil {
		return nil, err
	}
	return do(&tx{ctx: ctx, runner: s.reader, dialect: sqliteDialect})
}

func (s *sqliteStore) risks(context.Context) ([]bilingual.Said, error) {
	if err := s.running(); err != nil {
		return nil, err
	}
	return sqliteRisks(s.path), nil
}

// sqliteRisks lists how the place of a file could have it lose a commit that was
// acknowledged.
func sqliteRisks(path string) []bilingual.Said {
	if name, unfit := unfitFileSystem(path); unfit {
		return []bilingual.Said{bilingual.Say("the ledger's file is on %s: such a file system can damage it and lose payments when a write fails; move it to a local disk", name)}
	}
	return nil
}

// there returns an error when what is at the path is not what this ledger was opened
// with. While it is being opened, that is the file that is held.
func (s *sqliteStore) there() error {
	if s.place != nil {
		return s.place.glance()
	}
	now, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFileGone, err)
	}
	return s.held.foundAt(s.path, now)
}

// running returns an error when the ledger was closed, or its file is gone.
func (s *sqliteStore) running() error {
	select {
	case <-s.quit:
		return fmt.Errorf("%w: %w", ErrUnavailable, ErrClosed)
	default:
		return s.place.lastCheck()
	}
}

func (s *sqliteStore) close() error {
	s.closeOnce.Do(func() {
		var errs []error
		if s.writer != nil {
			s.stop()
			s.stopWorkers()
			s.workers.Wait()
		}
		last := s.lastConnection()
		stays := s.anchor != nil && last == nil
		for _, db := range []*sql.DB{s.reads, s.writes} {
			if db != nil {
				errs = append(errs, db.Close())
			}
		}
		if last != nil {
			errs = append(errs, last.Close())
		}
		if s.held != nil && !stays { // closing it would end the locks of the connection that stays
			errs = append(errs, s.held.release())
		}
		if s.place != nil && errors.Join(errs...) == nil {
			errs = append(errs, s.noteClosed())
		}
		s.closeErr = errors.Join(append(errs, s.lock.release())...)
	})
	return s.closeErr
}

// noteClosed has the lock know that there is no log any more, where that is so.
func (s *sqliteStore) noteClosed() error {
	if _, err := os.Stat(s.path + logSuffix); !errors.Is(err, fs.ErrNotExist) {
		return nil // it stays, or nobody can tell
	}
	// A power cut must not bring the log back that the lock knows to be gone.
	if err := syncFolder(filepath.Dir(s.path)); err != nil {
		return err
	}
	return s.lock.close()
}

// lastConnection returns the connection that is to be closed last, nil for none. Whichever
// is the last one copies the log into the file and deletes it by its name. Where the files
// are not in their places, that name may be another's by now, so the log stays, which costs
// nothing. And what was written over is not written into once more, not even the log: then
// the anchor is never closed, and the files stay as a kill leaves them.
func (s *sqliteStore) lastConnection() *sql.Conn {
	if s.anchor == nil || s.place == nil || s.place.check() == nil {
		return s.anchor
	}
	if s.place.cut.Load() != nil {
		return nil
	}
	_ = s.anchor.Raw(func(conn any) error { // fails for nobody but a connection that is closed already
		_, err := conn.(sqlite.FileControl).FileControlPersistWAL("main", 1) //nolint:forcetypeassert // the driver's connections have it
		return err
	})
	return s.anchor
}

var sqliteDialect = &dialect{alone: true, numberTaken: func(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE
}}

// closeConn closes the connection behind conn, so that the pool makes a new one.
func closeConn(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}
