package fastrsa_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
)

// newKey makes a key of so many bits and its fast twin.
func newKey(t testing.TB, bits int) (*rsa.PrivateKey, *fastrsa.Key) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key, fast(t, key)
}

// fast wraps a key; where this machine cannot, the test is skipped.
func fast(t testing.TB, key *rsa.PrivateKey) *fastrsa.Key {
	t.Helper()
	fastrsa.NeedKernels(t)
	k, err := fastrsa.New(key, func() { t.Error("a result was not confirmed by the public key") })
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func forSizes(t *testing.T, test func(t *testing.T, bits int)) {
	t.Helper()
	for _, bits := range []int{2048, 1024} {
		t.Run(fmt.Sprint(bits), func(t *testing.T) {
			t.Parallel()
			test(t, bits)
		})
	}
}

func TestSignsAsStandard(t *testing.T) {
	t.Parallel()
	forSizes(t, func(t *testing.T, bits int) {
		key, k := newKey(t, bits)
		for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.SHA224, crypto.MD5} {
			digest := make([]byte, hash.Size())
			_, _ = rand.Read(digest)
			same(t, func(s privateKey) ([]byte, error) { return s.Sign(rand.Reader, digest, hash) }, key, k)
			same(t, func(s privateKey) ([]byte, error) { return s.Sign(rand.Reader, digest[1:], hash) }, key, k)
		}
		// What is signed with chance can only be verified.
		digest := sha1.Sum(nil)
		signature, err := k.Sign(rand.Reader, digest[:], &rsa.PSSOptions{Hash: crypto.SHA1})
		if err != nil || rsa.VerifyPSS(&key.PublicKey, crypto.SHA1, digest[:], signature, nil) != nil {
			t.Errorf("PSS: %v", err)
		}
	})
}

// privateKey is what both keys are.
type privateKey interface {
	crypto.Signer
	crypto.Decrypter
}

// same compares what two keys answer, errors included.
func same(t *testing.T, do func(privateKey) ([]byte, error), standard, fast privateKey) {
	t.Helper()
	want, wantErr := do(standard)
	got, err := do(fast)
	if !bytes.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Errorf("got %x, %v\nwant %x, %v", got, err, want, wantErr)
	}
}

// zeros is a source of chance without any, so that the key that stands in for a
// broken one is known.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// noChance fails.
type noChance struct{}

func (noChance) Read([]byte) (int, error) { return 0, errors.New("no chance") }

func TestDecryptsAsStandard(t *testing.T) {
	t.Parallel()
	forSizes(t, func(t *testing.T, bits int) {
		key, k := newKey(t, bits)
		for _, c := range ciphertexts(t, key) {
			for _, opts := range []crypto.DecrypterOpts{
				&rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8},
				&rsa.PKCS1v15DecryptOptions{SessionKeyLen: 16},
				&rsa.PKCS1v15DecryptOptions{SessionKeyLen: bits/8 - 11},
				&rsa.PKCS1v15DecryptOptions{SessionKeyLen: bits/8 - 10},
				&rsa.PKCS1v15DecryptOptions{SessionKeyLen: -1},
				&rsa.PKCS1v15DecryptOptions{},
				&rsa.OAEPOptions{Hash: crypto.SHA1},
				nil,
				"no options",
			} {
				for _, random := range []io.Reader{zeros{}, noChance{}} {
					same(t, func(d privateKey) ([]byte, error) { return d.Decrypt(random, c, opts) }, key, k)
				}
			}
		}
	})
}

// ciphertexts are good and bad ones of every kind.
func ciphertexts(t *testing.T, key *rsa.PrivateKey) [][]byte {
	t.Helper()
	size := key.Size()
	seal := func(block []byte) []byte { // without padding of our own
		m := new(big.Int).SetBytes(block)
		return m.Exp(m, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, size))
	}
	block := func(session string, change func([]byte)) []byte {
		b := bytes.Repeat([]byte{0xa5}, size)
		b[0], b[1], b[size-len(session)-1] = 0, 2, 0
		copy(b[size-len(session):], session)
		change(b)
		return seal(b)
	}
	n := key.N.FillBytes(make([]byte, size))
	list := [][]byte{
		block("12345678", func([]byte) {}),
		block("0123456789abcdef", func([]byte) {}),
		block("12345678", func(b []byte) { b[0] = 1 }),
		block("12345678", func(b []byte) { b[1] = 1 }),
		block("12345678", func(b []byte) { b[5] = 0 }),
		block("12345678", func(b []byte) { b[size-9] = 7 }),
		block("12345678", func(b []byte) { b[size-1] = 0 }),
		block("1234567", func([]byte) {}),
		block("", func([]byte) {}),
		block("", func(b []byte) { b[size-1] = 1 }),
		make([]byte, size), // 0
		n, {}, {1}, n[1:], append([]byte{0}, n...), bytes.Repeat([]byte{0xff}, size),
	}
	for _, x := range edges(key) {
		list = append(list, x.FillBytes(make([]byte, size)))
	}
	return list
}

// edges are numbers below the modulus at which arithmetic goes wrong first.
func edges(key *rsa.PrivateKey) []*big.Int {
	one, p, q := big.NewInt(1), key.Primes[0], key.Primes[1]
	r := new(big.Int).Lsh(one, map[int]uint{256: 1040, 128: 520}[key.Size()])
	list := []*big.Int{
		big.NewInt(0), one, big.NewInt(2), p, q, r,
		new(big.Int).Sub(key.N, one), new(big.Int).Sub(key.N, p), new(big.Int).Sub(key.N, q),
		new(big.Int).Sub(p, one), new(big.Int).Add(q, one), new(big.Int).Sub(r, one),
		new(big.Int).Lsh(p, 3), new(big.Int).Rsh(key.N, 1),
	}
	for bit := uint(0); bit < uint(key.N.BitLen()-1); bit += 52 {
		list = append(list, new(big.Int).Lsh(one, bit), new(big.Int).Sub(new(big.Int).Lsh(one, bit), one))
	}
	return list
}

// TestManyKeysAtOnce lets a hundred callers of eight keys of both sizes meet. The first of
// them to come prepare the keys.
func TestManyKeysAtOnce(t *testing.T) {
	t.Parallel()
	const callers, rounds = 100, 13
	var standards []*rsa.PrivateKey
	var keys []*fastrsa.Key
	for i := range 8 {
		key, k := newKey(t, []int{2048, 1024}[i%2])
		standards, keys = append(standards, key), append(keys, k)
	}
	var all sync.WaitGroup
	for i := range callers {
		key, k := standards[i%len(keys)], keys[i%len(keys)]
		all.Go(func() {
			for range rounds {
				digest := make([]byte, sha1.Size)
				_, _ = rand.Read(digest)
				same(t, func(s privateKey) ([]byte, error) { return s.Sign(nil, digest, crypto.SHA1) }, key, k)
				c, _ := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, digest[:8])
				got, err := k.Decrypt(rand.Reader, c, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8})
				if err != nil || !bytes.Equal(got, digest[:8]) {
					t.Errorf("opened %x, %v; want %x", got, err, digest[:8])
				}
			}
		})
	}
	all.Wait()
}
