package delivery

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkDelivery measures notifications over real connections on loopback,
// with a ledger in memory: what is left when the ledger costs nothing.
func BenchmarkDelivery(b *testing.B) {
	for _, hosts := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("hosts=%d", hosts), func(b *testing.B) {
			addresses := make([]string, hosts)
			for i := range addresses {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					_, _ = io.WriteString(w, "0000")
				}))
				defer server.Close()
				addresses[i] = server.URL
			}
			book := newFakeLedger()
			for i := range b.N {
				book.owe(fmt.Sprintf("bench%015d", i), addresses[i%hosts], time.Now())
			}
			seen := make(chan Class, 1024)
			d := New(Config{
				Ledger: book, Lookup: func(string) (Target, bool) { return loopback(), true },
				Observer: counting{finished: func(c Class) { seen <- c }},
			})
			b.ReportAllocs()
			b.ResetTimer()
			d.Start()
			for range b.N {
				if c := <-seen; c != OK {
					b.Fatalf("a notification ended as %s", c)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notifications/s")
			if err := d.Stop(context.Background()); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func BenchmarkGuard(b *testing.B) {
	for b.Loop() {
		if (guard{}).control(context.Background(), "tcp4", "8.8.8.8:443", nil) != nil {
			b.Fatal("a public address is refused")
		}
	}
}
