package tests

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/paybridge/paybridge/tests/leakage"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// tellApart are pairs of forged notices of one length. Whoever could tell the second
// from the first by the time of the answer could open what was sealed to the merchant.
var tellApart = []struct {
	name   string
	change func(f *forger, e *v2.Envelope, class int)
}{
	{"padding_of_the_session_key", func(f *forger, e *v2.Envelope, class int) {
		e.KeyEnc = hex.EncodeToString(f.wrap(unhex(f.random(f.shop.block()))))
		if class == 1 {
			e.KeyEnc = f.multiplied(e.KeyEnc)
		}
	}},
	{"padding_of_the_message", func(f *forger, e *v2.Envelope, class int) {
		f.choose(e, 40, class) // one byte, or none
	}},
	{"nothing", func(f *forger, e *v2.Envelope, _ int) { // what chance does
		f.choose(e, 40, 1)
	}},
}

// BenchmarkNoticeTiming asks whether the time of the answer to a forged notice tells how
// far it came, over HTTP and a connection that is kept. It prints the t of
// [leakage.Compare].
func BenchmarkNoticeTiming(b *testing.B) {
	for suite := range shops {
		w := startWorld(b, settings{})
		f := newForger(b, suite, rand.Uint64())
		client := &http.Client{}
		for _, pair := range tellApart {
			b.Run(suite+"/"+pair.name, func(b *testing.B) {
				e := f.genuine()
				t := leakage.Compare(b.N, func(class int) func() {
					forged := e
					pair.change(f, &forged, class)
					form := forged.Encode()
					return func() {
						if _, err := postForged(client, w.bridge.url, form); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.ReportMetric(t, "t")
			})
		}
	}
}
