package fastrsa

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"sync"
	"sync/atomic"
	"testing"
)

// tampers are bits that may turn over in what a key is worked with.
var tampers = map[string]func(*parts){
	"p":               func(k *parts) { k.primes[0].m[3] ^= 1 << 7 },
	"q":               func(k *parts) { k.primes[1].m[0] ^= 1 << 9 },
	"R":               func(k *parts) { k.primes[0].r1[0] ^= 1 },
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

// TestFaultsStayInside turns a bit over in one of four keys that work side by
// side. Every answer is right all the same, and the fault is told.
func TestFaultsStayInside(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		standards := standardKeys(t, s)
		for name, tamper := range tampers {
			var faults [batch]atomic.Int32
			var keys [batch]*Key
			for i := range keys {
				var err error
				if keys[i], err = New(standards[i], func() { faults[i].Add(1) }); err != nil {
					t.Fatal(err)
				}
			}
			broken, err := keys[1].parts()
			if err != nil {
				t.Fatal(err)
			}
			tamper(broken)
			// Alone, and four with a crew of their own.
			answersAsStandard(t, name, keys[1])
			together(t, name, keys)
			if faults[1].Load() < 2 {
				t.Errorf("%s: %d faults were told", name, faults[1].Load())
			}
			for _, i := range []int{0, 2, 3} {
				if n := faults[i].Load(); n != 0 {
					t.Errorf("%s: key %d, which is sound, has %d faults", name, i, n)
				}
			}
		}
	}
}

func standardKeys(t *testing.T, s *size) (keys [batch]*rsa.PrivateKey) {
	t.Helper()
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(rand.Reader, 8*s.bytes); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

func together(t *testing.T, name string, keys [batch]*Key) {
	t.Helper()
	own := *keys[0].size
	own.crew = onDemand()
	for _, k := range keys {
		prepared, err := k.parts()
		if err != nil {
			t.Fatal(err)
		}
		prepared.size = &own
	}
	var all sync.WaitGroup
	for _, k := range keys {
		all.Go(func() { answersAsStandard(t, name, k) })
	}
	all.Wait()
}

func answersAsStandard(t *testing.T, name string, k *Key) {
	t.Helper()
	digest := sha1.Sum([]byte(name))
	want, err := k.standard.Sign(nil, digest[:], crypto.SHA1)
	got, gotErr := k.Sign(nil, digest[:], crypto.SHA1)
	if err != nil || gotErr != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: signed %x, %v; want %x, %v", name, got, gotErr, want, err)
	}
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

// TestPanicCostsOneBatch has the work space of a batch panic.
func TestPanicCostsOneBatch(t *testing.T) {
	t.Parallel()
	needKernels(t)
	standard, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var faults atomic.Int32
	k, err := New(standard, func() { faults.Add(1) })
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := k.parts()
	if err != nil {
		t.Fatal(err)
	}
	sick := *prepared.size
	sick.crew = onDemand()
	sick.pairMul = func(_, _, _, _, _ *uint64) { panic("a bug") }
	prepared.size = &sick
	for range 2 * sick.crew().spaces { // no work space is lost
		answersAsStandard(t, "panic", k)
	}
	if faults.Load() == 0 {
		t.Error("no fault was told")
	}
}

// TestBatches does one to four operations in one go of the wide kernels.
func TestBatches(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		var operations []*operation
		var wants [][]byte
		for _, standard := range standardKeys(t, s) {
			k, err := New(standard, nil)
			if err != nil {
				t.Fatal(err)
			}
			prepared, err := k.parts()
			if err != nil {
				t.Fatal(err)
			}
			digest := sha1.Sum([]byte{byte(len(wants))})
			in, _ := k.encode(digest[:], crypto.SHA1)
			want, _ := standard.Sign(nil, digest[:], crypto.SHA1)
			operations, wants = append(operations, &operation{key: prepared, in: in}), append(wants, want)
			w := new(wideSpace)
			w.run(s, operations)
			for i, o := range operations {
				if !bytes.Equal(o.out, wants[i]) {
					t.Errorf("%d bits, %d at once: number %d is %x, want %x", 8*s.bytes, len(operations), i, o.out, wants[i])
				}
				o.out = nil
			}
			if *w != (wideSpace{}) {
				t.Error("the work space was not cleared")
			}
		}
		w := new(pairSpace)
		if w.run(operations[0]); !bytes.Equal(operations[0].out, wants[0]) || *w != (pairSpace{}) {
			t.Errorf("%d bits alone: %x, want %x, or the work space was not cleared", 8*s.bytes, operations[0].out, wants[0])
		}
	}
}
