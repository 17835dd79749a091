package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/tests/ledgerless"
	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// sizing is what BenchmarkSizing measures, row by row.
type sizing struct {
	b     *testing.B
	scale float64
	rows  []sizingRow
	proxy time.Duration            // CPU of one request through plain Caddy
	bare  map[string]time.Duration // CPU of the bare crypto of a payment, by suite; with standard RSA
}

// sizingRow is a row of the table: a name, what was measured, and a duration that is
// compared with the plain proxy and the bare crypto of a suite, where there is one.
type sizingRow struct {
	name, value, suite string
	compared           time.Duration
}

// BenchmarkSizing measures in one run what an operator has to know to choose a machine,
// and prints it as one table: as it is here, and as ratios to plain Caddy's
// reverse_proxy and to the bare crypto of the same run, which hold elsewhere too. CPU is
// that of the whole process of the bridge. PAYBRIDGE_BENCH_SCALE makes it shorter, 0.05
// for a twentieth of the payments, orders and merchants; what a short run measures is
// worth little.
func BenchmarkSizing(b *testing.B) {
	s := &sizing{b: b, scale: 1, bare: make(map[string]time.Duration)}
	if text := os.Getenv("PAYBRIDGE_BENCH_SCALE"); text != "" {
		s.scale = must(strconv.ParseFloat(text, 64))
	}
	for b.Loop() {
		s.rows = nil
		s.plain()
		for _, suite := range []string{"intl", "gm"} {
			for _, fast := range kindsOf(suite) {
				s.payments(suite, fast)
				s.withoutLedger(suite, fast)
			}
			s.afterwards(suite)
			s.latency(suite)
		}
		s.start()
		s.merchants()
	}
	s.print(os.Stdout)
}

// many is how many of something there are in this run, at least ten.
func (s *sizing) many(n int) int { return max(10, int(s.scale*float64(n))) }

func (s *sizing) add(name, suite string, compared time.Duration, value string) {
	s.rows = append(s.rows, sizingRow{name, value, suite, compared})
}

func (s *sizing) addCPU(name, suite string, each time.Duration) {
	s.add(name, suite, each, fmt.Sprintf("%.2f ms", each.Seconds()*1e3))
}

// print writes the table.
func (s *sizing) print(to io.Writer) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\n%s, %d cores, %s\n\n", processor(), runtime.NumCPU(), runtime.Version())
	fmt.Fprintln(w, "What\tMeasured\tTo the plain proxy\tTo the bare crypto")
	for _, r := range s.rows {
		proxy, bare := "", ""
		if r.compared > 0 {
			proxy = fmt.Sprintf("× %.2f", float64(r.compared)/float64(s.proxy))
			if crypto := s.bare[r.suite]; crypto > 0 {
				bare = fmt.Sprintf("× %.2f", float64(r.compared)/float64(crypto))
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.name, r.value, proxy, bare)
	}
	w.Flush()
}

// processor is what Linux calls the processor.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, value, is := strings.Cut(line, ":"); is && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// cpuOf is the CPU time that a process takes for each of n.
func cpuOf(b *testing.B, pid, n int, do func()) time.Duration {
	before := cpuTime(b, pid)
	do()
	return (cpuTime(b, pid) - before) / time.Duration(n)
}

// plain measures a proxy that only passes sealed messages on, and the bare crypto.
func (s *sizing) plain() {
	site := "http://" + port.Free(s.b)
	w := newWorld(s.b, settings{})
	address := w.settings.Gateway
	w.settings.After = site + " {\n\treverse_proxy " + strings.TrimSuffix(strings.TrimPrefix(address, "http://"), sandbox.OnePayPath) + "\n}"
	w.writeConfig(w.bridge)
	w.bridge.startAnyhow()
	n := s.many(4000)
	messages := sealedPayments(s.b, "gm", n)
	s.proxy = cpuOf(s.b, w.bridge.cmd.Process.Pid, n, func() {
		atOnce(n, func(i int) { post(s.b, site+sandbox.OnePayPath, messages[i]) })
	})
	w.bridge.stop()
	s.addCPU("a request through plain Caddy's reverse_proxy", "", s.proxy)
	for _, suite := range []string{"intl", "gm"} {
		s.bare[suite] = bareCrypto(s.b, suite)
		s.addCPU("the bare crypto of a payment, "+kindOf(suite, false), suite, s.bare[suite])
	}
	if err := fastrsa.Available(); err != nil {
		s.add("fast RSA", "", 0, err.Error())
		return
	}
	s.addCPU("the bare crypto of a payment, "+kindOf("intl", true), "intl", s.bareFast())
}

