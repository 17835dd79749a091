package v2

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"strings"
	"testing"
)

// brokenKey is a private key in a device that does not do all it should.
type brokenKey struct {
	*rsa.PrivateKey
	sign    func() ([]byte, error)
	decrypt func() ([]byte, error)
}

func (k brokenKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.sign != nil {
		return k.sign()
	}
	return k.PrivateKey.Sign(random, digest, opts)
}

func (k brokenKey) Decrypt(random io.Reader, text []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	if k.decrypt != nil {
		return k.decrypt()
	}
	return k.PrivateKey.Decrypt(random, text, opts)
}

func TestSelfTest(t *testing.T) {
	t.Parallel()
	own, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	peer, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	nothing := func() ([]byte, error) { return nil, errors.New("device removed") }
	for name, tc := range map[string]struct {
		key  brokenKey
		want string // "" when the key is well
	}{
		"a sound key":                    {brokenKey{PrivateKey: own}, ""},
		"a device that does not sign":    {brokenKey{own, nothing, nil}, "does not sign: device removed"},
		"a device that signs otherwise":  {brokenKey{own, func() ([]byte, error) { return make([]byte, 128), nil }, nil}, "does not fit its public half"},
		"a device that does not decrypt": {brokenKey{own, nil, nothing}, "does not open"},
		"a device that opens otherwise":  {brokenKey{own, nil, func() ([]byte, error) { return make([]byte, 8), nil }}, "does not open"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			codec, err := NewCodec(Intl, tc.key, &peer.PublicKey)
			if err != nil {
				t.Fatal(err)
			}
			err = codec.SelfTest()
			if (err == nil) != (tc.want == "") || (err != nil && !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if codec.Suite() != Intl {
				t.Errorf("suite %s", codec.Suite())
			}
		})
	}
}
