package fastrsa_test

import (
	"crypto"
	"crypto/sha1"
	"fmt"
	"sync"
	"testing"
)

// BenchmarkSign compares with crypto/rsa in one run: one caller, and sixteen at
// once.
func BenchmarkSign(b *testing.B) {
	for _, bits := range []int{2048, 1024} {
		key, k := newKey(b, bits)
		for _, callers := range []int{1, 16} {
			for _, c := range []struct {
				name   string
				signer crypto.Signer
			}{{"standard", key}, {"fast", k}} {
				b.Run(fmt.Sprintf("bits=%d/callers=%d/%s", bits, callers, c.name), func(b *testing.B) {
					digest := sha1.Sum(nil)
					var all sync.WaitGroup
					for i := range callers {
						all.Go(func() {
							for range b.N/callers + min(1, max(0, b.N%callers-i)) {
								if _, err := c.signer.Sign(nil, digest[:], crypto.SHA1); err != nil {
									b.Error(err)
									return
								}
							}
						})
					}
					all.Wait()
				})
			}
		}
	}
}