// payments measures whole payments on SQLite: two commits before the merchant hears.
func (s *sizing) payments(suite string, fast bool) {
	set := settings{}
	if !fast {
		set.Extra = "rsa standard"
	}
	w := startWorld(s.b, set)
	n := s.many(3000)
	w.payMany(s.b, suite, n/10+16) // to warm up
	cpu := cpuOf(s.b, w.bridge.cmd.Process.Pid, n, func() { w.payMany(s.b, suite, n) })
	w.bridge.stop()
	s.addCPU("a payment, "+kindOf(suite, fast)+", with the ledger", suite, cpu)
}

// withoutLedger measures the same payments by a program that only translates.
func (s *sizing) withoutLedger(suite string, fast bool) {
	w := newWorld(s.b, settings{})
	shop := shops[suite]
	cmd, address, end, err := ledgerless.Start(ledgerless.Config{
		Gateway: w.settings.Gateway, MerID: shop.MerID, Key: shop.Key, GatewayMerchant: shop.Gateway, SM: suite == "gm", FastRSA: fast,
		PrivateKey: keyPath(shop.PrivateKey), GatewayKey: keyPath(shop.GatewayKey), PublicURL: "https://pay.example.com", Subject: "order",
	})
	if err != nil {
		s.b.Fatal(err)
	}
	w.bridge.url = address // merchants call it in place of the bridge
	n := s.many(3000)
	w.payMany(s.b, suite, n/10+16)
	cpu := cpuOf(s.b, cmd.Process.Pid, n, func() { w.payMany(s.b, suite, n) })
	if err := end(); err != nil {
		s.b.Fatal(err)
	}
	s.addCPU("a payment, "+kindOf(suite, fast)+", translated only: no Caddy, no ledger", suite, cpu)
}

// afterwards measures notices, while the merchant is paused, and then the notifications
// that were kept back.
func (s *sizing) afterwards(suite string) {
	w := startWorld(s.b, settings{})
	n := s.many(1500)
	notices := make([]sandbox.Notice, n)
	orders := make([]string, n)
	atOnce(n, func(i int) {
		p := w.payment(suite, "WxSao", 1000)
		notice, err := w.paidBy(suite, p)
		if err != nil {
			s.b.Error(err)
		}
		notices[i], orders[i] = notice, p.OrderID
	})
	pid := w.bridge.cmd.Process.Pid
	w.bridge.ask("merchant", "pause", shops[suite].MerID, "--why", "measuring").want(s.b, 0)
	cpu := cpuOf(s.b, pid, n, func() {
		atOnce(n, func(i int) {
			results, err := w.gateway.SendNotice(s.b.Context(), notices[i])
			if err != nil || !results[0].Acknowledged() {
				s.b.Errorf("notice: %v %+v", err, results)
			}
		})
	})
	s.add("notices for each second of CPU, "+suite, suite, cpu, fmt.Sprintf("%.0f", float64(time.Second)/float64(cpu)))
	cpu = cpuOf(s.b, pid, n, func() {
		w.bridge.ask("merchant", "resume", shops[suite].MerID, "--why", "measured").want(s.b, 0)
		for _, orderID := range orders {
			w.notified(suite, orderID, 1)
		}
	})
	s.add("notifications for each second of CPU, "+suite, suite, cpu, fmt.Sprintf("%.0f", float64(time.Second)/float64(cpu)))
	w.bridge.stop()
}

// latency measures how much longer a merchant waits than the gateway alone takes behind
// a plain proxy, at half the rate that all of this machine can carry, the gateway too.
func (s *sizing) latency(suite string) {
	site := "http://" + port.Free(s.b)
	w := newWorld(s.b, settings{})
	w.settings.After = site + " {\n\treverse_proxy " + strings.TrimSuffix(strings.TrimPrefix(w.settings.Gateway, "http://"), sandbox.OnePayPath) + "\n}"
	w.writeConfig(w.bridge)
	w.bridge.start()
	n := s.many(2000)
	w.payMany(s.b, suite, n/10+16)
	begun := time.Now()
	w.payMany(s.b, suite, n)
	every := 2 * time.Since(begun) / time.Duration(n)
	messages := sealedPayments(s.b, suite, n)
	alone := steadily(n, every, func(i int) { post(s.b, site+sandbox.OnePayPath, messages[i]) })
	client := w.client(suite)
	bridged := steadily(n, every, func(int) {
		reply, err := client.Pay(s.b.Context(), w.payment(suite, "WxSao", 1000))
		if err != nil || reply.RespCode != "00" {
			s.b.Errorf("%+v, %v", reply, err)
		}
	})
	w.bridge.stop()
	for _, share := range []struct {
		name string
		of   float64
	}{{"p50", .5}, {"p99", .99}} {
		gateway, all := quantile(alone, share.of), quantile(bridged, share.of)
		s.add(fmt.Sprintf("added latency at half load, %s, %s", suite, share.name), "", 0,
			fmt.Sprintf("%.1f ms more than %.1f ms through the proxy (%.0f/s)", (all-gateway).Seconds()*1e3, gateway.Seconds()*1e3, float64(time.Second)/float64(every)))
	}
}

