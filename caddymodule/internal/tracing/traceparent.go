package tracing

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// header is the name of the text form of a span's place (W3C Trace Context).
const header = "traceparent"

// Traceparent returns the place of the span in ctx as text, "" when there is
// none.
func Traceparent(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier.Get(header)
}

// parse reads what Traceparent has written. What it cannot read is no place.
func parse(traceparent string) trace.SpanContext {
	if traceparent == "" {
		return trace.SpanContext{}
	}
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{header: traceparent})
	return trace.SpanContextFromContext(ctx)
}

// ID returns the trace ID in a traceparent, for log lines; "" when there is
// none.
func ID(traceparent string) string {
	if place := parse(traceparent); place.IsValid() {
		return place.TraceID().String()
	}
	return ""
}

// IDFrom returns the trace ID of the span in ctx, "" when there is none.
func IDFrom(ctx context.Context) string {
	if place := trace.SpanContextFromContext(ctx); place.IsValid() {
		return place.TraceID().String()
	}
	return ""
}
