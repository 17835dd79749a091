package fastrsa_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
	"github.com/paybridge/paybridge/tests/rsapairs"
)

// TestRootsAtTheEdges does one to four operations of different keys in one go, with numbers
// at which arithmetic goes wrong first and with good and broken paddings.
func TestRootsAtTheEdges(t *testing.T) {
	t.Parallel()
	forSizes(t, func(t *testing.T, bits int) {
		standards, keys := differentKeys(t, bits)
		inputs := sideBySide(t, standards)
		var w fastrsa.Space
		for round := range inputs[0] {
			var ks []*fastrsa.Key
			var xs [][]byte
			for i := range keys {
				at := (round + i) % len(keys) // each key is the first, which is alone, in its turn
				ks, xs = append(ks, keys[at]), append(xs, inputs[at][round])
				wantRoots(t, &w, ks, xs)
			}
		}
	})
}

// TestAnswersInOneBatch has three callers decrypt, side by side what is good and what is
// broken, and a fourth one sign among them. They get the answers of crypto/rsa.
func TestAnswersInOneBatch(t *testing.T) {
	t.Parallel()
	forSizes(t, func(t *testing.T, bits int) {
		standards, keys := differentKeys(t, bits)
		inputs := sideBySide(t, standards)
		for round := range inputs[0] {
			fastrsa.InOneBatch(t, keys, func(i int) {
				ciphertext := inputs[i][(round+i)%len(inputs[i])]
				same(t, func(k privateKey) ([]byte, error) {
					if i == round%len(keys) {
						return k.Sign(nil, ciphertext[:32], crypto.SHA256)
					}
					return k.Decrypt(zeros{}, ciphertext, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8})
				}, standards[i], keys[i])
			})
		}
	})
}

// TestManyKeys makes a key of every two primes, in either order and with 3 and 65537 for the
// exponent in turn: 33 primes give 1,056 keys of 1024 bits, and 12 give 132 of 2048 bits.
// More of those would cost too much: this takes about two seconds, mostly to find primes.
func TestManyKeys(t *testing.T) {
	t.Parallel()
	forSizes(t, func(t *testing.T, bits int) {
		all := rsapairs.Primes(t, map[int]int{1024: 33, 2048: 12}[bits], bits/2)
		var w fastrsa.Space
		var keys []*fastrsa.Key
		var in [][]byte
		for _, p := range all {
			for _, q := range all {
				if p == q {
					continue
				}
				key := rsapairs.Key(t, p, q, []int{3, 65537}[len(keys)%2])
				x, err := rand.Int(rand.Reader, key.N)
				if err != nil {
					t.Fatal(err)
				}
				keys, in = append(keys, fast(t, key)), append(in, x.FillBytes(make([]byte, bits/8)))
				wantRoots(t, &w, keys[len(keys)-1:], in[len(in)-1:])
				if len(keys) == 4 {
					wantRoots(t, &w, keys, in)
					keys, in = nil, nil
				}
			}
		}
	})
}

// wantRoots does one operation of each key in one go, and has math/big raise the results to
// the public exponent: of all numbers below the modulus the right one alone gives what it
// was made from.
func wantRoots(t *testing.T, w *fastrsa.Space, keys []*fastrsa.Key, in [][]byte) {
	t.Helper()
	for i, root := range w.Run(t, keys, in) {
		public := keys[i].Public().(*rsa.PublicKey)
		x := new(big.Int).SetBytes(root)
		raised := new(big.Int).Exp(x, big.NewInt(int64(public.E)), public.N)
		if len(root) != public.Size() || x.Cmp(public.N) >= 0 || raised.Cmp(new(big.Int).SetBytes(in[i])) != 0 {
			t.Errorf("%d of %d at once: %x to the power 1/%d modulo %x is %x", i, len(keys), in[i], public.E, public.N, root)
		}
	}
}

// differentKeys are four: each exponent with the smaller prime first, and with it last.
func differentKeys(t *testing.T, bits int) (standards []*rsa.PrivateKey, keys []*fastrsa.Key) {
	t.Helper()
	p := rsapairs.Primes(t, 4, bits/2)
	standards = []*rsa.PrivateKey{
		rsapairs.Key(t, p[0], p[1], 3), rsapairs.Key(t, p[2], p[1], 65537),
		rsapairs.Key(t, p[2], p[3], 65537), rsapairs.Key(t, p[3], p[0], 3),
	}
	for _, key := range standards {
		keys = append(keys, fast(t, key))
	}
	return standards, keys
}

// sideBySide has the ciphertexts of each key, without those that crypto/rsa refuses at once.
func sideBySide(t *testing.T, keys []*rsa.PrivateKey) (inputs [][][]byte) {
	t.Helper()
	for _, key := range keys {
		n := key.N.FillBytes(make([]byte, key.Size()))
		inputs = append(inputs, slices.DeleteFunc(ciphertexts(t, key), func(c []byte) bool {
			return len(c) != len(n) || bytes.Compare(c, n) >= 0
		}))
	}
	return inputs
}
