// Package outage is about what a loop does again and again, such as looking for
// work in a ledger that is away: the log says once that it fails, and once that it
// is over and how long it took.
package outage

import (
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Log tells of the outages of one thing. Its methods may be called from many
// goroutines.
type Log struct {
	log    *zap.Logger
	level  zapcore.Level
	begins string
	ends   string

	mu       sync.Mutex
	since    time.Time // when it began to fail
	failures int       // since then; 0 while it works
}

// New makes a Log. begins is what it says, on a level, of a failure after a
// success, and ends of a success after a failure.
func New(log *zap.Logger, level zapcore.Level, begins, ends string) *Log {
	return &Log{log: log, level: level, begins: begins, ends: ends}
}

// Report notes how a try has ended, and says so if that is a change. Whoever gave up
// because it is to stop does not report that.
func (l *Log) Report(err error, fields ...zap.Field) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil && l.failures == 0:
	case err == nil:
		l.log.Info(l.ends, append(fields, zap.Duration("lasted", time.Since(l.since)), zap.Int("failures", l.failures))...)
		l.failures = 0
	default:
		if l.failures == 0 {
			l.since = time.Now()
			l.log.Log(l.level, l.begins, append(fields, zap.Error(err))...)
		}
		l.failures++
	}
}
