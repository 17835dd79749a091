package sm2fixed

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"runtime"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
)

// newPair returns the key of a private key with a table that is not counted.
func newPair(tb testing.TB, private *sm2.PrivateKey) *Key {
	tb.Helper()
	return withTable(tb, &private.PublicKey)
}

func withTable(tb testing.TB, public *ecdsa.PublicKey) *Key {
	tb.Helper()
	key, err := newKey(public)
	if err != nil {
		tb.Fatal(err)
	}
	key.table.Store(newTable(&key.point))
	return key
}

// sample returns a digest of that number.
func sample(n byte) [32]byte { return sha256.Sum256([]byte{n}) }

func sign(tb testing.TB, private *sm2.PrivateKey, digest [32]byte) []byte {
	tb.Helper()
	signature, err := private.Sign(rand.Reader, digest[:], sm2.NewSM2SignerOption(false, nil))
	if err != nil {
		tb.Fatal(err)
	}
	return signature
}

// TestForeignKeysAreRefused has keys of another curve, beside the curve, and none.
func TestForeignKeysAreRefused(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	beside := newPrivate(t).PublicKey
	beside.Y = new(big.Int).Add(beside.Y, big.NewInt(1))
	for _, public := range []*ecdsa.PublicKey{&other.PublicKey, &beside, {Curve: sm2.P256(), X: new(big.Int), Y: new(big.Int)}} {
		if _, err := Of(public); err == nil {
			t.Errorf("(%x, %x) is taken", public.X, public.Y)
		}
	}
}

func TestEqualKeysAreOne(t *testing.T) {
	t.Parallel()
	private := newPrivate(t)
	twin := private.PublicKey
	first, err := Of(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Of(&twin); err != nil || second != first {
		t.Errorf("the second is %p, %v, the first %p", second, err, first)
	}
	wantSame(t, first, private)
}

// TestTablesAreBounded has more keys than there may be tables. When nobody has them any
// more there is room again, and none is remembered.
//
//nolint:paralleltest // it counts the tables of the process
func TestTablesAreBounded(t *testing.T) {
	without := makeTables(t)
	for remembered := maxTables; tables.Load() == maxTables || remembered >= maxTables; time.Sleep(time.Millisecond) {
		runtime.GC()
		keysMu.Lock()
		remembered = len(keys)
		keysMu.Unlock()
	}
	private := newPrivate(t)
	if key, err := Of(&private.PublicKey); err != nil || key.multiples() == nil {
		t.Errorf("a key has no table, %v", err)
	}
	if without.multiples() == nil {
		t.Error("a key that had to do without has no table now")
	}
}

// makeTables makes keys until one has to do without a table, looks whether it can, and
// returns it.
func makeTables(t *testing.T) (without *Key) {
	t.Helper()
	var keys []*Key
	for range maxTables + 1 {
		private := newPrivate(t)
		key, err := Of(&private.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		if keys = append(keys, key); key.multiples() == nil {
			wantSame(t, key, private)
			break
		}
	}
	if tables.Load() != maxTables || keys[len(keys)-1].table.Load() != nil {
		t.Errorf("%d keys have %d tables", len(keys), tables.Load())
	}
	runtime.KeepAlive(keys)
	return keys[len(keys)-1]
}

// wantSame verifies and encrypts with a key.
func wantSame(t *testing.T, key *Key, private *sm2.PrivateKey) {
	t.Helper()
	digest := sample(7)
	signature := sign(t, private, digest)
	if other := sample(8); !key.Verify(&digest, signature) || key.Verify(&other, signature) {
		t.Error("without a table other signatures are taken")
	}
	sealed, err := key.Encrypt(rand.Reader, []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := private.Decrypt(nil, sealed, sm2.NewPlainDecrypterOpts(sm2.C1C3C2)); err != nil || string(opened) != "message" {
		t.Errorf("opened: %q, %v", opened, err)
	}
}
