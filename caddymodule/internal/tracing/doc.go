// Package tracing gives every order one trace: the merchant's pay request, the
// calls to the gateway, the gateway's notice and the merchant's notification,
// also when hours or a restart lie in between.
//
// Spans go where Caddy's tracing directive sends those of the request. The
// ledger keeps the traceparent (W3C Trace Context) of the request that began an
// order, and all later work on the order becomes part of that trace. A request
// that comes with a trace of its own, such as a notice or a query, is linked to
// it in both directions.
//
// Nothing is sent to the gateway or to merchants: what Paybridge writes on the
// wire is the same with and without tracing. Where nothing is traced, nothing is
// made and nothing costs anything.
package tracing
