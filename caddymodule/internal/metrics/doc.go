// Package metrics counts what the bridge does, for Prometheus.
//
// There is one [Metrics] in a process. It outlives configurations, so that
// counters go on counting through a reload, and is registered with the registry
// of each configuration, where Caddy's own metrics are. Its methods are named
// for events and may be called on a nil Metrics.
//
// What only events tell is counted. What is durable, such as the orders in
// doubt, is read from the ledger when somebody asks: a restart cannot lose it
// and several bridges on one ledger agree on it.
//
// Labels come from closed sets. A value outside of its set is counted as
// "other", so that nobody outside can make up time series.
package metrics
