package bridge

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
	"github.com/paybridge/paybridge/translate"
)

// sampleEvery is how far apart the samples for the console's plots are.
const sampleEvery = time.Minute

// sample writes down once a minute how much there is to do, after it has mended
// what was left undone, until ctx is done.
func (b *Bridge) sample(ctx context.Context) {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	jobs := b.minuteJobs()
	for {
		for _, job := range jobs {
			crash.Guard(b.log, job.doing, func() { job.run(ctx) })
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// minuteJob is something that is done once a minute.
type minuteJob struct {
	doing string // for the log of a panic
	do    func(context.Context) error
	away  *outage.Log
}

// minuteJobs are, in their order: to take up rows that were set aside and are
// mended, and resumings of merchants that were interrupted, and to take a sample.
// What there is too much of for one time follows in the next minute.
func (b *Bridge) minuteJobs() []minuteJob {
	job := func(doing string, do func(context.Context) error, begins, ends string) minuteJob {
		return minuteJob{doing, do, outage.New(b.log, zap.WarnLevel, begins, ends)}
	}
	return []minuteJob{
		job("looking at what is set aside", func(ctx context.Context) error { return b.ledger.Recheck(ctx, b.now()) },
			"rows that were set aside are not looked at; trying on", "rows that were set aside are looked at again"),
		job("finishing to resume merchants", b.ledger.FinishResuming,
			"merchants that are being resumed are not wholly resumed yet; trying on", "merchants are wholly resumed"),
		job("taking a sample", b.takeSample,
			"no sample for the console taken; trying on", "samples for the console are taken again"),
	}
}

func (j minuteJob) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	if err := j.do(ctx); !errors.Is(err, context.Canceled) {
		j.away.Report(err)
	}
}

func (b *Bridge) takeSample(ctx context.Context) error {
	now := b.now()
	gauges, err := b.ledger.Gauges(ctx, now)
	if err != nil {
		return err
	}
	return b.ledger.AddSample(ctx, sampleOf(gauges, now))
}

func sampleOf(g ledger.Gauges, now time.Time) ledger.Sample {
	return ledger.Sample{
		At: now.Truncate(sampleEvery), Waiting: g.Waiting, Overdue: g.OverdueNotifications, Exhausted: g.Exhausted,
		InDoubt: g.Orders[translate.InDoubt].Count, Pending: g.Orders[translate.Pending].Count,
	}
}
