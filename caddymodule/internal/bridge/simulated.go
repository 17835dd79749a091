//go:build simulation

package bridge

import (
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// NewSimulated is [New], with a network of merchants that a simulation makes, and
// with its chance.
func NewSimulated(
	l *ledger.Ledger, log *zap.Logger, now func() time.Time, merchants http.RoundTripper, random func() float64, options ...Option,
) *Bridge {
	b := newBridge(l, log, now, options...)
	b.notify.Simulate(merchants, random)
	b.start()
	return b
}
