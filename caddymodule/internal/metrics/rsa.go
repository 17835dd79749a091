package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
	"github.com/paybridge/paybridge/caddymodule/p11kit"
)

// rsaCounters are the counts that packages fastrsa and p11kit keep for the process.
func rsaCounters() []prometheus.Collector {
	operations := func(path string, count func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "rsa_operations_total",
			Help:        "RSA private operations by what did them.",
			ConstLabels: prometheus.Labels{"path": path},
		}, func() float64 { return float64(count()) })
	}
	failures := func(reason string, count func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "token_failures_total",
			Help:        "Operations with private keys in tokens that failed: given up because the token was away, erred or did not answer, or with a result that the public key did not confirm.",
			ConstLabels: prometheus.Labels{"reason": reason},
		}, func() float64 { return float64(count()) })
	}
	sessions := func(state string, count func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: namespace, Name: "token_sessions",
			Help:        "Sessions with tokens, a process each: those that there are, and those that processes asks for.",
			ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 { return float64(count()) })
	}
	return []prometheus.Collector{
		operations(fastrsa.Name, func() uint64 { return fastrsa.Counts().Fast }),
		operations("standard", func() uint64 { return fastrsa.Counts().Standard }),
		operations("token", func() uint64 { return p11kit.Counts().Operations }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "rsa_faults_total",
			Help: "RSA results that the public key did not confirm; none was given out.",
		}, func() float64 { return float64(fastrsa.Counts().Faults) }),
		failures("unavailable", func() uint64 { return p11kit.Counts().Failed }),
		failures("wrong_result", func() uint64 { return p11kit.Counts().Faults }),
		sessions("open", func() int { open, _ := p11kit.Sessions(); return open }),
		sessions("wanted", func() int { _, wanted := p11kit.Sessions(); return wanted }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "token_processes_started_total",
			Help: "Processes that were started for sessions with tokens. Many in a short time are tokens that go away, or take no session.",
		}, func() float64 { return float64(p11kit.Counts().Started) }),
	}
}
