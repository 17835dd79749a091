// Package writebehind brings what requests only count in memory into the ledger: from
// time to time, and at the end.
package writebehind

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
)

const (
	// Every is how often something is written.
	Every = 10 * time.Second
	// writeTime bounds one writing.
	writeTime = 5 * time.Second
)

// Words are what the log says.
type Words struct {
	Doing string // what a panic has interrupted
	Away  string // why nothing is written any more
	Back  string // that it is again
	Lost  string // what was left at the end
}

// Writer writes until it is closed.
type Writer struct {
	write func(context.Context) error
	log   *zap.Logger
	away  *outage.Log
	words Words
	stop  context.CancelFunc
	work  sync.WaitGroup
}

// Start makes a Writer. write writes what there is, and keeps it when that fails.
func Start(log *zap.Logger, words Words, write func(context.Context) error) *Writer {
	ctx, stop := context.WithCancel(context.Background())
	w := &Writer{write: write, log: log, away: outage.New(log, zap.WarnLevel, words.Away, words.Back), words: words, stop: stop}
	w.work.Go(func() { w.writeOn(ctx) })
	return w
}

func (w *Writer) writeOn(ctx context.Context) {
	ticker := time.NewTicker(Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			crash.Guard(w.log, w.words.Doing, func() { w.away.Report(w.inTime(ctx)) })
		}
	}
}

func (w *Writer) inTime(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return w.write(ctx)
}

// Close ends the work and writes what is left.
func (w *Writer) Close() {
	w.stop()
	w.work.Wait()
	if err := w.inTime(context.Background()); err != nil {
		w.log.Warn(w.words.Lost, zap.Error(err))
	}
}
