package shadow

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/preview"
)

// BenchmarkOffer is what an exchange costs the request that it was: ratio is that to the
// comparison itself, which nobody waits for. The queue is full most of the time, as
// when more comes than can be compared.
func BenchmarkOffer(b *testing.B) {
	r := new(record)
	w := Start(Config{Settings: settings, Store: r, Observer: r, Now: time.Now, Goroutines: 1, Entries: DefaultEntries, Bytes: DefaultBytes, Lag: time.Hour})
	defer stop(w)
	m, e := merchant(), exchange(preview.Pay, paying("WxSao"), paid)
	began := time.Now()
	const compared = 20
	for range compared {
		Compare(m, settings, e, noon)
	}
	comparison := time.Since(began) / compared
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		w.Offer(m, e)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(comparison), "ratio")
}

// BenchmarkCompare is a comparison, whose signature with RSA is nearly all of it.
func BenchmarkCompare(b *testing.B) {
	m, e := merchant(), exchange(preview.Pay, paying("WxSao"), paid)
	b.ReportAllocs()
	for b.Loop() {
		Compare(m, settings, e, noon)
	}
}
