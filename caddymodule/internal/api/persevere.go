package api

import (
	"context"
	"errors"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

const (
	// longestOutage is how long what takes hours waits for a ledger that is away: longer than
	// a failover takes.
	longestOutage = 2 * time.Minute
	// askAgain is how long it waits before it tries again.
	askAgain = time.Second
)

// persevere does something once more while the ledger is away, for [longestOutage] at most.
func persevere(ctx context.Context, do func() error) error {
	for began := time.Now(); ; {
		err := do()
		if !errors.Is(err, ledger.ErrUnavailable) || time.Since(began) > longestOutage {
			return err
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
			return err
		}
	}
}
