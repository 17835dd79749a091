package tracing

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// scope is the name under which a tracing system shows where spans come from.
const scope = "github.com/paybridge/paybridge"

// Tracer begins spans. The zero value is ready, and a nil Tracer begins none.
// Its methods may be called from many goroutines.
type Tracer struct {
	newest atomic.Pointer[trace.TracerProvider]
}

// See remembers where the spans of a request go, so that those of background
// work go there too. A request that is not traced changes nothing.
//
// When Caddy unloads the last configuration with a tracing directive, it shuts
// its provider down, and a provider that is shut down makes no spans: there is
// nothing to forget here.
func (t *Tracer) See(ctx context.Context) {
	if t == nil {
		return
	}
	span := trace.SpanFromContext(ctx)
	if !local(span) {
		return
	}
	provider := span.TracerProvider()
	if known := t.newest.Load(); known == nil || *known != provider {
		t.newest.Store(&provider)
	}
}

// local reports whether a span is one that this process has begun.
func local(span trace.Span) bool {
	c := span.SpanContext()
	return c.IsValid() && !c.IsRemote()
}

// Start begins a span of work on an order whose trace is that of traceparent,
// "" for an order that is not traced or not known yet. The caller ends it.
//
// The span is a child of the span in ctx when that belongs to the order's trace
// or the order has none. Otherwise it is a child of the request that began the
// order, and it and the span in ctx are linked to each other.
func (t *Tracer) Start(
	ctx context.Context, traceparent, name string, kind trace.SpanKind, attributes ...attribute.KeyValue,
) (context.Context, trace.Span) {
	around := trace.SpanFromContext(ctx)
	provider := t.provider(around)
	if provider == nil {
		return ctx, noop.Span{}
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(kind), trace.WithAttributes(attributes...)}
	origin := parse(traceparent)
	foreign := origin.IsValid() && origin.TraceID() != around.SpanContext().TraceID()
	if foreign {
		ctx = trace.ContextWithRemoteSpanContext(ctx, origin)
		if local(around) {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: around.SpanContext()}))
		}
	} else if !local(around) && !origin.IsValid() {
		return ctx, noop.Span{} // nothing to be part of
	}
	ctx, span := provider.Tracer(scope).Start(ctx, name, options...)
	if foreign && local(around) {
		around.AddLink(trace.Link{SpanContext: span.SpanContext()})
	}
	return ctx, span
}

// provider says where spans go: where those around them go, or else where the
// last request's went.
func (t *Tracer) provider(around trace.Span) trace.TracerProvider {
	if local(around) {
		return around.TracerProvider()
	}
	if t == nil {
		return nil
	}
	if newest := t.newest.Load(); newest != nil {
		return *newest
	}
	return nil
}
