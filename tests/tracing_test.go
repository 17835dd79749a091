package tests

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// collector is a tracing system: it takes in spans as OTLP over HTTP.
type collector struct {
	url string

	mu       sync.Mutex
	spans    []*tracepb.Span
	problems []string
}

func startCollector(t *testing.T) *collector {
	t.Helper()
	c := new(collector)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// env makes Caddy's tracing directive send to the collector, soon.
func (c *collector) env() []string {
	return []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.url, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
		"OTEL_BSP_SCHEDULE_DELAY=50", "OTEL_METRICS_EXPORTER=none", "OTEL_LOGS_EXPORTER=none",
	}
}

// ServeHTTP takes a batch of spans in.
func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var batch tracepb.TracesData // the same on the wire as an export request
	if err == nil {
		err = proto.Unmarshal(body, &batch)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.problems = append(c.problems, err.Error())
	}
	for _, resource := range batch.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
}

// of lists the spans of a name that say key=value, in the order of their start.
func (c *collector) of(name, key, value string) []*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []*tracepb.Span
	for _, s := range c.spans {
		if s.GetName() == name && attribute(s, key) == value {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b *tracepb.Span) int { return int(a.GetStartTimeUnixNano() - b.GetStartTimeUnixNano()) })
	return found
}

func attribute(s *tracepb.Span, key string) string {
	for _, a := range s.GetAttributes() {
		if a.GetKey() == key {
			return a.GetValue().GetStringValue()
		}
	}
	return ""
}

// text is everything that was taken in.
func (c *collector) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, s := range c.spans {
		b.WriteString(prototext.Format(s))
	}
	return b.String() + strings.Join(c.problems, "\n")
}

// await waits for a number of spans of an order.
func (c *collector) await(t *testing.T, name, orderID string, n int) []*tracepb.Span {
	t.Helper()
	var found []*tracepb.Span
	if !eventually(func() bool { found = c.of(name, "orderid", orderID); return len(found) >= n }) || len(found) > n {
		t.Fatalf("%d spans %q of order %s, want %d", len(found), name, orderID, n)
	}
	return found
}

// byID finds a span, nil when it is not there.
func (c *collector) byID(id []byte) *tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		if string(s.GetSpanId()) == string(id) {
			return s
		}
	}
	return nil
}

// TestOnePaymentIsOneTrace follows a payment through a real bridge with Caddy's
// tracing directive: request, gateway call, notice, and a notification that is
// acknowledged only after a reload and a restart are one trace, and neither the
// gateway nor the merchant gets to see any of it.
func TestOnePaymentIsOneTrace(t *testing.T) {
	t.Parallel()
	c := startCollector(t)
	w := newWorld(t, settings{Site: "tracing", Extra: "notify_schedule 6s"})
	seen := w.watchGateway(t)
	w.bridge.env = append(w.bridge.env, c.env()...)
	w.writeConfig(w.bridge)
	w.bridge.start()

	p := w.payment("intl", "WxSao", 1234)
	w.receivers["intl"].Script(p.OrderID, merchant.AnswerFail, merchant.AnswerOK)
	reply := w.pay("intl", p)
	if err := w.bridge.reload(w.ctx()); err != nil {
		t.Fatal(err)
	}
	w.payerPays("intl", reply, sandbox.Notice{}, false)
	w.notified("intl", p.OrderID, 1)
	w.query("intl", p.OrderID)
	w.bridge.stop()
	w.bridge.start()
	w.notified("intl", p.OrderID, 2)

	began := c.await(t, "v1 pay", p.OrderID, 1)[0]
	if server := c.byID(began.GetParentSpanId()); server == nil || server.GetKind() != tracepb.Span_SPAN_KIND_SERVER {
		t.Errorf("the request is no child of Caddy's: %v", server)
	}
	later := slices.Concat(
		c.await(t, "gateway OP1001", p.OrderID, 1),
		c.await(t, "v2 notice", p.OrderID, 1),
		c.await(t, "notify merchant", p.OrderID, 2),
	)
	for _, s := range later {
		if string(s.GetTraceId()) != string(began.GetTraceId()) || string(s.GetParentSpanId()) != string(began.GetSpanId()) {
			t.Errorf("%s is not a child of the request that began the order", s.GetName())
		}
	}
	notice := later[1]
	if len(notice.GetLinks()) != 1 || c.byID(notice.GetLinks()[0].GetSpanId()) == nil {
		t.Errorf("the notice is not linked to its own request: %v", notice.GetLinks())
	}
	c.mustHaveAllowedAttributes(t)
	mustLogTraces(t, w.bridge.log(), p.OrderID)
	if headers := seen(); headers.Get("Traceparent")+headers.Get("Tracestate")+headers.Get("Baggage") != "" {
		t.Errorf("the gateway was sent %v", headers)
	}
	mustNotShowCanaries(t, "spans", c.text())
	w.rest()
}

// watchGateway puts a listener between bridge and gateway, which tells the
// headers of the last call.
func (w *world) watchGateway(t *testing.T) (last func() http.Header) {
	t.Helper()
	var mu sync.Mutex
	var headers http.Header
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		headers = r.Header.Clone()
		mu.Unlock()
		w.gateway.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	w.settings.Gateway = server.URL + sandbox.OnePayPath
	return func() http.Header {
		mu.Lock()
		defer mu.Unlock()
		return headers
	}
}

// mustHaveAllowedAttributes checks the allow-list on every span of ours.
func (c *collector) mustHaveAllowedAttributes(t *testing.T) {
	t.Helper()
	allowed := []string{"merid", "orderid", "order_no", "tran_code", "class", "attempt"}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		if s.GetName() == "handler" { // Caddy's
			continue
		}
		for _, a := range s.GetAttributes() {
			if !slices.Contains(allowed, a.GetKey()) {
				t.Errorf("%s has attribute %s", s.GetName(), a.GetKey())
			}
		}
	}
}

var traceID = regexp.MustCompile(`"trace_id":"([0-9a-f]{32})"`)

// mustLogTraces checks that every line about an order names its trace.
func mustLogTraces(t *testing.T, log, orderID string) {
	t.Helper()
	traces := make(map[string]int)
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"orderid":"`+orderID+`"`) {
			continue
		}
		found := traceID.FindStringSubmatch(line)
		if found == nil {
			t.Errorf("no trace in %s", line)
			continue
		}
		traces[found[1]]++
	}
	// The query is a request with a trace of its own.
	if len(traces) != 2 {
		t.Errorf("lines of the order name %d traces", len(traces))
	}
}
