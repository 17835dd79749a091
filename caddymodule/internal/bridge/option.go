package bridge

import "github.com/paybridge/paybridge/caddymodule/internal/tracing"

// Option changes how a bridge is made.
type Option func(*Bridge)

// WithObserver sets who hears what happens; without it nobody does.
func WithObserver(o Observer) Option { return func(b *Bridge) { b.observer = o } }

// WithTracer sets what begins the spans of traced orders; without it no order
// is traced.
func WithTracer(t *tracing.Tracer) Option { return func(b *Bridge) { b.tracer = t } }
