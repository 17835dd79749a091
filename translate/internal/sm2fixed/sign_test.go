package sm2fixed

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"math/big"
	"testing"
	"testing/iotest"

	"github.com/emmansun/gmsm/sm2"
)

// FuzzSign signs with any random bytes: gmsm finds the signature good, and it is that of
// the number they stand for.
func FuzzSign(f *testing.F) {
	private := newPrivate(f)
	signer := prepared(f, private)
	f.Add(make([]byte, 32), []byte("digest"))
	for _, k := range edges() {
		f.Add(k.Bytes(), k.Bytes())
	}
	f.Add(bytes.Repeat([]byte{0xff}, 32), bytes.Repeat([]byte{0xff}, 32)) // a digest beyond the order
	f.Fuzz(func(t *testing.T, first, hash []byte) {
		var digest [32]byte
		copy(digest[:], hash)
		random := func() io.Reader {
			return io.MultiReader(bytes.NewReader(append(make([]byte, max(0, 32-len(first))), first...)), rand.Reader)
		}
		signature, err := signer.Sign(random(), &digest)
		if err != nil || !sm2.VerifyASN1(&private.PublicKey, digest[:], signature) {
			t.Fatalf("%x, %v", signature, err)
		}
		number, err := randomScalar(&hedge{random: random(), private: privateNumber(private), digest: &digest})
		if err != nil {
			t.Fatal(err)
		}
		if r, s := byTheBook(private, number, digest); !bytes.Equal(signature, der(r, s)) {
			t.Errorf("%x, want %x and %x", signature, r, s)
		}
	})
}

// byTheBook signs as GB/T 32918.2 says.
func byTheBook(private *sm2.PrivateKey, number *scalar, digest [32]byte) (r, s *big.Int) {
	b := bytesOfLimbs(*number)
	k, one := new(big.Int).SetBytes(b[:]), big.NewInt(1)
	x, _ := sm2.P256().ScalarBaseMult(b[:]) //nolint:staticcheck // the arithmetic to compare with
	r = new(big.Int).Add(new(big.Int).SetBytes(digest[:]), x)
	r.Mod(r, order)
	s = new(big.Int).Sub(k, new(big.Int).Mul(r, private.D))
	s.Mul(s, new(big.Int).ModInverse(new(big.Int).Add(one, private.D), order))
	return r, s.Mod(s, order)
}

func prepared(tb testing.TB, private *sm2.PrivateKey) *PrivateKey {
	tb.Helper()
	key, err := NewPrivateKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func privateNumber(private *sm2.PrivateKey) *scalar {
	d := newScalar(bytesOf(private.D))
	return &d
}

// TestNumbersThatSignNothing have r, r + k or s zero.
func TestNumbersThatSignNothing(t *testing.T) {
	t.Parallel()
	private := newPrivate(t)
	signer := prepared(t, private)
	k := big.NewInt(1234567)
	number := newScalar(bytesOf(k))
	x, _ := sm2.P256().ScalarBaseMult(k.Bytes()) //nolint:staticcheck // the arithmetic to compare with
	multiple, known := sumOf(term{generator(), &number})
	if !known {
		t.Fatal("a multiple is not known")
	}
	// s is 0 where k = r·d.
	last := new(big.Int).Mul(k, new(big.Int).ModInverse(private.D, order))
	for what, wanted := range map[string]*big.Int{"r": new(big.Int), "r + k": new(big.Int).Neg(k), "s": last} {
		e := newScalar(bytesOf(new(big.Int).Mod(new(big.Int).Sub(wanted, x), order)))
		if r, s, ok := signer.pair(&e, &number, &multiple); ok {
			t.Errorf("with %s zero: %x, %x", what, r, s)
		}
	}
	if _, _, ok := signer.pair(&scalar{5}, &number, &multiple); !ok {
		t.Error("a good number is not used")
	}
}

// TestPrivateKeysThatAreNone are 0, n − 1, what is not below the order, and a key of another
// curve.
func TestPrivateKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, d := range []*big.Int{new(big.Int), new(big.Int).Sub(order, big.NewInt(1)), order, new(big.Int).Lsh(order, 1)} {
		private := new(sm2.PrivateKey)
		private.D, private.Curve = d, sm2.P256()
		if _, err := NewPrivateKey(private); err == nil {
			t.Errorf("%x is taken", d)
		}
	}
	if _, err := NewPrivateKey(new(sm2.PrivateKey)); err == nil {
		t.Error("a key of no curve is taken")
	}
}

// TestSigningIsHedged has a source that gives the same bytes each time: another digest or
// another key gets another number, or the two signatures would give the key away.
func TestSigningIsHedged(t *testing.T) {
	t.Parallel()
	stuck := func() io.Reader { return bytes.NewReader(bytes.Repeat([]byte{5}, 64)) }
	seen := map[scalar]bool{}
	for range 3 {
		private := newPrivate(t)
		for i := range byte(3) {
			digest := sample(i)
			number, err := randomScalar(&hedge{random: stuck(), private: privateNumber(private), digest: &digest})
			if err != nil || seen[*number] {
				t.Errorf("%x, %v", *number, err)
			}
			seen[*number] = true
		}
	}
}

func TestSigningNeedsRandomNumbers(t *testing.T) {
	t.Parallel()
	digest, failure := sample(1), errors.New("dry")
	if signature, err := prepared(t, newPrivate(t)).Sign(iotest.ErrReader(failure), &digest); !errors.Is(err, failure) || signature != nil {
		t.Errorf("%x, %v", signature, err)
	}
}
