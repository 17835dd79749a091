package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
)

// rsaCounters are the counts that package fastrsa keeps for the process.
func rsaCounters() []prometheus.Collector {
	operations := func(path string, count func(fastrsa.Count) uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "rsa_operations_total",
			Help:        "RSA private operations by what did them.",
			ConstLabels: prometheus.Labels{"path": path},
		}, func() float64 { return float64(count(fastrsa.Counts())) })
	}
	return []prometheus.Collector{
		operations(fastrsa.Name, func(c fastrsa.Count) uint64 { return c.Fast }),
		operations("standard", func(c fastrsa.Count) uint64 { return c.Standard }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "rsa_faults_total",
			Help: "RSA results that the public key did not confirm; none was given out.",
		}, func() float64 { return float64(fastrsa.Counts().Faults) }),
	}
}
