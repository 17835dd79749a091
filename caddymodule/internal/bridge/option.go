package bridge

import (
	"github.com/paybridge/paybridge/caddymodule/internal/steady"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
)

// Option changes how a bridge is made.
type Option func(*Bridge)

// WithObserver sets who hears what happens; without it nobody does.
func WithObserver(o Observer) Option { return func(b *Bridge) { b.observer = o } }

// WithClock makes the bridge go by a clock that cannot be set, and watch the
// machine's for being set. The clock that New is given is not asked then.
func WithClock(c *steady.Clock) Option {
	return func(b *Bridge) { b.clock, b.now = c, c.Now }
}

// WithTracer sets what begins the spans of traced orders; without it no order
// is traced.
func WithTracer(t *tracing.Tracer) Option { return func(b *Bridge) { b.tracer = t } }
