package v2

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"math/big"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestLookupSuite(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Suite{"intl": Intl, "gm": GM} {
		got, err := LookupSuite(name)
		if err != nil || got != want || got.Name() != name || got.String() != name {
			t.Errorf("LookupSuite(%q) = %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "INTL", "sm2", "rsa "} {
		_, err := LookupSuite(name)
		if err == nil || !strings.Contains(err.Error(), "intl, gm") {
			t.Errorf("LookupSuite(%q): %v; want an error that lists the names", name, err)
		}
	}
	if name := Suite(99).Name(); name != "" {
		t.Errorf("Suite(99).Name() = %q", name)
	}
}

// publicOnly is a signer that has nothing but a public key.
type publicOnly struct{ public crypto.PublicKey }

func (p publicOnly) Public() crypto.PublicKey { return p.public }

func (publicOnly) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("signs nothing")
}

func (publicOnly) Decrypt(io.Reader, []byte, crypto.DecrypterOpts) ([]byte, error) {
	return nil, errors.New("decrypts nothing")
}

// signOnly is a signer that cannot decrypt.
type signOnly struct{ crypto.Signer }

// modulus returns an odd number of that many bits.
func modulus(bits uint) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return n.SetBit(n, 0, 1)
}

func TestNewCodecErrors(t *testing.T) {
	t.Parallel()
	intl, gm := partyOf(t, Intl, "merchant"), partyOf(t, GM, "merchant")
	intlPeer, gmPeer := partyOf(t, Intl, "gateway").public, partyOf(t, GM, "gateway").public
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	offCurve := *gm.public.(*ecdsa.PublicKey) //nolint:forcetypeassert // an SM2 key is one
	offCurve.X = new(big.Int).Add(offCurve.X, big.NewInt(1))
	rsaOf := func(n *big.Int, e int) *rsa.PublicKey { return &rsa.PublicKey{N: n, E: e} }

	tests := []struct {
		name  string
		suite Suite
		own   crypto.Signer
		peer  crypto.PublicKey
		want  string
	}{
		{"no suite", 0, intl.own, intlPeer, "no suite"},
		{"unknown suite", 9, intl.own, intlPeer, "no suite"},
		{"no private key", Intl, nil, intlPeer, "no private key"},
		{"no gateway key", Intl, intl.own, nil, "no gateway key"},
		{"SM2 key in intl", Intl, gm.own, intlPeer, "the private key is an SM2 key: use the merchant's RSA key, or suite gm"},
		{"SM2 gateway in intl", Intl, intl.own, gmPeer, "the gateway key is an SM2 key: use the gateway's RSA key, or suite gm"},
		{"RSA key in gm", GM, intl.own, gmPeer, "the private key is an RSA key: use the merchant's SM2 key, or suite intl"},
		{"RSA gateway in gm", GM, gm.own, intlPeer, "the gateway key is an RSA key: use the gateway's SM2 key, or suite intl"},
		{"P-256 in gm", GM, gm.own, p256.Public(), "an EC key on the curve P-256"},
		{"P-256 own in gm", GM, publicOnly{p256.Public()}, gmPeer, "an EC key on the curve P-256"},
		{"something else", GM, gm.own, "key", "a key of another kind"},
		{"cannot decrypt, intl", Intl, signOnly{intl.own}, intlPeer, "cannot decrypt"},
		{"cannot decrypt, gm", GM, signOnly{gm.own}, gmPeer, "cannot decrypt"},
		{"own key as gateway key", Intl, intl.own, intl.public, "use the gateway's own"},
		{"own key as gateway key, gm", GM, gm.own, gm.public, "use the gateway's own"},
		{"1023 bits", Intl, publicOnly{rsaOf(modulus(1023), 65537)}, intlPeer, "the private key has 1023 bits"},
		{"512-bit gateway", Intl, intl.own, rsaOf(modulus(512), 65537), "the gateway key has 512 bits: have one made with 2048"},
		{"8193 bits", Intl, intl.own, rsaOf(modulus(8193), 65537), "at most 8192"},
		{"even modulus", Intl, intl.own, rsaOf(new(big.Int).Lsh(big.NewInt(1), 2047), 65537), "modulus is even"},
		{"no modulus", Intl, intl.own, rsaOf(nil, 65537), "is empty"},
		{"exponent 1", Intl, intl.own, rsaOf(modulus(2048), 1), "the exponent 1"},
		{"even exponent", Intl, intl.own, rsaOf(modulus(2048), 65536), "the exponent 65536"},
		{"negative exponent", Intl, intl.own, rsaOf(modulus(2048), -3), "the exponent -3"},
		{"huge exponent", Intl, intl.own, rsaOf(modulus(2048), 1<<31+1), "the exponent 2147483649"},
		{"point off the curve", GM, gm.own, &offCurve, "the gateway key is damaged"},
		{"own point off the curve", GM, publicOnly{&offCurve}, gmPeer, "the private key is damaged"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := NewCodec(test.suite, test.own, test.peer)
			if err == nil || c != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("NewCodec: %v; want ...%s...", err, test.want)
			}
		})
	}
}

