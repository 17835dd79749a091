package fastrsa

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
)

// tampers are bits that may turn over in what a key is worked with.
var tampers = map[string]func(*parts){
	"p": func(k *parts) { k.primes[0].m[3] ^= 1 << 7 },
	"q": func(k *parts) { k.primes[1].m[0] ^= 1 << 9 },
	"R": func(k *parts) { // of both primes: one exponent of 512 bits in 4,000 has no digit of zero, which takes it
		k.primes[0].r1[0] ^= 1
		k.primes[1].r1[0] ^= 1
	},
	"R² of q":         func(k *parts) { k.primes[1].r2[1] ^= 1 << 51 },
	"R³":              func(k *parts) { k.primes[0].r3[9] ^= 1 << 30 },
	"-1/m":            func(k *parts) { k.primes[1].k0 ^= 2 },
	"first digit":     func(k *parts) { k.primes[0].digits[0] ^= 8 },
	"last digit of q": func(k *parts) { d := &k.primes[1].digits; d[k.size.digits()-1] ^= 1 },
	"1/q":             func(k *parts) { k.qInverse[2] ^= 1 << 20 },
	"q in words":      func(k *parts) { k.q[7] ^= 1 << 63 },
	"n":               func(k *parts) { k.public.m[1] ^= 1 << 8 },
	"R² of n":         func(k *parts) { k.public.r2[5] ^= 1 << 11 },
	"-1/n":            func(k *parts) { k.public.k0 ^= 1 << 20 },
	"e":               func(k *parts) { k.public.e ^= 2 },
}

// TestFaultsStayInside turns a bit over in one of four keys that work side by side, in each
// place of the batch. Every answer is right all the same. The broken key tells of each of
// its four operations, and its neighbours tell nothing: they have their results from the
// batch, not from crypto/rsa.
func TestFaultsStayInside(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		standards := standardKeys(t, s)
		for name, tamper := range tampers {
			for place := range batch {
				keys, faults := countingKeys(t, standards)
				c := ownCrew(t, keys)
				tamper(prepared(t, keys[place]))
				name := fmt.Sprintf("%s of key %d of %d bits", name, place, 8*s.bytes)
				signsAsStandard(t, name, keys[place]) // alone
				opensAsStandard(t, name, keys[place])
				inOneBatch(t, c, batch, func(i int) { signsAsStandard(t, name, keys[i]) })
				inOneBatch(t, c, batch, func(i int) { opensAsStandard(t, name, keys[i]) })
				want := make([]int, batch)
				want[place] = 4
				if !slices.Equal(faults, want) {
					t.Errorf("%s: the keys tell of %d faults, want %d", name, faults, want)
				}
			}
		}
	}
}

func standardKeys(t *testing.T, s *size) (keys []*rsa.PrivateKey) {
	t.Helper()
	for range batch {
		key, err := rsa.GenerateKey(rand.Reader, 8*s.bytes)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return keys
}

// countingKeys are fast keys, and how many faults each has told.
func countingKeys(t *testing.T, standards []*rsa.PrivateKey) (keys []*Key, faults []int) {
	t.Helper()
	faults = make([]int, len(standards))
	for i, standard := range standards {
		k, err := New(standard, func() { faults[i]++ })
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	return keys, faults
}

func prepared(t testing.TB, k *Key) *parts {
	t.Helper()
	parts, err := k.parts()
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// ownCrew gives keys of one length a size of their own, and its crew one work space.
func ownCrew(t *testing.T, keys []*Key) *crew {
	t.Helper()
	own, c := *keys[0].size, newCrew(1)
	own.crew = func() *crew { return c }
	for _, k := range keys {
		prepared(t, k).size = &own
	}
	return c
}

// inOneBatch has so many callers, up to four, do something that takes one operation each of
// a crew with one space. They come while the space is taken, so that they make one batch, in
// their order.
func inOneBatch(t *testing.T, c *crew, callers int, do func(i int)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := c.take()
		for i := range callers {
			go do(i)
			synctest.Wait()
			if len(c.waiting) != i+1 {
				t.Errorf("%d callers wait, want %d", len(c.waiting), i+1)
			}
		}
		c.leave(w)
	})
}

func signsAsStandard(t *testing.T, name string, k *Key) {
	t.Helper()
	digest := sha1.Sum([]byte(name))
	want, err := k.standard.PrivateKey.Sign(nil, digest[:], crypto.SHA1)
	got, gotErr := k.Sign(nil, digest[:], crypto.SHA1)
	if err != nil || gotErr != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: signed %x, %v; want %x, %v", name, got, gotErr, want, err)
	}
}

func opensAsStandard(t *testing.T, name string, k *Key) {
	t.Helper()
	digest := sha1.Sum([]byte(name))
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, &k.standard.PublicKey, digest[:8])
	if err != nil {
		t.Error(err)
		return
	}
	opened, err := k.Decrypt(rand.Reader, sealed, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8})
	if err != nil || !bytes.Equal(opened, digest[:8]) {
		t.Errorf("%s: opened %x, %v; want %x", name, opened, err, digest[:8])
	}
}

// TestPanicCostsOneBatch has a kernel panic once, in the middle of an operation. The callers
// who have no result yet get theirs from crypto/rsa, and the work space, which is the only
// one, is clear and does the next batch.
func TestPanicCostsOneBatch(t *testing.T) {
	t.Parallel()
	needKernels(t)
	standards := standardKeys(t, sizeOf(256))
	for name, c := range map[string]struct {
		spoil func(*size)
		want  []int // faults
	}{
		"alone":   {func(s *size) { s.pairMul = panicsOnce(s.pairMul, 700) }, []int{1}},
		"batch":   {func(s *size) { s.wideMul = panicsOnce(s.wideMul, 130) }, []int{1, 1, 1, 1}},
		"raising": {func(s *size) { s.singleMul = panicsOnce(s.singleMul, 50) }, []int{0, 0, 1, 1}}, // 19 times for each result
	} {
		keys, faults := countingKeys(t, standards[:len(c.want)])
		crew := ownCrew(t, keys)
		c.spoil(prepared(t, keys[0]).size)
		for range 2 {
			inOneBatch(t, crew, len(keys), func(i int) { signsAsStandard(t, name, keys[i]) })
			if len(crew.free) != 1 || *crew.free[0] != (space{}) {
				t.Fatalf("%s: the work space is lost or not cleared", name)
			}
		}
		if !slices.Equal(faults, c.want) {
			t.Errorf("%s: the keys tell of %d faults, want %d", name, faults, c.want)
		}
	}
}

// panicsOnce is a kernel with a bug that shows at one of its calls.
func panicsOnce(kernel func(res, a, b, m, k0 *uint64), at int) func(res, a, b, m, k0 *uint64) {
	calls := 0
	return func(res, a, b, m, k0 *uint64) {
		if calls++; calls == at {
			panic("a bug")
		}
		kernel(res, a, b, m, k0)
	}
}
