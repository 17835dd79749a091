package tests

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// durableStores are ledgers whose commits wait for the disk, as those of operators do;
// the PostgreSQL that the other tests share does without.
var durableStores = map[string]func(testing.TB, settings) *world{
	"sqlite": newWorld,
	"postgres": func(t testing.TB, s settings) *world {
		return newWorldOn(t, pgtest.Start(t).DSN(), s)
	},
}

// BenchmarkOldRoute measures how much longer merchants of the old route wait for the
// reply to a new payment, which is on record before it leaves, than behind a plain
// reverse_proxy of the same process, and how much longer again in the shadow.
//
// Payments come at half the rate that the old route can take, whether or not the earlier
// ones have been answered, and each counts from when it was due. The ways take turns in
// short blocks, so that whatever else the machine does meets all of them; what is printed
// are medians of the blocks' quantiles, and of their differences within a block. Beside
// them stand how late the client itself was, what the bridge's process has spent on a
// payment, how long a mark took, and how long the disk takes for the one write and sync
// that a mark cannot do without.
func BenchmarkOldRoute(b *testing.B) {
	for name, store := range durableStores {
		b.Run(name, func(b *testing.B) {
			defer debug.SetGCPercent(debug.SetGCPercent(clientGC))
			r := newOldRouteBench(b, store)
			for b.Loop() {
				for i := range oldRouteBlocks {
					r.block(b, i)
				}
			}
			r.report(b)
		})
	}
}

// BenchmarkShadowTrouble measures what merchants notice of a shadow with a bug, beside
// those of the old route at the same bridge: of one that panics, and of one whose
// comparisons take so long that it switches itself off for being late.
func BenchmarkShadowTrouble(b *testing.B) {
	binary, err := fragileBridge()
	if err != nil {
		b.Fatal(err)
	}
	for _, bug := range []string{"panic", "100ms"} {
		b.Run(bug, func(b *testing.B) {
			defer debug.SetGCPercent(debug.SetGCPercent(clientGC))
			r := newOldRouteBench(b, func(t testing.TB, s settings) *world {
				w := newWorld(t, s)
				w.bridge.binary = binary
				w.bridge.env = append(w.bridge.env, "PAYBRIDGE_TROUBLE=in_shadow:"+bug)
				return w
			})
			for b.Loop() {
				for i := range oldRouteBlocks {
					r.block(b, i)
				}
			}
			r.report(b)
		})
	}
}

// clientGC keeps the collector of the client and the old gateway, which have the same
// cores as the bridge, out of what is measured.
const clientGC = 800

// Sizes of the benchmark: 6,000 payments on each way.
const (
	oldRouteBlocks   = 12
	oldRoutePayments = 500
)

// oldRouteBench is a bridge beside an old gateway and what was measured of it.
type oldRouteBench struct {
	*movingWorld
	every time.Duration // between two payments
	ways  []*paymentWay
	marks commitTimes
	disk  []quantiles
}

// paymentWay is one of the ways that payments go.
type paymentWay struct {
	name    string
	address string
	shops   [2]string // by name, one of each suite; blocks take turns
	waited  []quantiles
	late    []quantiles // how long after a payment was due the client began
	cpu     time.Duration
}

// quantiles of a block.
type quantiles struct{ p50, p99 time.Duration }

func quantilesOf(list []time.Duration) quantiles {
	return quantiles{quantile(list, .5), quantile(list, .99)}
}

func newOldRouteBench(b *testing.B, store func(testing.TB, settings) *world) *oldRouteBench {
	plain, closing := "http://"+port.Free(b), "http://"+port.Free(b)
	m := newMovingWorldOf(b, manyShops(4), "old", func(t testing.TB, s settings) *world {
		proxy := "reverse_proxy " + strings.Fields(s.Extra)[1]
		s.After = fmt.Sprintf("%s {\n\t%s\n}\n%s {\n\theader Connection close\n\t%s\n}", plain, proxy, closing, proxy)
		return store(t, s)
	})
	m.bridge.start()
	names := m.shopNames()
	old, shadow := [2]string(names[:2]), [2]string(names[2:])
	for _, name := range shadow {
		m.route(m.bridge, m.shops[name].MerID, "shadow")
	}
	r := &oldRouteBench{movingWorld: m, ways: []*paymentWay{
		{name: "proxy", address: plain, shops: old},
		{name: "closing", address: closing, shops: old},
		{name: "old", address: m.bridge.url, shops: old},
		{name: "shadow", address: m.bridge.url, shops: shadow},
	}}
	r.every = 2 * r.fastest(b)
	return r
}

