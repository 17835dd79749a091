package fastrsa

import (
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"
)

// TestResultBelowTheModulus: a result and the modulus more has the same power, and is not
// what crypto/rsa answers.
func TestResultBelowTheModulus(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		standard, err := rsa.GenerateKey(rand.Reader, 8*s.bytes)
		if err != nil {
			t.Fatal(err)
		}
		k, err := newParts(standard, s)
		if err != nil {
			t.Fatal(err)
		}
		x := new(big.Int).Rsh(standard.N, 9)
		power := new(big.Int).Exp(x, big.NewInt(int64(standard.E)), standard.N)
		limit := new(big.Int).Lsh(big.NewInt(1), uint(8*s.bytes))
		for more, want := range map[*big.Int]int{x: 1, new(big.Int).Add(x, standard.N): 0} {
			if more.Cmp(limit) >= 0 {
				t.Fatalf("%x does not fit", more)
			}
			w := new(recombination)
			toWords(w.result[:2*s.words()], more.FillBytes(make([]byte, s.bytes)))
			raised, below := k.public.power(s, w.result[:2*s.words()], &w.raising)
			out := make([]byte, s.bytes)
			fromWords(out, raised)
			if below != want || new(big.Int).SetBytes(out).Cmp(power) != 0 {
				t.Errorf("%d bits: below %d, want %d; %x, want %x", 8*s.bytes, below, want, out, power)
			}
		}
	}
}