// TestRSA1024 shows that the keys of older merchants need no setting: 1024 bits
// are what crypto/rsa takes by default, without rsa1024min in GODEBUG.
func TestRSA1024(t *testing.T) {
	t.Parallel()
	small, gateway := newRSA(t, 1024), partyOf(t, Intl, "gateway")
	for name, parties := range map[string][2]party{"merchant": {small, gateway}, "both": {small, newRSA(t, 1024)}} {
		ours, theirs := codecsOf(t, Intl, parties[0], parties[1])
		for _, way := range [][2]*Codec{{ours, theirs}, {theirs, ours}} {
			e, err := way[0].Seal("m", "n", []byte("message"))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if plain, err := way[1].Open(e); err != nil || string(plain) != "message" {
				t.Errorf("%s: Open = %q, %v", name, plain, err)
			}
		}
	}
}

func TestSealOpen(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			merchant, gateway := codecs(t, s)
			rapid.Check(t, func(t *rapid.T) {
				plain := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "plain")
				e, err := merchant.Seal("473053110001", "n", plain)
				if err != nil {
					t.Fatal(err)
				}
				if sent, err := ParseEnvelope([]byte(e.Encode())); err != nil || sent != e {
					t.Fatalf("the wire changed the envelope: %v", err)
				}
				got, err := gateway.Open(e)
				if err != nil || !bytes.Equal(got, plain) {
					t.Fatalf("Open = %x, %v; want %x", got, err, plain)
				}
			})
		})
	}
}

func TestSealLimits(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		merchant, gateway := codecs(t, s)
		longest := bytes.Repeat([]byte("x"), MaxMessage)
		e, err := merchant.Seal("m", "n", longest)
		if err != nil {
			t.Fatal(err)
		}
		if sent, err := ParseEnvelope([]byte(e.Encode())); err != nil || sent != e {
			t.Errorf("%s: the longest message does not fit an envelope: %v", s, err)
		}
		if plain, err := gateway.Open(e); err != nil || !bytes.Equal(plain, longest) {
			t.Errorf("%s: the longest message does not open: %v", s, err)
		}
		if _, err := merchant.Seal("m", "n", append(longest, 'x')); err == nil {
			t.Errorf("%s: a message over the limit was sealed", s)
		}
	}
}

func TestSealFailures(t *testing.T) {
	t.Parallel()
	merchant, gateway := partyOf(t, Intl, "merchant"), partyOf(t, Intl, "gateway")
	silent, err := NewCodec(Intl, publicOnly{merchant.public}, gateway.public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := silent.Seal("m", "n", []byte("x")); err == nil || !strings.Contains(err.Error(), "signing: signs nothing") {
		t.Errorf("Seal with a key that does not sign: %v", err)
	}
	dry, err := NewCodec(Intl, merchant.own, gateway.public, func(c *Codec) { c.random = brokenReader{} })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dry.Seal("m", "n", []byte("x")); err == nil || !strings.Contains(err.Error(), "no entropy") {
		t.Errorf("Seal without randomness: %v", err)
	}
}

// TestSessionKeysDiffer checks that two messages never share a session key: in
// CBC with IV = key, equal texts would then look equal.
func TestSessionKeysDiffer(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		merchant, _ := codecs(t, s)
		seen := map[string]bool{}
		for range 20 {
			e, err := merchant.Seal("m", "n", []byte("the same message"))
			if err != nil {
				t.Fatal(err)
			}
			if seen[e.MsgEnc] {
				t.Fatalf("%s: two messages look equal", s)
			}
			seen[e.MsgEnc] = true
		}
	}
}

// TestCodecConcurrent is for the race detector.
func TestCodecConcurrent(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		merchant, gateway := codecs(t, s)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 5 {
					e, err := merchant.Seal("m", "n", []byte("message"))
					if err != nil {
						t.Error(err)
						return
					}
					if plain, err := gateway.Open(e); err != nil || string(plain) != "message" {
						t.Errorf("Open = %q, %v", plain, err)
					}
					mustRefuse(t, merchant, e)
				}
			})
		}
		all.Wait()
	}
}
