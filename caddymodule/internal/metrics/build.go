package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/internal/version"
)

// newBuild makes the gauge that says which program counts.
func newBuild() prometheus.Collector {
	info := version.Of()
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info",
		Help: "1, with what the program is made of.",
		ConstLabels: prometheus.Labels{
			"version": info.Version, "commit": info.Commit, "go": info.Go, "caddy": info.Caddy,
		},
	}, func() float64 { return 1 })
}