// shopNames are the names of the merchants in order.
func (w *world) shopNames() []string {
	names := make([]string, 0, len(w.shops))
	for name := range w.shops {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// fastest is the time that a payment takes on the old route when as many are under way
// as the bridge can do with.
func (r *oldRouteBench) fastest(b *testing.B) time.Duration {
	const payments, merchants = 3000, 8
	old := r.ways[2]
	client := r.payer(old, 0)
	var all sync.WaitGroup
	begun := time.Now()
	for range merchants {
		all.Go(func() {
			for range payments / merchants {
				r.mustPay(b, client, old.shops[0])
			}
		})
	}
	all.Wait()
	return time.Since(begun) / payments
}

// payer is a merchant's program on a way.
func (r *oldRouteBench) payer(way *paymentWay, block int) *merchant.Client {
	shop := r.shops[way.shops[block%2]]
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &merchant.Client{
		BaseURL: way.address, MerchantID: shop.MerID, Key: shop.Key, Dialect: merchant.Dialects()[0],
		HTTP: &http.Client{Transport: transport, Timeout: patience},
	}
}

func (r *oldRouteBench) mustPay(b *testing.B, client *merchant.Client, shop string) {
	reply, err := client.Pay(b.Context(), r.payment(shop, "WxSao", 100))
	if err != nil || reply.RespCode != "00" {
		b.Errorf("%+v, %v", reply, err)
	}
}

// block has each way take its turn, and the disk.
func (r *oldRouteBench) block(b *testing.B, i int) {
	for n := range r.ways {
		way := r.ways[(i+n)%len(r.ways)] // nobody is always behind the same one
		client, shop := r.payer(way, i), way.shops[i%2]
		r.paced(oldRoutePayments/10, func() { r.mustPay(b, client, shop) }) // connections are made
		began, marked := cpuTime(b, r.bridge.cmd.Process.Pid), r.bridge.markTimes()
		took, late := r.paced(oldRoutePayments, func() { r.mustPay(b, client, shop) })
		way.cpu += cpuTime(b, r.bridge.cmd.Process.Pid) - began
		way.waited, way.late = append(way.waited, quantilesOf(took)), append(way.late, quantilesOf(late))
		if way.name == "old" {
			r.marks.add(marked, r.bridge.markTimes())
		}
	}
	file, err := os.Create(filepath.Join(r.dir, "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	page := make([]byte, 4096)
	took, _ := r.paced(oldRoutePayments, func() {
		if _, err := file.Write(page); err != nil {
			b.Error(err)
		}
		if err := file.Sync(); err != nil {
			b.Error(err)
		}
	})
	r.disk = append(r.disk, quantilesOf(took))
}

// paced does something at the steady rate, whether or not the earlier ones have ended.
// It returns how long each took from when it was due, and how much of that had passed
// when it began.
func (r *oldRouteBench) paced(times int, do func()) (took, late []time.Duration) {
	took, late = make([]time.Duration, times), make([]time.Duration, times)
	var all sync.WaitGroup
	begun := time.Now()
	for i := range times {
		due := begun.Add(time.Duration(i) * r.every)
		time.Sleep(time.Until(due))
		all.Go(func() {
			late[i] = time.Since(due)
			do()
			took[i] = time.Since(due)
		})
	}
	all.Wait()
	return took, late
}

// commitTimes are observations of a histogram: how many took at most so long.
type commitTimes map[float64]uint64

// markTimes reads how long marks have taken until now.
func (p *process) markTimes() commitTimes {
	p.t.Helper()
	times := commitTimes{}
	for _, m := range p.scrape()["paybridge_old_order_mark_duration_seconds"].GetMetric() {
		for _, bucket := range m.GetHistogram().GetBucket() {
			times[bucket.GetUpperBound()] += bucket.GetCumulativeCount()
		}
	}
	return times
}

// add adds what was observed between two readings.
func (c *commitTimes) add(before, after commitTimes) {
	if *c == nil {
		*c = commitTimes{}
	}
	for bound, n := range after {
		(*c)[bound] += n - before[bound]
	}
}

// quantile is the bound of the bucket that so large a share is not above, in
// milliseconds.
func (c commitTimes) quantile(share float64) float64 {
	total := c[math.Inf(1)]
	for _, bound := range slices.Sorted(maps.Keys(c)) {
		if float64(c[bound]) >= share*float64(total) {
			return bound * 1e3
		}
	}
	return 0
}

// report prints the medians of the blocks, in milliseconds.
func (r *oldRouteBench) report(b *testing.B) {
	b.ReportMetric(float64(time.Second)/float64(r.every), "payments/s")
	proxy := r.ways[0]
	payments := float64(len(proxy.waited) * oldRoutePayments)
	for _, q := range quantileNames {
		milliseconds := func(what string, list []time.Duration) {
			b.ReportMetric(quantile(list, .5).Seconds()*1e3, what+"-"+q.name+"-ms")
		}
		milliseconds("proxy", q.of(proxy.waited))
		milliseconds("disk", q.of(r.disk))
		b.ReportMetric(r.marks.quantile(q.share), "mark-"+q.name+"-ms")
		before := proxy
		for _, way := range r.ways[1:] {
			milliseconds(way.name+"-adds", differences(q.of(before.waited), q.of(way.waited)))
			if way.name == "old" {
				before = way // of which the shadow is one
			}
		}
		milliseconds("client-late", q.of(r.ways[2].late))
	}
	b.ReportMetric(residentMiB(b, r.bridge.cmd.Process.Pid), "MiB")
	for _, way := range r.ways {
		b.ReportMetric(float64(way.cpu.Microseconds())/payments, way.name+"-cpu-µs")
	}
}

// quantileNames are the quantiles that are printed.
var quantileNames = []struct {
	name  string
	share float64
	of    func([]quantiles) []time.Duration
}{
	{"p50", .5, func(list []quantiles) []time.Duration {
		return each(list, func(q quantiles) time.Duration { return q.p50 })
	}},
	{"p99", .99, func(list []quantiles) []time.Duration {
		return each(list, func(q quantiles) time.Duration { return q.p99 })
	}},
}

func each(list []quantiles, of func(quantiles) time.Duration) []time.Duration {
	all := make([]time.Duration, len(list))
	for i, q := range list {
		all[i] = of(q)
	}
	return all
}

// differences are those of the blocks of two ways.
func differences(less, more []time.Duration) []time.Duration {
	list := make([]time.Duration, len(less))
	for i := range list {
		list[i] = more[i] - less[i]
	}
	return list
}
