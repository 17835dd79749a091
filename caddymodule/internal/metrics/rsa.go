package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
	"github.com/paybridge/paybridge/caddymodule/p11kit"
)

// rsaCounters are the counts that packages fastrsa and p11kit keep for the process.
func rsaCounters() []prometheus.Collector {
	counter := func(name, help string, labels prometheus.Labels, count func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help, ConstLabels: labels},
			func() float64 { return float64(count()) })
	}
	operations := func(path string, count func() uint64) prometheus.Collector {
		return counter("rsa_operations_total", "RSA private operations by what did them.", prometheus.Labels{"path": path}, count)
	}
	failures := func(reason string, count func() uint64) prometheus.Collector {
		return counter("token_failures_total",
			"Operations with private keys in tokens that failed: given up because the token was away, erred or did not answer, or with a result that the public key did not confirm.",
			prometheus.Labels{"reason": reason}, count)
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
		counter("rsa_faults_total", "RSA results that the public key did not confirm; none was given out.",
			nil, func() uint64 { return fastrsa.Counts().Faults }),
		failures("unavailable", func() uint64 { return p11kit.Counts().Failed }),
		failures("wrong_result", func() uint64 { return p11kit.Counts().Faults }),
		sessions("open", func() int { open, _ := p11kit.Sessions(); return open }),
		sessions("wanted", func() int { _, wanted := p11kit.Sessions(); return wanted }),
		counter("token_processes_started_total",
			"Processes that were started for sessions with tokens. Many in a short time are tokens that go away, or take no session.",
			nil, func() uint64 { return p11kit.Counts().Started }),
	}
}
