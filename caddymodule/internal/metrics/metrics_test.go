package metrics

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// fire lets everything happen once that can be counted.
func fire(m *Metrics) {
	m.RequestServed("pay", v1.CodeOK, time.Second)
	m.PageServed("gopay", 303)
	m.NoticeFinished(NoticeTaken)
	m.CallFinished(bridge.QueryCall, bridge.CallTimeout, 10*time.Second)
	m.MessageRefused(v2.ReasonSignature)
	m.ClockCompared(-3 * time.Second)
	m.ClockSet(time.Hour)
	m.OrderMoved(translate.Paid)
	m.UpdateJudged(translate.LatePayment)
	m.Quarantined()
	m.AttemptFinished("1", delivery.Blocked, time.Second, 2*time.Second)
	m.NotificationEnded(ledger.Exhausted)
	m.Committed(7, time.Millisecond, nil)
	m.Committed(1, time.Millisecond, errors.New("disk full"))
	m.AttachLedger(nil)
	m.DetachLedger(nil)
}

func TestEventsAreCounted(t *testing.T) {
	t.Parallel()
	m := New(time.Now, zap.NewNop)
	fire(m)
	want := map[string]float64{
		`paybridge_requests_total{interface="pay",result="00"}`:                     1,
		`paybridge_pages_total{page="gopay",result="redirected"}`:                   1,
		`paybridge_notices_total{result="taken"}`:                                   1,
		`paybridge_gateway_calls_total{class="timeout",tran_code="query"}`:          1,
		`paybridge_crypto_failures_total{reason="signature"}`:                       1,
		`paybridge_clock_skew_seconds{}`:                                            -3,
		`paybridge_clock_set_seconds{}`:                                             3600,
		`paybridge_order_moves_total{state="paid"}`:                                 1,
		`paybridge_order_news_total{verdict="late_payment"}`:                        1,
		`paybridge_quarantined_total{}`:                                             1,
		`paybridge_notification_attempts_total{class="blocked"}`:                    1,
		`paybridge_notifications_exhausted_total{}`:                                 1,
		`paybridge_notifications_ended_total{state="exhausted"}`:                    1,
		`paybridge_merchant_notification_attempts_total{merid="1",result="failed"}`: 1,
		`paybridge_ledger_commits_total{result="ok"}`:                               1,
		`paybridge_ledger_commits_total{result="failed"}`:                           1,
		`paybridge_request_duration_seconds{interface="pay"}`:                       1,
		`paybridge_gateway_call_duration_seconds{tran_code="query"}`:                10,
		`paybridge_notification_lag_seconds{}`:                                      2,
		`paybridge_ledger_commit_transactions{}`:                                    8,
		`paybridge_ledger_commit_duration_seconds{}`:                                0.002,
		`paybridge_ledger_up{}`:                                                     0,
		`paybridge_build_info`:                                                      1,
	}
	for name, value := range gathered(t, m) {
		name, _, _ = strings.Cut(name, `{caddy="`) // the build's, whatever it is
		if want[name] != value {
			t.Errorf("%s is %v, want %v", name, value, want[name])
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// families is what a scrape reads.
func families(t *testing.T, m *Metrics) []*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewPedanticRegistry() // as Caddy's is
	for range 2 {                                // twice, as app and admin endpoint do
		if err := m.Register(registry); err != nil {
			t.Fatal(err)
		}
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// gathered reads every series: a counter's or gauge's value, a histogram's sum.
func gathered(t *testing.T, m *Metrics) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	for _, family := range families(t, m) {
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, l := range metric.GetLabel() {
				labels = append(labels, l.GetName()+`="`+l.GetValue()+`"`)
			}
			name := family.GetName() + "{" + strings.Join(labels, ",") + "}"
			values[name] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + metric.GetHistogram().GetSampleSum()
		}
	}
	return values
}

// Names and help texts follow Prometheus' rules.
func TestMetricsAreWellFormed(t *testing.T) {
	t.Parallel()
	m := New(time.Now, zap.NewNop)
	fire(m)
	problems, err := promlint.NewWithMetricFamilies(families(t, m)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// Whatever comes from outside, the number of series stays. Merchants are those that
// are configured, and have a budget.
func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	m := New(time.Now, zap.NewNop)
	fire(m)
	strange := func(word string) {
		m.RequestServed(word, v1.Code(word), 0)
		m.PageServed(word, len(word))
		m.NoticeFinished(NoticeResult(word))
		m.CallFinished(bridge.CallKind(word), bridge.CallClass(word), 0)
		m.MessageRefused(v2.Reason(len(word)))
		m.OrderMoved(translate.State(word))
		m.UpdateJudged(translate.Verdict(len(word)))
		m.AttemptFinished("1", delivery.Class(word), 0, 0)
		m.RequestPassed(word, PassedResult(word), 0)
		m.RequestSided(route.Side(word+"x"), sides.Cause(word))
		m.OrderMarked(sides.MarkResult(word))
	}
	strange("89900001")
	before := gathered(t, m)
	for _, word := range []string{"", "89900002", "OP1001", "\xff", strings.Repeat("x", 1000)} {
		strange(word)
	}
	if after := gathered(t, m); len(after) != len(before) {
		t.Errorf("%d series became %d", len(before), len(after))
	}
	for name := range before {
		if strings.Contains(name, "899") {
			t.Errorf("a label has what came from outside: %s", name)
		}
	}
	if n := len(before); n > 500 {
		t.Errorf("%d series", n)
	}
}

// Everything may be called where there are no metrics.
func TestNilMetricsCountNothing(t *testing.T) {
	t.Parallel()
	var m *Metrics
	fire(m)
	if err := m.Register(prometheus.NewRegistry()); err != nil {
		t.Error(err)
	}
}

// A name that another has taken in the registry is an error.
func TestRegisterReportsAConflict(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "paybridge_ledger_up", Help: "another's"}))
	if err := New(time.Now, zap.NewNop).Register(registry); err == nil {
		t.Error("no error")
	}
}

// The page results cover every status.
func TestPageResults(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{200: "shown", 303: "redirected", 403: "refused", 500: "failed", 0: "failed"} {
		if got := pageResult(status); got != want || !slices.Contains(pageResults, got) {
			t.Errorf("%d is %s, want %s", status, got, want)
		}
	}
}
