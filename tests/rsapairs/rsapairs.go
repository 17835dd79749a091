// Package rsapairs makes many RSA keys of few primes, for tests: finding primes takes nearly
// all of the time that a key takes. Such keys are worth nothing elsewhere, as two of them
// that share a prime give each other away.
package rsapairs

import (
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"slices"
	"testing"
)

// Primes are so many of that length, the smallest first. None is one more than a multiple of
// 3, so that 3 can be the exponent.
func Primes(tb testing.TB, n, bits int) (list []*big.Int) {
	tb.Helper()
	for len(list) < n {
		p, err := rand.Prime(rand.Reader, bits)
		if err != nil {
			tb.Fatal(err)
		}
		if new(big.Int).Mod(p, big.NewInt(3)).Int64() == 2 {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, (*big.Int).Cmp)
	return list
}

// Key is the key of two primes and an exponent.
func Key(tb testing.TB, p, q *big.Int, e int) *rsa.PrivateKey {
	tb.Helper()
	one := big.NewInt(1)
	totient := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: e},
		D:         new(big.Int).ModInverse(big.NewInt(int64(e)), totient),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	if err := key.Validate(); err != nil {
		tb.Fatal(err)
	}
	return key
}
