//go:build simulation

package bridge

import (
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// NewSimulated is [New], whose notifications are delivered in a simulation.
func NewSimulated(l *ledger.Ledger, log *zap.Logger, now func() time.Time, s delivery.Simulation, options ...Option) *Bridge {
	b := newBridge(l, log, now, options...)
	b.notify.Simulate(s)
	b.start()
	return b
}
