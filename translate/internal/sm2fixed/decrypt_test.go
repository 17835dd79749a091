package sm2fixed

import (
	"bytes"
	"crypto/rand"
	"math/big"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

func sealedTo(tb testing.TB, private *sm2.PrivateKey, message []byte) []byte {
	tb.Helper()
	sealed, err := sm2.Encrypt(rand.Reader, &private.PublicKey, message, plainly)
	if err != nil {
		tb.Fatal(err)
	}
	return sealed
}

// FuzzDecrypt gives both implementations the same.
func FuzzDecrypt(f *testing.F) {
	private := newPrivate(f)
	key, good := prepared(f, private), sealedTo(f, private, []byte("0123456789abcdef"))
	f.Add(good)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		f.Add(bad)
		f.Add(good[:i])
	}
	f.Add(sealedTo(f, private, bytes.Repeat([]byte("long"), 100)))
	f.Add(append(bytes.Clone(good), 0))
	for _, x := range []*big.Int{new(big.Int), prime, new(big.Int).Lsh(big.NewInt(1), 255)} { // no coordinates
		bad := bytes.Clone(good)
		x.FillBytes(bad[1:33])
		f.Add(bad)
		x.FillBytes(bad[33:65])
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, sealed []byte) {
		got, err := key.Decrypt(sealed)
		want, wantErr := private.Decrypt(nil, sealed, plainOpening)
		if len(sealed) > 0 && sealed[0] != pointForm && err != nil {
			return // the other one knows further forms of a point
		}
		if (err == nil) != (wantErr == nil) || !bytes.Equal(got, want) {
			t.Errorf("opened: %x, %v; want %x, %v", got, err, want, wantErr)
		}
	})
}

// FuzzTimes compares multiples of a point with those of gmsm.
func FuzzTimes(f *testing.F) {
	needKernels(f)
	for _, k := range edges() {
		f.Add(k.Bytes(), []byte{1})
		f.Add([]byte("another number"), k.Bytes())
	}
	curve := sm2.P256()
	f.Fuzz(func(t *testing.T, a, b []byte) {
		j, k := new(big.Int).SetBytes(a[:min(len(a), 32)]), new(big.Int).SetBytes(b[:min(len(b), 32)])
		if j.Mod(j, order).Sign() == 0 || k.Mod(k, order).Sign() == 0 {
			return
		}
		x, y := curve.ScalarBaseMult(j.Bytes()) //nolint:staticcheck // the arithmetic to compare with
		of, number := pointOf(bytesOf(x), bytesOf(y)), newScalar(bytesOf(k))
		sum := wideTimes(&of, &number)
		if !sum.isOfCurve() {
			t.Fatalf("%x times %x is not known", k, j)
		}
		x, y = curve.ScalarMult(x, y, k.Bytes()) //nolint:staticcheck // as above
		wantPoint(t, "a multiple", &sum, x, y)
	})
}

// TestDecryptIsTrue opens what is encrypted here and elsewhere.
func TestDecryptIsTrue(t *testing.T) {
	t.Parallel()
	for range 50 {
		private := newPrivate(t)
		key, public := prepared(t, private), newPair(t, private)
		here, err := public.Encrypt(rand.Reader, []byte("message"))
		if err != nil {
			t.Fatal(err)
		}
		for _, sealed := range [][]byte{here, sealedTo(t, private, []byte("message"))} {
			if opened, err := key.Decrypt(sealed); err != nil || string(opened) != "message" {
				t.Errorf("opened: %q, %v", opened, err)
			}
			sealed[len(sealed)-1] ^= 1
			if opened, err := key.Decrypt(sealed); err == nil {
				t.Errorf("opened, with a bit wrong: %q", opened)
			}
		}
	}
}
