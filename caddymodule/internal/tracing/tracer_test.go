package tracing

import (
	"context"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

func provider() (*sdktrace.TracerProvider, *tracetest.InMemoryExporter) {
	exporter := tracetest.NewInMemoryExporter()
	return sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter)), exporter
}

// request is a context with the span of a request.
func request(t *testing.T, p trace.TracerProvider) context.Context {
	t.Helper()
	ctx, _ := p.Tracer("test").Start(t.Context(), "request")
	return ctx
}

func TestNoTracingMakesNothing(t *testing.T) {
	t.Parallel()
	const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for name, tracer := range map[string]*Tracer{"nil": nil, "new": new(Tracer)} {
		for _, parent := range []string{"", traceparent} {
			tracer.See(t.Context())
			ctx, span := tracer.Start(t.Context(), parent, "work", trace.SpanKindInternal)
			if ctx != t.Context() || span.SpanContext().IsValid() || Traceparent(ctx) != "" || IDFrom(ctx) != "" {
				t.Errorf("%s, parent %q: made %v", name, parent, span.SpanContext())
			}
			Finish(span, "ok", false)
		}
	}
}

func TestNoTracingCostsNothing(t *testing.T) { // not parallel: it counts allocations
	var tracer Tracer
	if n := testing.AllocsPerRun(100, func() {
		tracer.See(t.Context())
		ctx, span := tracer.Start(t.Context(), "", "work", trace.SpanKindInternal)
		Finish(span, "ok", false)
		if Traceparent(ctx)+ID("") != "" {
			t.Error("a trace")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A provider that Caddy has shut down, because no configuration traces any more,
// takes nothing and breaks nothing.
func TestShutDownProviderMakesNothing(t *testing.T) {
	t.Parallel()
	p, exporter := provider()
	var tracer Tracer
	ctx := request(t, p)
	tracer.See(ctx)
	began := Traceparent(ctx)
	if err := p.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	exporter.Reset()
	_, span := tracer.Start(t.Context(), began, "work", trace.SpanKindInternal)
	Finish(span, "ok", false)
	if span.IsRecording() || len(exporter.GetSpans()) != 0 {
		t.Error("a span of a provider that is shut down")
	}
	next, _ := provider()
	tracer.See(request(t, next))
	if _, span := tracer.Start(t.Context(), began, "work", trace.SpanKindInternal); !span.IsRecording() {
		t.Error("the newest provider is not used")
	}
}

// What is not sampled stays so, in later work too.
func TestUnsampledStaysUnsampled(t *testing.T) {
	t.Parallel()
	exporter := tracetest.NewInMemoryExporter()
	p := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())))
	var tracer Tracer
	ctx := request(t, p)
	tracer.See(ctx)
	began := Traceparent(ctx)
	if !strings.HasSuffix(began, "-00") {
		t.Fatalf("traceparent %q", began)
	}
	_, span := tracer.Start(t.Context(), began, "work", trace.SpanKindInternal)
	Finish(span, "ok", false)
	if n := len(exporter.GetSpans()); n != 0 {
		t.Errorf("%d spans", n)
	}
}

func TestTraceparent(t *testing.T) {
	t.Parallel()
	p, _ := provider()
	ctx := request(t, p)
	place := trace.SpanContextFromContext(ctx)
	text := Traceparent(ctx)
	if back := parse(text); back.TraceID() != place.TraceID() || back.SpanID() != place.SpanID() || !back.IsSampled() {
		t.Errorf("%q reads back as %v, was %v", text, back, place)
	}
	if ID(text) != place.TraceID().String() || IDFrom(ctx) != ID(text) {
		t.Errorf("trace ID %q, want %s", ID(text), place.TraceID())
	}
	for _, bad := range []string{
		"", "00", text[:54], strings.Repeat("0", 55), "00-" + strings.Repeat("0", 32) + "-b7ad6b7169203331-01",
		"00-" + strings.Repeat("0", 31) + "x-b7ad6b7169203331-01",
	} {
		if id := ID(bad); id != "" {
			t.Errorf("%q is read as trace %s", bad, id)
		}
	}
}

func TestFinishSaysWhatCameOfIt(t *testing.T) {
	t.Parallel()
	p, exporter := provider()
	var tracer Tracer
	for _, failed := range []bool{false, true} {
		exporter.Reset()
		_, span := tracer.Start(request(t, p), "", "work", trace.SpanKindClient, MerID("1"), OrderNo("2"), TranCode("OP1001"), Attempt(3))
		Finish(span, "timeout", failed)
		got := exporter.GetSpans()
		if len(got) != 1 || (got[0].Status.Description == "timeout") != failed || len(got[0].Attributes) != 5 {
			t.Errorf("failed %v: %+v", failed, got)
		}
	}
}
