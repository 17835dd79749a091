package tests

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// keyFiles writes private keys, so many of each suite, and returns their paths.
func keyFiles(b *testing.B, each int) map[string][]string {
	b.Helper()
	folder := b.TempDir()
	paths := make(map[string][]string)
	write := func(suite string, key crypto.PrivateKey) {
		path := filepath.Join(folder, fmt.Sprintf("%s-%d.pem", suite, len(paths[suite])))
		text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(smx509.MarshalPKCS8PrivateKey(key))})
		if err := os.WriteFile(path, text, 0o600); err != nil {
			b.Fatal(err)
		}
		paths[suite] = append(paths[suite], path)
	}
	for range each {
		write("gm", must(sm2.GenerateKey(rand.Reader)))
	}
	for _, key := range keysOfPairs(each) {
		write("intl", key)
	}
	return paths
}

// keysOfPairs makes RSA keys, each another one. They share primes, two and two: 5,000 keys
// with primes of their own would take a quarter of an hour.
func keysOfPairs(n int) []*rsa.PrivateKey {
	const exponent, bits = 65537, 1024
	var primes []*big.Int
	keys := make([]*rsa.PrivateKey, 0, n)
	for {
		p := must(rand.Prime(rand.Reader, bits))
		for _, q := range primes {
			phi := new(big.Int).Mul(new(big.Int).Sub(p, big.NewInt(1)), new(big.Int).Sub(q, big.NewInt(1)))
			d := new(big.Int).ModInverse(big.NewInt(exponent), phi)
			if d == nil {
				continue
			}
			key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: exponent}, D: d, Primes: []*big.Int{p, q}}
			key.Precompute()
			if keys = append(keys, key); len(keys) == n {
				return keys
			}
		}
		primes = append(primes, p)
	}
}
