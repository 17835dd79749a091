package v2

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// suiteOf finds the suite of a vector.
func suiteOf(tb testing.TB, v vector) Suite {
	tb.Helper()
	s, err := LookupSuite(v.Suite)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestDiagnoseVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s := suiteOf(t, v)
			receiver, sender := codecs(t, s)
			if v.Direction == "request" {
				receiver, sender = sender, receiver
			}
			d := receiver.Diagnose(v.envelope())
			if d.Suite != v.Suite || !d.KeyEncFits || !d.SignFits || d.SessionKey != len(v.SessionKey)/2 || d.OtherOrder ||
				!d.Padded || d.ZeroIV || string(d.Plaintext) != v.Plaintext || d.Signer != SignerPeer || !d.SignatureGood {
				t.Errorf("at the receiver: %+v", d)
			}
			// The sender cannot open it, and knows its own RSA signature again.
			d = sender.Diagnose(v.envelope())
			if d.SessionKey != 0 || d.Padded || d.SignatureGood || d.Plaintext != nil {
				t.Errorf("at the sender: %+v", d)
			}
			if s == Intl && (d.Signer != SignerOwn || d.Hash != "SHA-1") {
				t.Errorf("at the sender: signer %d, hash %q", d.Signer, d.Hash)
			}
		})
	}
}

// Diagnose finds a message good exactly when Open takes it.
func TestDiagnoseAgreesWithOpen(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		merchant, _ := codecs(t, suiteOf(t, v))
		for name, edit := range map[string]func(*Envelope){
			"as it is":       func(*Envelope) {},
			"no sign":        func(e *Envelope) { e.Sign = "" },
			"no key":         func(e *Envelope) { e.KeyEnc = "" },
			"no text":        func(e *Envelope) { e.MsgEnc = "" },
			"not hex":        func(e *Envelope) { e.MsgEnc += "xx" },
			"odd":            func(e *Envelope) { e.Sign += "0" },
			"text changed":   func(e *Envelope) { e.MsgEnc = strings.Repeat("0", 32) + e.MsgEnc[32:] },
			"text cut":       func(e *Envelope) { e.MsgEnc = e.MsgEnc[:len(e.MsgEnc)-32] },
			"key changed":    func(e *Envelope) { e.KeyEnc = e.KeyEnc[:len(e.KeyEnc)-2] + "00" },
			"sign changed":   func(e *Envelope) { e.Sign = e.Sign[:len(e.Sign)-2] + "00" },
			"sign for key":   func(e *Envelope) { e.KeyEnc = e.Sign },
			"upper-case hex": func(e *Envelope) { e.MsgEnc = strings.ToUpper(e.MsgEnc) },
		} {
			e := v.envelope()
			edit(&e)
			mustAgree(t, v.Name+", "+name, merchant, e)
		}
	}
}

func mustAgree(tb testing.TB, name string, c *Codec, e Envelope) {
	tb.Helper()
	plain, err := c.Open(e)
	d := c.Diagnose(e)
	good := d.Padded && !d.OtherOrder && d.SignatureGood && d.Signer == SignerPeer
	if good != (err == nil) {
		tb.Errorf("%s: Open says %v, Diagnose %+v", name, err, d)
	}
	if err == nil && !bytes.Equal(plain, d.Plaintext) {
		tb.Errorf("%s: two plain texts", name)
	}
}

func FuzzDiagnose(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.MsgEnc, v.KeyEnc, v.Sign)
	}
	intl, _ := codecs(f, Intl)
	gm, _ := codecs(f, GM)
	f.Fuzz(func(t *testing.T, text, key, sign string) {
		e := Envelope{MsgEnc: text, KeyEnc: key, Sign: sign}
		mustAgree(t, "intl", intl, e)
		mustAgree(t, "gm", gm, e)
	})
}

// Who made an RSA signature can be told without the text.
func TestSignedHash(t *testing.T) {
	t.Parallel()
	signer, other := partyOf(t, Intl, "merchant"), partyOf(t, Intl, "gateway")
	digest := sha256.Sum256([]byte("text"))
	signature, err := signer.own.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	public := func(p party) *rsa.PublicKey { return p.public.(*rsa.PublicKey) }
	if got := signedHash(public(signer), signature); got != "SHA-256" {
		t.Errorf("hash %q, want SHA-256", got)
	}
	if got := signedHash(public(other), signature); got != "" {
		t.Errorf("hash %q under another key", got)
	}
	signature[0] ^= 1
	if got := signedHash(public(signer), signature); got != "" {
		t.Errorf("hash %q of a changed signature", got)
	}
	if got := signedHash(public(signer), bytes.Repeat([]byte{0xff}, len(signature))); got != "" {
		t.Errorf("hash %q of a number above the modulus", got)
	}
}

func TestPairs(t *testing.T) {
	t.Parallel()
	own, peer, old := partyOf(t, Intl, "merchant"), partyOf(t, Intl, "gateway"), newRSA(t, 1024)
	until := time.Date(2027, 1, 31, 16, 0, 0, 0, time.UTC)
	ring, err := NewKeyring(Intl, own.own, peer.public, Previous{Own: old.own, OwnUntil: until})
	if err != nil {
		t.Fatal(err)
	}
	pairs := ring.Pairs()
	if len(pairs) != 2 || pairs[0].Codec != ring.Current() || !pairs[0].Until.IsZero() ||
		pairs[1].Used != (Used{PreviousOwn: true}) || !pairs[1].Until.Equal(until) {
		t.Fatalf("pairs %+v", pairs)
	}
	gateway, err := NewCodec(Intl, peer.own, old.public)
	if err != nil {
		t.Fatal(err)
	}
	e, err := gateway.Seal("473053110001", "A2345678", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if d := pairs[1].Codec.Diagnose(e); !d.SignatureGood || d.KeyEncFits != (hex.DecodedLen(len(e.KeyEnc)) == 128) {
		t.Errorf("with the previous pair: %+v", d)
	}
	if d := pairs[0].Codec.Diagnose(e); d.KeyEncFits || d.Signer != SignerPeer {
		t.Errorf("with the current pair: %+v", d)
	}
}
