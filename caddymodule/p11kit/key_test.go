package p11kit

import (
	"bytes"
	"crypto"
	_ "crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"
	"math/big"
	"sync"
	"testing"

	"github.com/paybridge/paybridge/tests/softhsm"
)

func newClient(t testing.TB, c Config) *Client {
	t.Helper()
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

func mustURI(t testing.TB, text string) URI {
	t.Helper()
	u, err := ParseURI(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func mustKey(t testing.TB, c *Client, uri string) *Key {
	t.Helper()
	k, err := c.Key(t.Context(), mustURI(t, uri), softhsm.PIN)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func generate(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// pairing is one key in a token and here.
type pairing struct {
	token *Key
	own   *rsa.PrivateKey
}

// TestAnswersAreThoseOfCryptoRSA compares keys in a token with crypto/rsa: of both
// sizes that are in use, found in different ways, with padding judged here and by
// the token.
func TestAnswersAreThoseOfCryptoRSA(t *testing.T) {
	h := newSoftHSM(t)
	h.Init("pay")
	long, short := generate(t, 2048), generate(t, 1024)
	h.Put("pay", "k1", "01", long)
	h.Put("pay", "k 2;", "0a02", short)
	named, unnamed := newClient(t, Config{Module: h.Module}), newClient(t, Config{Processes: 2})
	judged := mustKey(t, named, "pkcs11:token=pay;object=k1")
	judged.raw = false
	for name, p := range map[string]pairing{
		"2048, by label":       {mustKey(t, named, "pkcs11:token=pay;object=k1"), long},
		"1024, by id":          {mustKey(t, named, "pkcs11:id=%0a%02;token=pay"), short},
		"2048, by its library": {mustKey(t, unnamed, "pkcs11:object=k1;type=private;token=pay?module-path="+h.Module), long},
		"1024, by more":        {mustKey(t, unnamed, "pkcs11:token=pay;object=k%202%3B;manufacturer=SoftHSM%20project?module-path="+h.Module), short},
		"2048, token judging":  {judged, long},
	} {
		if p.token.JudgedByToken() != (p.token == judged) {
			t.Errorf("%s: judged by the token: %t", name, p.token.JudgedByToken())
		}
		if !p.own.PublicKey.Equal(p.token.Public()) {
			t.Fatalf("%s: another public half", name)
		}
		t.Run(name, func(t *testing.T) {
			checkSigning(t, p)
			checkSessionKeys(t, p)
			checkMessages(t, p)
		})
	}
}

func checkSigning(t *testing.T, p pairing) {
	t.Helper()
	for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		digest := make([]byte, hash.Size())
		rand.Read(digest)
		got, err := p.token.Sign(rand.Reader, digest, hash)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := p.own.Sign(rand.Reader, digest, hash); !bytes.Equal(got, want) {
			t.Errorf("%s: another signature", hash)
		}
		if _, err := p.token.Sign(rand.Reader, digest[1:], hash); err == nil {
			t.Errorf("%s: signed a digest that is too short", hash)
		}
	}
	for name, opts := range map[string]crypto.SignerOpts{
		"PSS": &rsa.PSSOptions{Hash: crypto.SHA1}, "MD5": crypto.MD5, "none": nil,
	} {
		if _, err := p.token.Sign(rand.Reader, make([]byte, 20), opts); err == nil {
			t.Errorf("signed with %s", name)
		}
	}
}

// checkSessionKeys gives good, broken and impossible ciphertexts to both.
func checkSessionKeys(t *testing.T, p pairing) {
	t.Helper()
	opts := &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8}
	for i := range 60 {
		wrapped, err := rsa.EncryptPKCS1v15(rand.Reader, &p.own.PublicKey, []byte("session8"))
		if err != nil {
			t.Fatal(err)
		}
		broken := i%2 == 1
		if broken {
			wrapped[len(wrapped)-1-i] ^= 0x40
		}
		got, err := p.token.Decrypt(rand.Reader, wrapped, opts)
		if err != nil || len(got) != 8 {
			t.Fatalf("%q, %v", got, err)
		}
		if (string(got) == "session8") == broken {
			t.Errorf("broken %t: %q", broken, got)
		}
	}
	for name, block := range brokenBlocks(p.own.Size()) {
		c := new(big.Int).Exp(new(big.Int).SetBytes(block), big.NewInt(int64(p.own.E)), p.own.N).FillBytes(make([]byte, p.own.Size()))
		if got, err := p.token.Decrypt(rand.Reader, c, opts); err != nil || len(got) != 8 || string(got) == "session8" {
			t.Errorf("a block with %s: %q, %v; want a random key", name, got, err)
		}
	}
	longer, err := rsa.EncryptPKCS1v15(rand.Reader, &p.own.PublicKey, []byte("session-of-16-by"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.token.Decrypt(rand.Reader, longer, opts); err != nil || len(got) != 8 || bytes.HasPrefix([]byte("session-of-16-by"), got) {
		t.Errorf("a session key of another length: %q, %v; want a random one", got, err)
	}
	modulus := p.own.N.FillBytes(make([]byte, p.own.Size()))
	for name, c := range map[string][]byte{
		"the modulus": modulus, "short": modulus[1:], "long": append([]byte{0}, modulus...), "nothing": nil,
	} {
		if _, err := p.token.Decrypt(rand.Reader, c, opts); !errors.Is(err, rsa.ErrDecryption) {
			t.Errorf("%s: %v, want that of crypto/rsa", name, err)
		}
	}
	for name, length := range map[string]int{"too long": p.own.Size() - 10, "negative": -1} {
		if _, err := p.token.Decrypt(rand.Reader, longer, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: length}); !errors.Is(err, rsa.ErrDecryption) {
			t.Errorf("a session key that is %s: %v", name, err)
		}
	}
	if _, err := p.token.Decrypt(rand.Reader, longer, &rsa.OAEPOptions{Hash: crypto.SHA1}); err == nil {
		t.Error("decrypted with OAEP")
	}
}

// brokenBlocks are blocks with a session key in its place whose padding is broken in
// one byte.
func brokenBlocks(size int) map[string][]byte {
	blocks := make(map[string][]byte)
	for name, change := range map[string]struct {
		at int
		to byte
	}{
		"no 00 in front": {0, 1}, "another type": {1, 1}, "an end too early": {2, 0}, "an end just before": {size - 10, 0}, "no end": {size - 9, 7},
	} {
		block := append(bytes.Repeat([]byte{0x55}, size-8), "session8"...)
		block[0], block[1], block[size-9] = 0, 2, 0
		block[change.at] = change.to
		blocks[name] = block
	}
	return blocks
}

// checkMessages decrypts without a length, as finding out why a message does not
// open does.
func checkMessages(t *testing.T, p pairing) {
	t.Helper()
	for _, message := range []string{"", "x", "session8", string(make([]byte, p.own.Size()-11))} {
		c, err := rsa.EncryptPKCS1v15(rand.Reader, &p.own.PublicKey, []byte(message))
		if err != nil {
			t.Fatal(err)
		}
		for _, opts := range []crypto.DecrypterOpts{nil, &rsa.PKCS1v15DecryptOptions{}} {
			if got, err := p.token.Decrypt(rand.Reader, c, opts); err != nil || string(got) != message {
				t.Errorf("%d bytes: %q, %v", len(message), got, err)
			}
		}
	}
	for i := range 40 { // small numbers decrypt to anything
		c := big.NewInt(int64(i)).FillBytes(make([]byte, p.own.Size()))
		want, wantErr := p.own.Decrypt(rand.Reader, c, nil)
		got, err := p.token.Decrypt(rand.Reader, c, nil)
		if !bytes.Equal(got, want) || !errors.Is(err, wantErr) {
			t.Errorf("%d: %x, %v; want %x, %v", i, got, err, want, wantErr)
		}
	}
}

// TestManyCallersShareSessions has more callers than there are sessions.
func TestManyCallersShareSessions(t *testing.T) {
	h, own := newToken(t)
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 3, Timeout: longTimeout}), "pkcs11:token=pay;object=k1")
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			for range 10 {
				checkWorks(t, k, own)
			}
		})
	}
	callers.Wait()
}

// checkWorks does one of each operation.
func checkWorks(t testing.TB, k *Key, own *rsa.PrivateKey) {
	t.Helper()
	digest := make([]byte, crypto.SHA1.Size())
	rand.Read(digest)
	signature, err := k.Sign(rand.Reader, digest, crypto.SHA1)
	if err != nil {
		t.Error(err)
		return
	}
	if err := rsa.VerifyPKCS1v15(&own.PublicKey, crypto.SHA1, digest, signature); err != nil {
		t.Error(err)
	}
	wrapped, err := rsa.EncryptPKCS1v15(rand.Reader, &own.PublicKey, digest[:8])
	if err != nil {
		t.Error(err)
		return
	}
	got, err := k.Decrypt(rand.Reader, wrapped, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8})
	if err != nil || !bytes.Equal(got, digest[:8]) {
		t.Errorf("%x, %v; want %x", got, err, digest[:8])
	}
}
