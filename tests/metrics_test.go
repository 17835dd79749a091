package tests

import (
	"maps"
	"net"
	"os"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// reading is what a scrape has read, by name and labels as Prometheus writes
// them: a counter's or gauge's value, how often a histogram was observed.
type reading map[string]float64

// metrics reads the bridge's own metrics.
func (p *process) metrics() reading {
	p.t.Helper()
	values := make(reading)
	for name, family := range p.scrape() {
		if !strings.HasPrefix(name, "paybridge_") {
			continue
		}
		for _, m := range family.GetMetric() {
			values[name+labelText(m)] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return values
}

func labelText(m *dto.Metric) string {
	var labels []string
	for _, l := range m.GetLabel() {
		labels = append(labels, l.GetName()+`="`+l.GetValue()+`"`)
	}
	if len(labels) == 0 {
		return ""
	}
	return "{" + strings.Join(labels, ",") + "}"
}

// wantMetrics waits until the metrics are as they should be: what is counted
// last may come after the answer, and gauges are a few seconds old.
func (w *world) wantMetrics(want reading) reading {
	w.t.Helper()
	var got reading
	wrong := func() []string {
		var list []string
		for name, value := range want {
			if actual, there := got[name]; !there || actual != value {
				list = append(list, name)
			}
		}
		return list
	}
	eventually(func() bool {
		got = w.bridge.metrics()
		return len(wrong()) == 0
	})
	for _, name := range wrong() {
		w.t.Errorf("%s is %v, want %v", name, got[name], want[name])
	}
	return got
}

// counted are the counters of a reading: all but gauges and what goes on by
// itself.
func (r reading) counted() reading {
	counters := maps.Clone(r)
	maps.DeleteFunc(counters, func(name string, _ float64) bool {
		return strings.HasPrefix(name, "paybridge_ledger_") || !strings.Contains(name, "_total")
	})
	return counters
}

// TestMetricsTellWhatHappened lets one of everything happen and reads it from
// the bridge's metrics, before and after reloads that succeed and fail.
func TestMetricsTellWhatHappened(t *testing.T) {
	t.Parallel()
	s := silence()
	s.Extra = "notify_schedule 1s"
	w := startWorld(t, s)
	series := len(w.wantMetrics(reading{`paybridge_ledger_up`: 1}))
	w.oneOfEverything()
	want := reading{
		`paybridge_requests_total{interface="pay",result="00"}`:                            5,
		`paybridge_requests_total{interface="pay",result="91"}`:                            1,
		`paybridge_requests_total{interface="pay",result="96"}`:                            3,
		`paybridge_requests_total{interface="query",result="93"}`:                          1,
		`paybridge_request_duration_seconds{interface="pay"}`:                              9,
		`paybridge_gateway_calls_total{class="processed",tran_code="pay"}`:                 4,
		`paybridge_gateway_calls_total{class="timeout",tran_code="pay"}`:                   1,
		`paybridge_gateway_calls_total{class="unopened",tran_code="pay"}`:                  1,
		`paybridge_gateway_calls_total{class="reset",tran_code="pay"}`:                     1,
		`paybridge_gateway_calls_total{class="status",tran_code="pay"}`:                    1,
		`paybridge_gateway_call_duration_seconds{tran_code="pay"}`:                         8,
		`paybridge_crypto_failures_total{reason="signature"}`:                              2,
		`paybridge_notices_total{result="taken"}`:                                          2,
		`paybridge_notices_total{result="refused"}`:                                        1,
		`paybridge_notices_total{result="kept"}`:                                           1,
		`paybridge_quarantined_total`:                                                      1,
		`paybridge_order_moves_total{state="paid"}`:                                        2,
		`paybridge_notification_attempts_total{class="ok"}`:                                1,
		`paybridge_notification_attempts_total{class="refused"}`:                           2,
		`paybridge_merchant_orders_total{merid="89900001",result="begun"}`:                 7,
		`paybridge_merchant_orders_total{merid="89900001",result="paid"}`:                  1,
		`paybridge_merchant_orders_total{merid="89900002",result="paid"}`:                  1,
		`paybridge_merchant_notification_attempts_total{merid="89900002",result="failed"}`: 2,
		`paybridge_notification_lag_seconds`:                                               3,
		`paybridge_notifications_exhausted_total`:                                          1,
		`paybridge_notifications{state="exhausted"}`:                                       1,
		`paybridge_notifications{state="waiting"}`:                                         0,
		`paybridge_orders{state="pending"}`:                                                2,
		`paybridge_orders{state="in_doubt"}`:                                               4,
		`paybridge_ledger_up`:                                                              1,
		`paybridge_ledger_commits_total{result="failed"}`:                                  0,
	}
	before := w.wantMetrics(want)
	if skew := before["paybridge_clock_skew_seconds"]; skew < -2 || skew > 2 {
		t.Errorf("clocks of one machine differ by %v s", skew)
	}
	if age := before[`paybridge_oldest_order_age_seconds{state="in_doubt"}`]; age <= 0 || age > 300 {
		t.Errorf("the oldest order in doubt is %v s old", age)
	}
	if n := len(before); n > series+13 { // a few are "other", and two merchants have four
		t.Errorf("%d series became %d", series, n)
	}
	w.reloadsKeep(before)
	w.checkSecrets()
}

// oneOfEverything pays, fails and lies.
func (w *world) oneOfEverything() {
	w.t.Helper()
	paid := w.payment("intl", "WxSao", 1500)
	w.payerPays("intl", w.pay("intl", paid), sandbox.Notice{}, false)
	w.notified("intl", paid.OrderID, 1)

	unheard := w.payment("gm", "AliSao", 1600)
	w.receivers["gm"].Script(unheard.OrderID, merchant.AnswerFail, merchant.AnswerFail)
	w.payerPays("gm", w.pay("gm", unheard), sandbox.Notice{}, false)
	w.notified("gm", unheard.OrderID, 2)

	liedAbout := w.pay("intl", w.payment("intl", "WxSao", 1700))
	for _, variant := range []sandbox.NoticeVariant{sandbox.NoticeForged, sandbox.NoticeWrongAmount} {
		if _, err := w.gateway.SendNotice(w.ctx(), sandbox.Notice{
			MerchantID: shops["intl"].Gateway, OrderID: liedAbout.OrderNo(), Variant: variant,
		}); err != nil {
			w.t.Fatal(err)
		}
	}

	for _, c := range []struct {
		behaviour sandbox.Behaviour
		action    string
	}{{sandbox.Silent, "WxSao"}, {sandbox.WrongSignature, "AliSao"}, {sandbox.HTML, "WxCode"}, {sandbox.Reset, "USao"}, {sandbox.Accept, "WxSao"}} {
		rule := sandbox.Rule{Behaviour: c.behaviour, TranCode: "OP1001", Times: 1, Unprocessed: c.behaviour != sandbox.Accept}
		w.script(w.t, rule)
		w.pay("intl", w.payment("intl", c.action, 1800))
	}

	thief := w.client("intl")
	thief.Key = "not the key"
	if _, err := thief.Pay(w.ctx(), w.payment("intl", "WxSao", 100)); err != nil {
		w.t.Fatal(err)
	}
	w.query("intl", "T00000000000000000")
}

// reloadsKeep checks that no reload, good or bad, resets or hides a counter.
func (w *world) reloadsKeep(before reading) {
	w.t.Helper()
	good, err := os.ReadFile(w.bridge.config)
	if err != nil {
		w.t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		name, config string
		succeeds     bool
	}{
		{"good", string(good), true},
		{"unknown suite", strings.Replace(string(good), "suite gm", "suite none", 1), false},
		{"port that is taken", string(good) + "\nhttp://" + taken.Addr().String() + " {\n\trespond no\n}\n", false},
		{"good again", string(good), true},
	} {
		if err := os.WriteFile(w.bridge.config, []byte(c.config), 0o600); err != nil {
			w.t.Fatal(err)
		}
		if err := w.bridge.reload(w.ctx()); (err == nil) != c.succeeds {
			w.t.Fatalf("reload %s: %v", c.name, err)
		}
		after := w.bridge.metrics()
		for name, value := range before.counted() {
			if after[name] < value {
				w.t.Errorf("reload %s: %s was %v and is %v", c.name, name, value, after[name])
			}
		}
		if after["paybridge_ledger_up"] != 1 {
			w.t.Errorf("reload %s: the ledger's gauges are gone", c.name)
		}
	}
}
