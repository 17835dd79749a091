package delivery

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
)

const (
	// poll is the longest sleep, so that work of other bridges and leases that
	// have run out are seen.
	poll = time.Second
	// crowdedPoll is the sleep while something is due that could not be
	// claimed: its host is full, or another bridge is about to claim it.
	crowdedPoll = 100 * time.Millisecond

	// skew is how far the clocks of bridges on one ledger may be apart.
	skew = 5 * time.Second
	// recording is how long it may take to claim, and to record a result.
	recording = 5 * time.Second

	// current is how old what is known of an order may be when its merchant is called.
	current = 100 * time.Millisecond
	// readings is how often an order is read for that, and oldest how old what the last of
	// them tells may be where none is quick enough.
	readings, oldest = 3, time.Second

	firstRetry   = 50 * time.Millisecond
	longestRetry = 2 * time.Second
)

// lease is how long a claim lasts. It outlives the call, the difference of
// clocks and the writing at both ends; with the default timeout another bridge
// takes over from a dead one after 25 s.
func (d *Dispatcher) lease() time.Duration { return d.timeout + skew + 2*recording }

// run claims and sends until Stop, and then until the last call has ended.
func (d *Dispatcher) run() {
	defer close(d.finished)
	defer d.work.Wait()
	failing := d.backoff()
	away := outage.New(d.log, zap.WarnLevel, "notifications cannot be claimed; trying on", "notifications are claimed again")
	for !d.stopped() {
		next, err := d.round()
		if err == nil || !d.stopped() {
			away.Report(err)
		}
		if err != nil {
			d.sleep(failing.wait(), nil) // no matter who wakes: the ledger must not be pressed
			continue
		}
		failing.reset()
		d.sleep(d.until(next), d.wake)
	}
}

// round starts what is due and tells when the next is. A panic in it is an error
// like any other.
func (d *Dispatcher) round() (next time.Time, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = crash.Log(d.log, "looking for due notifications", bug)
		}
	}()
	if err := d.claimAll(); err != nil {
		return time.Time{}, err
	}
	_, next, err = d.ledger.NextDue(d.records)
	return next, err
}

func (d *Dispatcher) backoff() *backoff {
	return &backoff{first: firstRetry, longest: longestRetry, random: d.random}
}

// until returns how long to sleep when next is what the ledger has next.
func (d *Dispatcher) until(next time.Time) time.Duration {
	if next.IsZero() {
		return poll
	}
	if wait := next.Sub(d.now()); wait > 0 {
		return min(wait, poll)
	}
	return crowdedPoll
}

// sleep waits for a time, a wake or Stop.
func (d *Dispatcher) sleep(wait time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-d.stopping:
	}
}

func (d *Dispatcher) stopped() bool {
	select {
	case <-d.stopping:
		return true
	default:
		return false
	}
}

// claimAll claims and starts what is due, until nothing is or nobody has room.
func (d *Dispatcher) claimAll() error {
	for !d.stopped() {
		now := d.now()
		if d.hosts.offer(now).Limit == 0 {
			return nil
		}
		claimed, err := d.claim(now)
		if err != nil || len(claimed) == 0 {
			return err
		}
		for _, c := range claimed {
			s := d.hosts.take(c.Host, c.MerID, now)
			d.work.Go(func() { d.deliver(c, s) })
		}
	}
	return nil
}

// claimed is a notification in our hands, and until when. What it tells of the order was
// read since the time asked.
type claimed struct {
	ledger.Delivery
	asked, until time.Time
}

// claim claims what is due at now. Stop does not interrupt it, so that what was
// claimed is known and can be given back.
func (d *Dispatcher) claim(now time.Time) ([]claimed, error) {
	ctx, cancel := context.WithTimeout(d.records, recording)
	defer cancel()
	deliveries, err := d.ledger.ClaimNotifications(ctx, now, d.lease(), func() ledger.Room { return d.hosts.offer(now) })
	if err != nil {
		return nil, err
	}
	list := make([]claimed, len(deliveries))
	for i, delivery := range deliveries {
		list[i] = claimed{delivery, now, now.Add(d.lease())}
	}
	return list, nil
}
