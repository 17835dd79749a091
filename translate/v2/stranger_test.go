package v2

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/hex"
	"math/big"
	"testing"
	"time"
)

// TestStrangersCostNothing counts private operations while keys of both sides are
// being changed: a message that no gateway key has signed costs none, and one that is
// sealed to the same key of ours as the last one costs one.
func TestStrangersCostNothing(t *testing.T) {
	t.Parallel()
	w := newChanging(t, Intl)
	counters := w.counted()
	unwrapped := func() (n int) {
		for _, counter := range counters {
			n += counter.unwrapped
			counter.unwrapped = 0
		}
		return n
	}
	now := ownEnds.Add(-time.Second)
	stranger := newRSA(t, 2048)
	_, forger := codecsOf(t, Intl, w.merchant, stranger)
	forged, err := forger.Seal("m", "n", []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	garbage := forged
	garbage.Sign = hex.EncodeToString(must(t)(w.merchant.own.Sign(rand.Reader, make([]byte, sha1.Size), crypto.SHA1)))
	for name, e := range map[string]Envelope{"another's signature": forged, "our own signature": garbage} {
		if why := w.mustRefuseAt(t, w.ring, e, now); why != ReasonSignature {
			t.Errorf("%s is reported as %s", name, why)
		}
		if n := unwrapped(); n != 0 {
			t.Errorf("%s cost %d private operations", name, n)
		}
	}
	for _, p := range w.pairings() {
		if _, _, err := w.ring.Open(w.send(t, p, "message"), now); err != nil {
			t.Errorf("%v: %v", p.used, err)
		}
		if n := unwrapped(); n > 2 { // which of our keys it is sealed to only trying tells
			t.Errorf("%v: a good message cost %d private operations", p.used, n)
		}
		for range 3 {
			if _, _, err := w.ring.Open(w.send(t, p, "message"), now); err != nil {
				t.Errorf("%v: %v", p.used, err)
			}
			if n := unwrapped(); n != 1 {
				t.Errorf("%v: another message cost %d private operations, want one", p.used, n)
			}
		}
	}
}

// TestReadsSignaturesAsStandard gives good and crafted signatures to readSignature
// and to crypto/rsa.
func TestReadsSignaturesAsStandard(t *testing.T) {
	t.Parallel()
	for _, bits := range []int{1024, 2048, 1032} {
		own, peer := newRSA(t, 1024), newRSA(t, bits)
		key, isRSA := peer.own.(*rsa.PrivateKey)
		if !isRSA {
			t.Fatal("not an RSA key")
		}
		keys, err := newRSAKeys(own.own, peer.public)
		if err != nil {
			t.Fatal(err)
		}
		text := []byte("message")
		for name, signature := range signatures(t, key, text) {
			want := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA1, digestOf(text), signature) == nil
			if got := verify(keys, text, signature); got != want || got != (name == "good") {
				t.Errorf("%d bits, %s: %v, crypto/rsa says %v", bits, name, got, want)
			}
		}
	}
}

func digestOf(text []byte) []byte {
	digest := sha1.Sum(text)
	return digest[:]
}

// signatures are a good one and blocks that the peer itself signed, each with one
// thing wrong.
func signatures(t *testing.T, key *rsa.PrivateKey, text []byte) map[string][]byte {
	t.Helper()
	size := key.Size()
	good := append(signaturePadding(size), digestOf(text)...)
	signed := func(change func(block []byte) []byte) []byte {
		m := new(big.Int).SetBytes(change(bytes.Clone(good)))
		m.Mod(m, key.N)
		return m.Exp(m, key.D, key.N).FillBytes(make([]byte, size))
	}
	at := func(i int, value byte) func([]byte) []byte {
		return func(block []byte) []byte { block[(i+size)%size] = value; return block }
	}
	sum := new(big.Int).SetBytes(signed(bytes.Clone))
	sum.Add(sum, key.N)
	list := map[string][]byte{
		"good":                signed(bytes.Clone),
		"type 2":              signed(at(1, 2)),
		"type 0":              signed(at(1, 0)),
		"hole in the padding": signed(at(5, 0xfe)),
		"end of the padding":  signed(at(5, 0)),
		"other hash":          signed(at(-26, 0x03)),
		"no NULL":             signed(at(-22, 0x01)),
		"digest":              signed(at(-1, digestOf(text)[19]^1)),
		"digest further left": signed(func(b []byte) []byte { return append(b[8:], make([]byte, 8)...) }),
		"zero":                make([]byte, size),
		"one":                 big.NewInt(1).FillBytes(make([]byte, size)),
		"the modulus":         key.N.FillBytes(make([]byte, size)),
	}
	if len(sum.Bytes()) <= size {
		list["not below the modulus"] = sum.FillBytes(make([]byte, size))
	}
	return list
}
