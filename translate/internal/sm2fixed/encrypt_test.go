package sm2fixed

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/emmansun/gmsm/sm2"
)

// FuzzEncrypt has both implementations draw the same random bytes: what they encrypt is
// the same, and the private key opens it.
func FuzzEncrypt(f *testing.F) {
	private := newPrivate(f)
	key := newPair(f, private)
	f.Add(make([]byte, 32), []byte("0123456789abcdef"))
	f.Add(bytes.Repeat([]byte{0xff}, 32), []byte{1}) // not below the order
	for _, k := range edges() {
		f.Add(k.Bytes(), []byte("0123456789abcdef"))
	}
	f.Add(order.Bytes(), bytes.Repeat([]byte("long"), 100))
	f.Fuzz(func(t *testing.T, number, message []byte) {
		var first [32]byte
		copy(first[32-min(len(number), 32):], number)
		others := bytes.Repeat([]byte("paybridge"), 100)
		rest := bytes.NewReader(others)
		got, err := key.Encrypt(io.MultiReader(bytes.NewReader(first[:]), rest), message)
		if len(message) == 0 {
			if err == nil {
				t.Error("nothing was encrypted")
			}
			return
		}
		want, wantErr := sm2.Encrypt(io.MultiReader(bytes.NewReader(first[:]), bytes.NewReader(others)), &private.PublicKey, message, plainly)
		if err != nil || wantErr != nil {
			t.Fatal(err, wantErr)
		}
		// Where a key stream is 0, and another number is drawn, gmsm 0.43 goes on with a
		// multiple of the key, and nobody can open what comes of it.
		if again := rest.Len() < len(others); !again && !bytes.Equal(got, want) {
			t.Errorf("encrypted to %x, want %x", got, want)
		}
		if opened, err := private.Decrypt(nil, got, sm2.NewPlainDecrypterOpts(sm2.C1C3C2)); err != nil || !bytes.Equal(opened, message) {
			t.Errorf("opened: %x, %v", opened, err)
		}
	})
}

// TestEncryptDrawsAgain has a message of one byte, of which one key stream in 256 is 0: it
// never leaves as it is.
func TestEncryptDrawsAgain(t *testing.T) {
	t.Parallel()
	key := newPair(t, newPrivate(t))
	for range 2000 {
		sealed, err := key.Encrypt(rand.Reader, []byte{'m'})
		if err != nil || sealed[len(sealed)-1] == 'm' {
			t.Fatalf("%x, %v", sealed, err)
		}
	}
}

func TestEncryptNeedsRandomNumbers(t *testing.T) {
	t.Parallel()
	key, failure := newPair(t, newPrivate(t)), errors.New("dry")
	for _, random := range []io.Reader{iotest.ErrReader(failure), io.MultiReader(bytes.NewReader(make([]byte, 32)), iotest.ErrReader(failure))} {
		if sealed, err := key.Encrypt(random, []byte("message")); !errors.Is(err, failure) || sealed != nil {
			t.Errorf("%x, %v", sealed, err)
		}
	}
}
