package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// record writes an attempt. While the ledger is unavailable it tries again until
// the lease ends: as long as nobody else can have taken over, the result is the
// only one, and the call must not be made again for want of a record.
func (d *Dispatcher) record(c claimed, a ledger.Attempt, to ledger.NotificationState, due time.Time) error {
	return d.recordUntil(c.until, func(ctx context.Context) error { return d.ledger.Finish(ctx, c.Notification, a, to, due) })
}

// recordUntil writes by write, again and again while the ledger is unavailable.
func (d *Dispatcher) recordUntil(end time.Time, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(d.records, end.Sub(d.now()))
	defer cancel()
	failing := d.backoff()
	for {
		err := write(ctx)
		if err == nil || !errors.Is(err, ledger.ErrUnavailable) {
			return err
		}
		timer := time.NewTimer(failing.wait())
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("giving up: %w", err)
		}
	}
}
