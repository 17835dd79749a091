package sm2fixed

import (
	"crypto/ecdsa"
	"crypto/rand"
	"math/big"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// FuzzVerify gives both implementations the same digests and signatures.
func FuzzVerify(f *testing.F) {
	private := newPrivate(f)
	key, digest := newPair(f, private), sample(1)
	good := sign(f, private, digest)
	f.Add(digest[:], good)
	for i := range good {
		bad := append([]byte{}, good...)
		bad[i] ^= 1
		f.Add(digest[:], bad)
		f.Add(digest[:], good[:i])
	}
	f.Add(digest[:], append(good, 0))
	limits := []*big.Int{big.NewInt(-1), big.NewInt(0), big.NewInt(1), new(big.Int).Sub(order, big.NewInt(1)), order, new(big.Int).Lsh(order, 8)}
	for _, r := range limits {
		for _, s := range limits {
			f.Add(digest[:], der(r, s))
			f.Add(make([]byte, 32), der(r, s, big.NewInt(1)))
		}
	}
	f.Add(digest[:], []byte{0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x01}) // not the shortest form
	f.Fuzz(func(t *testing.T, hash, signature []byte) {
		var digest [32]byte
		copy(digest[:], hash)
		if got, want := key.Verify(&digest, signature), sm2.VerifyASN1(&private.PublicKey, digest[:], signature); got != want {
			t.Errorf("verified: %v, want %v", got, want)
		}
	})
}

// der writes numbers as a signature's.
func der(numbers ...*big.Int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, n := range numbers {
			b.AddASN1BigInt(n)
		}
	})
	return b.BytesOrPanic()
}

// TestKeysNextToTheBasePoint has keys whose multiples meet those of the base point when a
// signature is verified: sums of equal points, of opposite ones, and infinity.
func TestKeysNextToTheBasePoint(t *testing.T) {
	t.Parallel()
	for _, d := range []int64{1, 2, 3, 16, 31, 32, 33, -1, -2, -16, -32} {
		private := privateOf(t, new(big.Int).Mod(big.NewInt(d), order))
		key := newPair(t, private)
		for i := range byte(4) {
			digest := sample(i)
			if d != -1 && !key.Verify(&digest, sign(t, private, digest)) { // with −1 nobody can sign
				t.Errorf("%d: a good signature is refused", d)
			}
			for _, s := range []int64{1, 2, 15, 16, 17, 512, 1 << 40} {
				for _, r := range []int64{0, 1, 15, 16, 31} { // also with t = r + s beside −s/d
					signature := der(big.NewInt(r), big.NewInt(s))
					if got, want := key.Verify(&digest, signature), sm2.VerifyASN1(&private.PublicKey, digest[:], signature); got != want {
						t.Errorf("%d: r %d, s %d: %v, want %v", d, r, s, got, want)
					}
				}
			}
			// sG + tQ is infinity where t = −s/d.
			s := big.NewInt(int64(i) + 5)
			t0 := new(big.Int).ModInverse(private.D, order)
			t0.Mod(t0.Mul(t0, s).Neg(t0), order)
			r := new(big.Int).Mod(new(big.Int).Sub(t0, s), order)
			if key.Verify(&digest, der(r, s)) || sm2.VerifyASN1(&private.PublicKey, digest[:], der(r, s)) {
				t.Errorf("%d: infinity is a signature", d)
			}
		}
	}
}

// TestAbscissaAboveTheOrder verifies a signature whose point has an abscissa that is not
// below the order of the curve, which chance gives nobody: one of 2³² has. The key is made
// for it.
func TestAbscissaAboveTheOrder(t *testing.T) {
	t.Parallel()
	curve := sm2.P256()
	x, y := new(big.Int).Set(order), new(big.Int)
	for !curve.IsOnCurve(x, y) { //nolint:staticcheck // the arithmetic to compare with
		x.Add(x, big.NewInt(1))
		square := new(big.Int).Exp(x, big.NewInt(3), prime)
		square.Sub(square, new(big.Int).Mul(big.NewInt(3), x)).Add(square, curve.Params().B).Mod(square, prime)
		if y.ModSqrt(square, prime) == nil {
			y.SetInt64(0)
		}
	}
	if x.Cmp(prime) >= 0 {
		t.Fatal("there is no such point")
	}
	// R = sG + tQ, so Q = (R − sG)/t.
	s, sum := big.NewInt(1234567), big.NewInt(7654321)
	gx, gy := curve.ScalarBaseMult(s.Bytes())                                      //nolint:staticcheck // as above
	qx, qy := curve.Add(x, y, gx, new(big.Int).Sub(prime, gy))                     //nolint:staticcheck // as above
	qx, qy = curve.ScalarMult(qx, qy, new(big.Int).ModInverse(sum, order).Bytes()) //nolint:staticcheck // as above
	public := &ecdsa.PublicKey{Curve: curve, X: qx, Y: qy}
	key := withTable(t, public)
	r := new(big.Int).Sub(sum, s)
	digest := *bytesOf(new(big.Int).Mod(new(big.Int).Sub(r, x), order))
	if signature := der(r, s); !sm2.VerifyASN1(public, digest[:], signature) || !key.Verify(&digest, signature) {
		t.Error("it is refused")
	}
	digest[0] ^= 1
	if key.Verify(&digest, der(r, s)) {
		t.Error("with another digest too")
	}
}

// privateOf returns the key of a private number.
func privateOf(t *testing.T, d *big.Int) *sm2.PrivateKey {
	t.Helper()
	private := new(sm2.PrivateKey)
	private.D, private.Curve = d, sm2.P256()
	private.X, private.Y = private.ScalarBaseMult(d.Bytes())
	return private
}

// TestVerifyIsTrue looks at both answers once without the other implementation.
func TestVerifyIsTrue(t *testing.T) {
	t.Parallel()
	for range 50 {
		private := newPrivate(t)
		key := newPair(t, private)
		var digest [32]byte
		_, _ = rand.Read(digest[:])
		signature := sign(t, private, digest)
		if !key.Verify(&digest, signature) {
			t.Error("a good signature is refused")
		}
		digest[31] ^= 1
		if key.Verify(&digest, signature) {
			t.Error("a signature of something else is taken")
		}
	}
}
