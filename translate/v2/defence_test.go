package v2

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/asn1"
	"io"
	"testing"
)

// The defences of Open stand one behind the other, so that a test from outside
// cannot tell whether the first of them holds. Here each is looked at alone.

// stubKeys is a key pair whose unwrap is replaced.
type stubKeys struct {
	keyPair
	replaced func(wrapped, sessionKey []byte) int
}

func (k stubKeys) unwrap(wrapped, sessionKey []byte) int { return k.replaced(wrapped, sessionKey) }

// TestFallbackKeyIsRandom checks that unwrap is handed random bytes to leave in
// place: a known fallback would let anybody encrypt to it.
func TestFallbackKeyIsRandom(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		merchant, gateway := codecs(t, s)
		e, err := gateway.Seal("m", "n", []byte("message"))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{string(make([]byte, suites[s].size)): true}
		merchant.keys = stubKeys{merchant.keys, func(_, sessionKey []byte) int {
			if len(sessionKey) != suites[s].size || seen[string(sessionKey)] {
				t.Errorf("%s: the fallback key %x is not random", s, sessionKey)
			}
			seen[string(sessionKey)] = true
			return 0
		}}
		for range 5 {
			mustRefuse(t, merchant, e)
		}
	}
}

// TestKeyFailureRefuses has unwrap come out with the right key and yet report a
// failure: everything behind it is in order, and the message must not open.
func TestKeyFailureRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		merchant, gateway := codecs(t, s)
		e, err := gateway.Seal("m", "n", []byte("message"))
		if err != nil {
			t.Fatal(err)
		}
		sound := merchant.keys
		for _, result := range []int{1, 0} {
			merchant.keys = stubKeys{sound, func(wrapped, sessionKey []byte) int {
				return sound.unwrap(wrapped, sessionKey) & result
			}}
			if result == 0 {
				mustRefuse(t, merchant, e)
			} else if _, err := merchant.Open(e); err != nil {
				t.Errorf("%s: the stub spoils a sound message: %v", s, err)
			}
		}
	}
}

// TestVerifiesWhateverFailed checks that the signature is compared once for every
// message whose signature the peer can have made, however broken the rest.
func TestVerifiesWhateverFailed(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		merchant, gateway := codecs(t, s)
		e, err := gateway.Seal("m", "n", []byte("message"))
		if err != nil {
			t.Fatal(err)
		}
		counter := &verifyCounter{keyPair: merchant.keys}
		merchant.keys = counter
		for _, p := range places {
			damaged := e
			last := len(*p.at(&e))/2 - 1
			*p.at(&damaged) = flip(*p.at(&damaged), last, 1)
			*counter = verifyCounter{keyPair: counter.keyPair}
			mustRefuse(t, merchant, damaged)
			want := 1
			if s == Intl && p.name == "sign" {
				want = 0 // the peer has never made it
			}
			if counter.read != 1 || counter.compared != want || counter.unwrapped != want {
				t.Errorf("%s: with broken %s the signature was read %d, compared %d times and %d session keys opened; want 1, %d and %d",
					s, p.name, counter.read, counter.compared, counter.unwrapped, want, want)
			}
		}
	}
}

// verifyCounter counts what is done for a message: signatures read, plain texts
// compared with them, and session keys opened, each a private operation.
type verifyCounter struct {
	keyPair
	read, compared, unwrapped int
}

func (k *verifyCounter) readSignature(signature []byte) (signed, bool) {
	k.read++
	text, possible := k.keyPair.readSignature(signature)
	return func(plaintext []byte) int {
		k.compared++
		return text(plaintext)
	}, possible
}

func (k *verifyCounter) unwrap(wrapped, sessionKey []byte) int {
	k.unwrapped++
	return k.keyPair.unwrap(wrapped, sessionKey)
}

// optionsKey is an RSA key that keeps the options of the last decryption.
type optionsKey struct {
	*rsa.PrivateKey
	options crypto.DecrypterOpts
}

func (k *optionsKey) Decrypt(random io.Reader, text []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	k.options = opts
	return k.PrivateKey.Decrypt(random, text, opts)
}

// TestRSAPaddingStaysSecret checks that crypto/rsa is asked for its constant-time
// fallback, and that broken RSA padding therefore cannot be told from a wrong key.
func TestRSAPaddingStaysSecret(t *testing.T) {
	t.Parallel()
	merchant, gateway := partyOf(t, Intl, "merchant"), partyOf(t, Intl, "gateway")
	own, isRSA := merchant.own.(*rsa.PrivateKey)
	if !isRSA {
		t.Fatal("not an RSA key")
	}
	key, seen := &optionsKey{PrivateKey: own}, &reasons{}
	c, err := NewCodec(Intl, key, gateway.public, WithObserver(seen.observe))
	if err != nil {
		t.Fatal(err)
	}
	_, sender := codecsOf(t, Intl, merchant, gateway)
	e, err := sender.Seal("m", "n", []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		damaged := e
		damaged.KeyEnc = flip(e.KeyEnc, len(e.KeyEnc)/2-1-i, 1)
		mustRefuse(t, c, damaged)
		if why, _ := seen.last(); why != ReasonPadding && why != ReasonSignature {
			t.Errorf("broken RSA padding shows as %s", why)
		}
		options, ok := key.options.(*rsa.PKCS1v15DecryptOptions)
		if !ok || options.SessionKeyLen != suites[Intl].size {
			t.Fatalf("decrypted with %+v; want SessionKeyLen %d", key.options, suites[Intl].size)
		}
	}
}

// TestCheap checks the bound of password hashing without doing any.
func TestCheap(t *testing.T) {
	t.Parallel()
	type inner struct{ Count int }
	tests := []struct {
		count int
		want  bool
	}{{1, true}, {600_000, true}, {maxIterations, true}, {maxIterations + 1, false}, {1<<31 - 1, false}}
	for _, test := range tests {
		der := must(t)(asn1.Marshal(struct {
			Salt  []byte
			Inner inner
		}{bytes.Repeat([]byte{0xff}, 8), inner{test.count}}))
		var v asn1.RawValue
		if _, err := asn1.Unmarshal(der, &v); err != nil {
			t.Fatal(err)
		}
		if got := cheap(v); got != test.want {
			t.Errorf("cheap with %d iterations = %v", test.count, got)
		}
	}
}