// start measures a start on a ledger of many orders, and what memory it takes.
func (s *sizing) start() {
	w := startWorld(s.b, settings{})
	w.bridge.stop() // has made the ledger
	orders := s.many(1_000_000)
	fillLedger(s.b, strings.TrimPrefix(w.settings.Ledger, "sqlite "), orders)
	begun := time.Now()
	w.bridge.startAnyhow()
	took := time.Since(begun)
	pause(s.b.Context(), 3*time.Second) // the dispatcher and the reconciler are at work
	s.add(fmt.Sprintf("start with %d orders", orders), "", 0, fmt.Sprintf("answers after %.2f s, %.0f MiB", took.Seconds(), residentMiB(s.b, w.bridge.cmd.Process.Pid)))
	w.bridge.kill()
}

// merchants measures what memory many merchants take, each with a private key of its own,
// before any of them has paid.
func (s *sizing) merchants() {
	w := newWorld(s.b, settings{})
	n := s.many(10_000)
	keys := keyFiles(s.b, (n+1)/2)
	list := make([]map[string]string, n)
	for i := range list {
		suite := []string{"intl", "gm"}[i%2]
		shop := shops[suite]
		list[i] = map[string]string{
			"merid": fmt.Sprintf("88%06d", i), "sign_key": shop.Key, "gateway_merchant": fmt.Sprintf("4730532%05d", i), "suite": shop.Suite,
			"private_key": keys[suite][i/2], "gateway_key": must(filepath.Abs(keyPath(shop.GatewayKey))),
		}
	}
	path := filepath.Join(w.dir, "merchants.json")
	if err := os.WriteFile(path, must(json.Marshal(list)), 0o600); err != nil {
		s.b.Fatal(err)
	}
	w.settings.Extra = "merchants " + path
	w.writeConfig(w.bridge)
	begun := time.Now()
	w.bridge.startAnyhow()
	took, pid := time.Since(begun), w.bridge.cmd.Process.Pid
	once := residentMiB(s.b, pid)
	if err := w.bridge.reload(context.Background()); err != nil {
		s.b.Fatal(err)
	}
	s.add(fmt.Sprintf("%d merchants with keys of their own, half of each suite", n), "", 0,
		fmt.Sprintf("%.0f MiB after a start of %.1f s, %.0f MiB after a reload", once, took.Seconds(), residentMiB(s.b, pid)))
	w.bridge.stop()
}

// sealedPayments are so many pay requests as a bridge sends them.
func sealedPayments(b *testing.B, suite string, n int) []string {
	b.Helper()
	shop := shops[suite]
	own := must(v2.ParsePrivateKey(readKey(b, shop.PrivateKey), ""))
	peer := must(v2.ParsePublicKey(readKey(b, shop.GatewayKey)))
	codec := codecOf(b, suite, own, peer)
	messages := make([]string, n)
	for i := range messages {
		request := must(v1.ParsePay(fmt.Appendf(nil, `{"action":"WxSao","txnamt":"1000","merid":%q,"orderid":"P%019d","backurl":"https://shop.example/n"}`, shop.MerID, i)))
		now := time.Now()
		head, body := translate.BuildPayRequest(request, must(translate.RuleFor(request)), translate.PayCall{
			TranCode: v2.TranPay, GatewayMerchant: shop.Gateway, OrderNo: translate.NewOrderNo("", translate.NewQueryID(1, now, uint64(i))),
			FlowNo: translate.NewFlowNo(shop.Gateway, 1, now, uint64(i)), NotifyURL: "https://pay.example.com/onepay/notify", Subject: "order",
			ClientIP: "203.0.113.9", Now: now, Expires: now.Add(2 * time.Hour),
		})
		messages[i] = must(codec.Seal(shop.Gateway, body.OrderID, must(body.Marshal(head)))).Encode()
	}
	return messages
}

// post sends a form and reads the answer.
func post(b *testing.B, address, form string) {
	response, err := httpclient.Client.Post(address, "application/x-www-form-urlencoded", strings.NewReader(form))
	if err != nil {
		b.Error(err)
		return
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		b.Errorf("status %d, %v", response.StatusCode, err)
	}
}

// atOnce does something n times, some at a time.
func atOnce(n int, do func(i int)) {
	const workers = 16
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// steadily does something n times at a steady rate, whether or not the earlier ones are
// done, and returns how long each took from when it was due.
func steadily(n int, every time.Duration, do func(i int)) []time.Duration {
	list := make([]time.Duration, n)
	var all sync.WaitGroup
	begun := time.Now()
	for i := range list {
		due := begun.Add(time.Duration(i) * every)
		time.Sleep(time.Until(due))
		all.Go(func() {
			do(i)
			list[i] = time.Since(due)
		})
	}
	all.Wait()
	return list
}
