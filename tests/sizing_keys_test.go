package tests

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"github.com/paybridge/paybridge/tests/rsapairs"
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
	for _, key := range keysOfPairs(b, each) {
		write("intl", key)
	}
	return paths
}

// keysOfPairs makes RSA keys, each another one: 5,000 with primes of their own would take a
// quarter of an hour.
func keysOfPairs(b *testing.B, n int) (keys []*rsa.PrivateKey) {
	b.Helper()
	primes := rsapairs.Primes(b, int(math.Sqrt(2*float64(n)))+2, 1024)
	for i, p := range primes {
		for _, q := range primes[:i] {
			keys = append(keys, rsapairs.Key(b, p, q, 65537))
		}
	}
	return keys[:n]
}
