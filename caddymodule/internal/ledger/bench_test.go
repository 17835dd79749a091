package ledger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// durable makes places whose commits wait for the disk, as they do in earnest.
var durable = []struct {
	name string
	make func(testing.TB) place
}{
	{"sqlite", func(tb testing.TB) place { return sqlitePlace{filepath.Join(tb.TempDir(), "ledger.db")} }},
	{"postgres", func(tb testing.TB) place { return postgresPlace{dsn: pgtest.Start(tb, "shared_buffers=512MB").DSN()} }},
}

var benchmarked atomic.Int64 // numbers the orders of all benchmarks

// BenchmarkCommits begins orders from several goroutines, through the ledger and
// then with one plain transaction for each on the same disk.
func BenchmarkCommits(b *testing.B) {
	for _, store := range durable {
		for _, writers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/%d", store.name, writers), func(b *testing.B) {
				p := store.make(b)
				l := p.open(b)
				begin := func() error {
					_, _, err := l.Begin(b.Context(), sample(int(benchmarked.Add(1))))
					return err
				}
				rate(b, writers, 10*writers, begin) // warms up
				b.ResetTimer()
				grouped := rate(b, writers, b.N, begin)
				b.StopTimer()
				l.Close()
				plain := openPlain(b, p)
				alone := rate(b, writers, min(b.N, 1000), func() error {
					return plain.Begin(b.Context(), sample(int(benchmarked.Add(1))))
				})
				b.ReportMetric(grouped, "commits/s")
				b.ReportMetric(alone, "plain-commits/s")
				b.ReportMetric(grouped/alone, "ratio")
			})
		}
	}
}

func openPlain(b *testing.B, p place) ledger.Plain {
	b.Helper()
	var plain ledger.Plain
	switch p := p.(type) {
	case sqlitePlace:
		plain = ledger.PlainSQLite(p.path)
	case postgresPlace:
		var err error
		if plain, err = ledger.PlainPostgres(p.dsn); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(func() { plain.Close() })
	return plain
}

// rate calls do n times from several goroutines and returns calls per second.
func rate(b *testing.B, workers, n int, do func() error) float64 {
	b.Helper()
	var taken atomic.Int64
	var all sync.WaitGroup
	started := time.Now()
	for range workers {
		all.Go(func() {
			for taken.Add(1) <= int64(n) {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n) / time.Since(started).Seconds()
}

// BenchmarkReads finds orders by their keys, through the ledger and with each
// statement spelt and prepared anew, in turns.
func BenchmarkReads(b *testing.B) {
	for _, store := range durable {
		for _, readers := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/%d", store.name, readers), func(b *testing.B) {
				l := store.make(b).open(b)
				pay(b, l, sample(0), noon)
				multiply(b, l, 1000)
				key := sample(0).Key
				of := func(l *ledger.Ledger) func() error {
					return func() error {
						_, err := l.Order(b.Context(), key)
						return err
					}
				}
				kept, anew := of(l), of(ledger.Unprepared(l))
				rate(b, readers, 100, kept) // warms up
				rate(b, readers, 100, anew)
				b.ResetTimer()
				const turns = 5
				var reads, plain float64
				for range turns {
					reads += rate(b, readers, b.N/turns+1, kept) / turns
					plain += rate(b, readers, b.N/turns+1, anew) / turns
				}
				b.ReportMetric(reads, "reads/s")
				b.ReportMetric(plain, "plain-reads/s")
				b.ReportMetric(reads/plain, "ratio")
			})
		}
	}
}

// BenchmarkNotifications claims and finishes notifications, 64 at a time, from
// four goroutines, while as many again wait at another host.
func BenchmarkNotifications(b *testing.B) {
	for _, store := range durable {
		b.Run(store.name, func(b *testing.B) {
			l := store.make(b).open(b)
			pay(b, l, sample(0), noon)
			multiply(b, l, b.N)
			if err := ledger.Exec(b.Context(), l,
				`UPDATE notifications SET host = 'dead.example' WHERE order_id LIKE '%7'`); err != nil {
				b.Fatal(err)
			}
			free := roomAt(64, func(host string, want int) int {
				if host == "dead.example" {
					return 0
				}
				return want
			})
			b.ResetTimer()
			var done atomic.Int64
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() { deliverAll(b, l, free, &done) })
			}
			all.Wait()
			b.ReportMetric(float64(done.Load())/b.Elapsed().Seconds(), "notifications/s")
		})
	}
}

func deliverAll(b *testing.B, l *ledger.Ledger, free func() ledger.Room, done *atomic.Int64) {
	for {
		claimed, err := l.ClaimNotifications(b.Context(), after(time.Minute), time.Minute, free)
		if err != nil {
			b.Error(err)
		}
		if len(claimed) == 0 {
			return
		}
		var all sync.WaitGroup
		for _, d := range claimed {
			all.Go(func() {
				if err := l.Finish(b.Context(), d.Notification, ledger.Attempt{At: noon}, ledger.Delivered, noon); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		done.Add(int64(len(claimed)))
	}
}

// BenchmarkOpen opens a ledger of many orders, one in ten of them with a waiting
// notification, and does what a start does. PAYBRIDGE_BENCH_ORDERS says how many;
// the design asks for 1000000.
func BenchmarkOpen(b *testing.B) {
	orders := 20_000
	if text := os.Getenv("PAYBRIDGE_BENCH_ORDERS"); text != "" {
		var err error
		if orders, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for _, store := range durable {
		b.Run(fmt.Sprintf("%s/%d", store.name, orders), func(b *testing.B) {
			p := store.make(b)
			l := p.open(b)
			pay(b, l, sample(0), noon)
			multiply(b, l, orders)
			if err := ledger.Exec(b.Context(), l,
				`UPDATE notifications SET state = 'delivered' WHERE order_id NOT LIKE '%7'`); err != nil {
				b.Fatal(err)
			}
			l.Close()
			b.ResetTimer()
			var counting time.Duration
			for range b.N {
				l := p.open(b)
				if _, _, err := l.NextDue(b.Context()); err != nil {
					b.Fatal(err)
				}
				mustClaimOrders(b, l, noon, 64)
				mustClaim(b, l, noon, 64)
				b.StopTimer()
				started := time.Now()
				if _, err := l.Gauges(b.Context(), noon); err != nil {
					b.Fatal(err)
				}
				counting += time.Since(started)
				l.Close()
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/start")
			b.ReportMetric(float64(counting.Milliseconds())/float64(b.N), "ms/gauges")
			b.ReportMetric(float64(size(b, p))/float64(orders), "bytes/order")
		})
	}
}

// size is what the ledger takes on disk, in bytes.
func size(b *testing.B, p place) int64 {
	b.Helper()
	if file, ok := p.(sqlitePlace); ok {
		info, err := os.Stat(file.path)
		if err != nil {
			b.Fatal(err)
		}
		return info.Size()
	}
	text, err := ledger.Text(b.Context(), p.open(b), `SELECT pg_database_size(current_database())::text`)
	if err != nil {
		b.Fatal(err)
	}
	bytes, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}
