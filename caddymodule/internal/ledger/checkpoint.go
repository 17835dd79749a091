package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
)

const (
	// checkpointEvery is after how many commits the log is copied into the file at the
	// latest. A copy syncs log and file beside the commits, and has the commit after it
	// sync twice, because that begins the log anew: with one in 64 commits that is what
	// one payment in a hundred waits for.
	checkpointEvery = 256
	// checkpointFull is after how many transactions it is copied at the latest, since
	// commits that many share fill the log faster; but not before checkpointLeast commits.
	checkpointFull  = 512
	checkpointLeast = 64
	// ownCheckpoint is from how many pages of the log on the writer copies by itself what
	// is not copied yet: under a load that leaves no gap between two commits nobody else
	// ever comes to the end of it, and it would grow for ever.
	ownCheckpoint = 4000
	// catchUpTime bounds how long what has grown while somebody read for long is copied
	// beside the commits: a disk that hangs holds up no backup for ever.
	catchUpTime = 2 * time.Minute
)

// growth is how much the log has grown since it was copied.
type growth struct{ commits, transactions int }

// add counts a commit that so many transactions have shared. It reports whether the log
// is to be copied, and counts anew from there.
func (g *growth) add(transactions int) (due bool) {
	g.commits++
	g.transactions += transactions
	due = g.commits >= checkpointEvery || g.commits >= checkpointLeast && g.transactions >= checkpointFull
	if due {
		*g = growth{}
	}
	return due
}

// checkpoints copy the log of SQLite into the ledger's file beside the commits. Within
// one, as SQLite does it by itself, whoever commits just then waits for thousands of
// pages and two more syncs, and everybody behind it: that is one payment in a hundred.
type checkpoints struct {
	conn *sql.Conn     // reads nothing else
	due  chan struct{} // has room for one
	log  *zap.Logger
	away *outage.Log
}

func newCheckpoints(conn *sql.Conn, log *zap.Logger) *checkpoints {
	return &checkpoints{conn: conn, due: make(chan struct{}, 1), log: log, away: outage.New(log, zap.WarnLevel,
		"the log of the ledger cannot be copied into its file; commits do it, which takes longer",
		"the log of the ledger is copied into its file again")}
}

// ask has the log copied soon. It does not wait.
func (c *checkpoints) ask() {
	select {
	case c.due <- struct{}{}:
	default:
	}
}

// besideLongReading has something read that takes long, while nothing of the log can be
// copied and it grows. At the end it is copied beside the commits: otherwise the first of
// them would copy all of it, and everybody wait for seconds.
func (s *sqliteStore) besideLongReading(ctx context.Context, read func() error) error {
	s.longReading(ctx, 1)
	defer s.longReading(context.WithoutCancel(ctx), -1)
	return read()
}

// longReading counts those who read for long, one more or one less: several may at once.
func (s *sqliteStore) longReading(ctx context.Context, more int) {
	ctx, cancel := context.WithTimeout(ctx, catchUpTime)
	defer cancel()
	s.reading.Lock()
	defer s.reading.Unlock()
	switch s.readingLong += more; {
	case more > 0 && s.readingLong == 1:
		s.copiesByItself(ctx, 0)
	case s.readingLong == 0:
		s.checkpoints.catchUp(ctx)
		s.copiesByItself(ctx, ownCheckpoint)
	}
}

// copiesByItself sets from how many pages of the log on the writer copies them, 0 for never.
// A writer that connects anew begins with [ownCheckpoint]; then it does so, and that is all.
func (s *sqliteStore) copiesByItself(ctx context.Context, pages int) {
	_, _ = s.write(ctx, func(*tx) (any, error) {
		// Not among the statements that are kept: it does its work when it is prepared.
		_, err := s.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA wal_autocheckpoint(%d)", pages))
		return nil, err
	})
}

// catchUp copies until little is left that the writer would copy by itself.
func (c *checkpoints) catchUp(ctx context.Context) {
	for before := -1; ; {
		pages, copied, err := c.copy(ctx)
		if err != nil || pages-copied < ownCheckpoint/2 || copied == before {
			return
		}
		before = copied
	}
}

// run copies whenever it is asked to, until ctx is done.
func (c *checkpoints) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.due:
		}
		crash.Guard(c.log, "copying the log of the ledger", func() {
			if _, _, err := c.copy(ctx); ctx.Err() == nil {
				c.away.Report(err)
			}
		})
	}
}

// copy copies what nobody reads any more, and waits for nobody. Where somebody else is
// at it, or reads what is older, the next time does. It returns how many pages the log has,
// and how many of them are in the file.
func (c *checkpoints) copy(ctx context.Context) (pages, copied int, err error) {
	var busy int
	if err := c.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &copied); err != nil {
		return 0, 0, fmt.Errorf("copying the log: %w", err)
	}
	return pages, copied, nil
}
