package tests

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// siege is something that goes on beside merchants' payments until it is told to end.
type siege struct {
	name  string
	count int
	begin func(b *testing.B, w *world, count int) (end func())
}

var sieges = []siege{
	{"large bodies", 1500, func(_ *testing.B, w *world, count int) func() {
		stalled := w.stall(count, func(int) net.Addr { return nil })
		return func() {
			for _, s := range stalled {
				s.conn.Close()
			}
		}
	}},
	{"sockets", 10_000, func(b *testing.B, w *world, count int) func() {
		sockets := w.restSockets(b, socketsFor(b, count))
		ctx, stop := context.WithCancel(b.Context())
		go func() {
			for ctx.Err() == nil {
				sockets.drip()
				pause(ctx, time.Second)
			}
		}()
		return func() { stop(); sockets.close() }
	}},
}

// BenchmarkBesieged measures how long merchants wait for the reply to a payment while
// many senders rest in the middle of a request, beside how long they wait without those,
// in the same run. The ratio is what counts.
func BenchmarkBesieged(b *testing.B) {
	const payments = 1000
	for _, s := range sieges {
		b.Run(s.name, func(b *testing.B) {
			w := startWorld(b, settings{ReadTimeout: 10 * time.Minute})
			w.waits(b, payments) // to warm up
			var alone, beside []time.Duration
			for b.Loop() {
				alone = append(alone, w.waits(b, payments)...)
				b.StopTimer()
				end := s.begin(b, w, s.count)
				pause(b.Context(), time.Second) // the bridge has read what they have sent
				b.ReportMetric(residentMiB(b, w.bridge.cmd.Process.Pid), "MiB")
				b.StartTimer()
				beside = append(beside, w.waits(b, payments)...)
				end()
			}
			for name, share := range map[string]float64{"p50": .5, "p99": .99} {
				b.ReportMetric(float64(quantile(beside, share))/float64(quantile(alone, share)), name+"-ratio")
				b.ReportMetric(float64(quantile(alone, share))/1e6, name+"-alone-ms")
			}
		})
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
