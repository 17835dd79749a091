package caddymodule

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/requestside"
	"github.com/paybridge/paybridge/tests/caddyctx"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// A request that is passed on has a span of its own within the request's trace, with
// what came of it; the old gateway gets to see nothing of that.
func TestPassedRequestIsTraced(t *testing.T) {
	t.Parallel()
	header := make(chan http.Header, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { header <- r.Header }))
	t.Cleanup(server.Close)
	answered := passTraced(t, server.URL)
	if answered.Status.Code == codes.Error || classOf(answered) != "answered" {
		t.Errorf("answered: %+v", answered)
	}
	if sent := <-header; sent.Get("Traceparent") != "" {
		t.Errorf("the old gateway has got %v", sent)
	}
	if s := passTraced(t, "http://127.0.0.1:1"); s.Status.Code != codes.Error || classOf(s) != "unanswered" {
		t.Errorf("unanswered: %+v", s)
	}
}

// classOf is what came of the work of a span.
func classOf(s tracetest.SpanStub) string {
	for _, a := range s.Attributes {
		if a.Key == "class" {
			return a.Value.AsString()
		}
	}
	return ""
}

// passTraced passes a payment on within a trace, and returns the span of that.
func passTraced(t *testing.T, address string) tracetest.SpanStub {
	t.Helper()
	old := &oldgateway.Gateway{URL: address}
	caddyctx.Provisioning.Lock()
	err := old.Provision(caddyctx.New(t))
	caddyctx.Provisioning.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(old.Retire)
	h := &Handler{app: &App{OldGateway: old, Timeouts: Timeouts{Reply: caddy.Duration(10 * time.Second), Read: caddy.Duration(10 * time.Second)}}, log: zap.NewNop()}

	exporter := tracetest.NewInMemoryExporter()
	ctx, around := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter)).Tracer("caddy").Start(t.Context(), "request")
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/mpgateway", strings.NewReader("req=&sign="))
	r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, &caddyhttp.Server{})
	h.passOn(w, r, passage{
		route: inbound.Route{Name: "pay", Caller: inbound.Merchant}, start: time.Now(),
		asked: requestside.Request{Claims: v1.Claims{MerID: "89900001", OrderID: "T1"}, Merchant: &merchants.Merchant{MerID: "89900001"}, Verified: true},
	})
	spans := exporter.GetSpans()
	if len(spans) != 1 {
		t.Fatalf("%d spans", len(spans))
	}
	s := spans[0]
	if s.Name != "old gateway pay" || s.SpanKind != trace.SpanKindClient || s.Parent.SpanID() != around.SpanContext().SpanID() || len(s.Attributes) != 3 {
		t.Errorf("%+v", s)
	}
	return s
}
