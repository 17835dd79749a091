package bridge

import (
	"context"
	"slices"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// spans are what a world's tracing system has got.
type spans struct {
	exporter *tracetest.InMemoryExporter
	provider *sdktrace.TracerProvider
}

func newSpans() spans {
	exporter := tracetest.NewInMemoryExporter()
	return spans{exporter, sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))}
}

// request is the span of an incoming request, as Caddy's tracing makes it.
func (s spans) request(ctx context.Context, name string) (context.Context, trace.Span) {
	return s.provider.Tracer("caddy").Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer))
}

// named is the only span of a name.
func (s spans) named(t *testing.T, name string) tracetest.SpanStub {
	t.Helper()
	var found []tracetest.SpanStub
	for _, span := range s.exporter.GetSpans() {
		if span.Name == name {
			found = append(found, span)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d spans %q", len(found), name)
	}
	return found[0]
}

// mustLink checks that two spans of different traces know each other.
func mustLink(t *testing.T, a, b tracetest.SpanStub) {
	t.Helper()
	to := func(from, other tracetest.SpanStub) bool {
		return slices.ContainsFunc(from.Links, func(l sdktrace.Link) bool { return l.SpanContext.SpanID() == other.SpanContext.SpanID() })
	}
	if !to(a, b) || !to(b, a) {
		t.Errorf("%s and %s are not linked to each other", a.Name, b.Name)
	}
}

// One payment is one trace: the pay call, a query by the merchant, the notice,
// the refund in the background after a restart, and the notification.
func TestOnePaymentIsOneTrace(t *testing.T) {
	t.Parallel()
	s := newSpans()
	core, logs := observer.New(zapcore.InfoLevel)
	w := newWorld(t)
	bridge := func(tracer *tracing.Tracer) *tally {
		y := newTally()
		w.bridge = newBridge(w.ledger, zap.New(core), w.clock.now, WithTracer(tracer), WithObserver(y))
		w.bridge.Attach(w.settings)
		return y
	}
	bridge(new(tracing.Tracer))
	p := order(v1.WxSao, 1)

	ctx, pay := s.request(t.Context(), "pay")
	_, _ = w.bridge.Pay(ctx, w.settings, registry().ByMerID(merID), p, "192.0.2.9")
	pay.End()
	ctx, query := s.request(t.Context(), "query")
	w.bridge.Query(ctx, w.settings, ref(p))
	query.End()
	o := w.order(p)
	w.gateway.payer(o.OrderNo)
	ctx, notice := s.request(t.Context(), "notice")
	if err := w.bridge.Notice(ctx, w.settings, w.gateway.notice(o.OrderNo, "11", yuan(o.Amount))); err != nil {
		t.Fatal(err)
	}
	notice.End()

	// After a restart any traced request says where spans go.
	restarted := new(tracing.Tracer)
	ctx, health := s.request(t.Context(), "health")
	restarted.See(ctx)
	health.End()
	y := bridge(restarted)
	w.bridge.notify.Start()
	<-y.attempts // blocked, for the address is not public
	if err := w.bridge.notify.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	began := s.named(t, "pay")
	if id := tracing.ID(o.Trace); id != began.SpanContext.TraceID().String() {
		t.Fatalf("order's trace is %q", o.Trace)
	}
	for _, name := range []string{"gateway OP1001", "gateway OP2001", "v2 notice", "notify merchant"} {
		span := s.named(t, name)
		if span.SpanContext.TraceID() != began.SpanContext.TraceID() || span.Parent.SpanID() != began.SpanContext.SpanID() {
			t.Errorf("%s is not a child of the request that began the order", name)
		}
		mustHaveAllowedAttributes(t, span)
	}
	if s.named(t, "gateway OP1001").Parent.IsRemote() || !s.named(t, "notify merchant").Parent.IsRemote() {
		t.Error("only what comes later has a remote parent")
	}
	mustLink(t, s.named(t, "query"), s.named(t, "gateway OP2001"))
	mustLink(t, s.named(t, "notice"), s.named(t, "v2 notice"))
	for _, line := range logs.All() {
		if id := line.ContextMap()["trace_id"]; id != began.SpanContext.TraceID().String() {
			t.Errorf("%q carries trace %v", line.Message, id)
		}
	}
}

func mustHaveAllowedAttributes(t *testing.T, span tracetest.SpanStub) {
	t.Helper()
	allowed := []string{"merid", "orderid", "order_no", "tran_code", "class", "attempt"}
	seen := map[string]bool{}
	for _, a := range span.Attributes {
		seen[string(a.Key)] = true
		if !slices.Contains(allowed, string(a.Key)) {
			t.Errorf("%s has attribute %s", span.Name, a.Key)
		}
	}
	for _, needed := range []string{"merid", "orderid", "class"} {
		if !seen[needed] {
			t.Errorf("%s has no attribute %s", span.Name, needed)
		}
	}
}

// Background work on an order goes on in its trace; the repeat of a request
// sends in the order's trace and knows its own.
func TestRepeatAndStepsStayInTrace(t *testing.T) {
	t.Parallel()
	s, tracer := newSpans(), new(tracing.Tracer)
	w, _ := observedWorld(t, WithTracer(tracer))
	w.gateway.setScript(silent, broken)
	p := order(v1.WxSao, 1)
	send := func(name string) {
		ctx, span := s.request(t.Context(), name)
		defer span.End()
		tracer.See(ctx)
		_, _ = w.bridge.Pay(ctx, w.settings, registry().ByMerID(merID), p, "192.0.2.9")
	}
	send("first")
	w.stepAt(p)
	if step := s.named(t, "gateway OP2001"); step.Parent.SpanID() != s.named(t, "first").SpanContext.SpanID() {
		t.Error("the step's query is not in the order's trace")
	}
	s.exporter.Reset()
	send("second")
	again, second := s.named(t, "gateway OP1001"), s.named(t, "second")
	if again.SpanContext.TraceID().String() != tracing.ID(w.order(p).Trace) || again.SpanContext.TraceID() == second.SpanContext.TraceID() {
		t.Error("the repeated call is not in the order's trace")
	}
	mustLink(t, again, second)
}

// Without tracing nothing is stored, logged or made.
func TestUntracedOrderHasNoTrace(t *testing.T) {
	t.Parallel()
	s := newSpans()
	tracer := new(tracing.Tracer)
	w, _ := observedWorld(t, WithTracer(tracer))
	p := order(v1.WxCode, 1)
	w.pay(p)
	if o := w.order(p); o.Trace != "" {
		t.Errorf("trace %q", o.Trace)
	}
	// Tracing that is switched on later does not trace its past.
	ctx, span := s.request(t.Context(), "health")
	tracer.See(ctx)
	span.End()
	w.clock.advance(time.Hour)
	w.cancel(p)
	if got := s.exporter.GetSpans(); len(got) != 1 {
		t.Errorf("%d spans", len(got))
	}
	for _, line := range w.logs.All() {
		if id, ok := line.ContextMap()["trace_id"]; ok {
			t.Errorf("%q carries trace %v", line.Message, id)
		}
	}
}
