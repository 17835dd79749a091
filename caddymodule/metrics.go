package caddymodule

import (
	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
)

var (
	// observed is what this process has counted. Configurations come and go
	// and all count here.
	observed = metrics.New(servingTime, caddy.Log)

	// tracer begins spans where the newest traced request has its own.
	tracer = new(tracing.Tracer)
)

// showMetrics adds what is counted to the registry of a configuration, from
// where Caddy's metrics handlers show it. It may be done more than once: after a
// reload that failed, the admin endpoint shows the registry of the configuration
// that failed, so the earlier in loading this is done the better.
func showMetrics(ctx caddy.Context) error {
	registry := ctx.GetMetricsRegistry()
	if registry == nil { // a context that no configuration belongs to
		return nil
	}
	return observed.Register(registry)
}
