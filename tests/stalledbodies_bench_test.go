package tests

import (
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkStalledBodies measures how long merchants wait for the reply to a
// payment while 1,500 senders rest in the middle of a large body, beside how long
// they wait without those, in the same run. The ratio is what counts.
func BenchmarkStalledBodies(b *testing.B) {
	const payments, senders = 1000, 1500
	w := startWorld(b, settings{ReadTimeout: 10 * time.Minute})
	w.waits(b, payments) // to warm up
	var alone, beside []time.Duration
	for b.Loop() {
		alone = append(alone, w.waits(b, payments)...)
		b.StopTimer()
		stalled := w.stall(senders, func(int) net.Addr { return nil })
		pause(b.Context(), time.Second) // the bridge has read what they have sent
		b.ReportMetric(residentMiB(b, w.bridge.cmd.Process.Pid), "MiB")
		b.StartTimer()
		beside = append(beside, w.waits(b, payments)...)
		for _, s := range stalled {
			s.conn.Close()
		}
	}
	for name, share := range map[string]float64{"p50": .5, "p99": .99} {
		b.ReportMetric(float64(quantile(beside, share))/float64(quantile(alone, share)), name+"-ratio")
		b.ReportMetric(float64(quantile(alone, share))/1e6, name+"-alone-ms")
	}
}

// waits submits payments, some at a time, and returns how long each took.
func (w *world) waits(b *testing.B, payments int) []time.Duration {
	b.Helper()
	const merchants = 8
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		list []time.Duration
	)
	for range merchants {
		all.Go(func() {
			client := w.client("gm")
			for range payments / merchants {
				begin := time.Now()
				reply, err := client.Pay(b.Context(), w.payment("gm", "WxSao", 100))
				if err != nil || reply.RespCode != "00" {
					b.Errorf("%+v, %v", reply, err)
					return
				}
				mu.Lock()
				list = append(list, time.Since(begin))
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return list
}

// quantile is the time that so large a share of the list is not above.
func quantile(list []time.Duration, share float64) time.Duration {
	slices.Sort(list)
	return list[min(len(list)-1, int(share*float64(len(list))))]
}
