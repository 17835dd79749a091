package tests

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// BenchmarkOldRoute measures how much longer merchants of the old route wait for the
// reply to a new payment, which is on record before it leaves, than behind a plain
// reverse_proxy of the same process, and how much longer again in the shadow. Payments
// come at half the rate that the old route can take, one by one on each way.
func BenchmarkOldRoute(b *testing.B) {
	const payments = 2000
	for name, store := range stores {
		b.Run(name, func(b *testing.B) {
			plain := "http://" + port.Free(b)
			m := newMovingWorld(b, "old", func(t testing.TB, s settings) *world {
				s.After = plain + " {\n\treverse_proxy " + strings.Fields(s.Extra)[1] + "\n}"
				return store(t, s)
			})
			m.bridge.start()
			m.bridge.wantHealth(200, `"status":"ready"`)
			begun := time.Now()
			m.waits(b, payments)
			every := 2 * time.Since(begun) / payments
			var direct, old, shadow []time.Duration
			for b.Loop() {
				direct = append(direct, m.paced(b, plain, payments, every)...)
				old = append(old, m.paced(b, m.bridge.url, payments, every)...)
				m.route(m.bridge, shops["gm"].MerID, "shadow")
				shadow = append(shadow, m.paced(b, m.bridge.url, payments, every)...)
				m.route(m.bridge, shops["gm"].MerID, "old")
			}
			b.ReportMetric(float64(time.Second)/float64(every), "payments/s")
			for name, share := range map[string]float64{"p50": .5, "p99": .99} {
				proxied, marked, compared := quantile(direct, share), quantile(old, share), quantile(shadow, share)
				b.ReportMetric(proxied.Seconds()*1e3, name+"-proxy-ms")
				b.ReportMetric((marked-proxied).Seconds()*1e3, name+"-old-adds-ms")
				b.ReportMetric((compared-marked).Seconds()*1e3, name+"-shadow-adds-ms")
			}
		})
	}
}

// paced submits payments at a steady rate, whether or not the earlier ones have been
// answered, and returns how long each took from when it was due.
func (w *world) paced(b *testing.B, address string, payments int, every time.Duration) []time.Duration {
	b.Helper()
	client := &merchant.Client{BaseURL: address, MerchantID: shops["gm"].MerID, Key: shops["gm"].Key, Dialect: merchant.Dialects()[0]}
	list := make([]time.Duration, payments)
	var all sync.WaitGroup
	begun := time.Now()
	for i := range list {
		due := begun.Add(time.Duration(i) * every)
		time.Sleep(time.Until(due))
		all.Go(func() {
			reply, err := client.Pay(b.Context(), w.payment("gm", "WxSao", 100))
			if err != nil || reply.RespCode != "00" {
				b.Errorf("%+v, %v", reply, err)
			}
			list[i] = time.Since(due)
		})
	}
	all.Wait()
	return list
}
