package v2

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

// benchmarked is a suite with keys of one size, and the message to send: as long
// as a pay request of the field.
type benchmarked struct {
	name             string
	suite            Suite
	merchant         party
	gateway          party
	ours, theirs     *Codec
	message          []byte
	sealed           Envelope
	wrapped, session []byte
}

func benchmarks(b *testing.B) []benchmarked {
	b.Helper()
	all := []benchmarked{
		{name: "intl-1024", suite: Intl, merchant: newRSA(b, 1024), gateway: newRSA(b, 1024)},
		{name: "intl-2048", suite: Intl, merchant: partyOf(b, Intl, "merchant"), gateway: partyOf(b, Intl, "gateway")},
		{name: "gm", suite: GM, merchant: partyOf(b, GM, "merchant"), gateway: partyOf(b, GM, "gateway")},
	}
	for i := range all {
		m := &all[i]
		m.ours, m.theirs = codecsOf(b, m.suite, m.merchant, m.gateway)
		WithFastSM2()(m.ours)
		m.message = []byte(strings.Repeat("0123456789", 80))
		m.session = make([]byte, suites[m.suite].size)
		var err error
		if m.sealed, err = m.theirs.Seal("473053110001", "n", m.message); err != nil {
			b.Fatal(err)
		}
		m.wrapped = unhex(b, m.sealed.KeyEnc)
	}
	return all
}

func BenchmarkSeal(b *testing.B) {
	for _, m := range benchmarks(b) {
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.ours.Seal("473053110001", "n", m.message); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, m := range benchmarks(b) {
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.ours.Open(m.sealed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpenStranger is what garbage costs that no gateway key has signed.
func BenchmarkOpenStranger(b *testing.B) {
	for _, m := range benchmarks(b) {
		forged := m.sealed
		forged.Sign = flip(forged.Sign, len(forged.Sign)/2-1, 1)
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.ours.Open(forged); err == nil {
					b.Fatal("it opened")
				}
			}
		})
	}
}

// BenchmarkPrimitive measures the bare operations: Seal is wrap and sign, Open is
// unwrap and verify; what they cost beyond these is ours.
func BenchmarkPrimitive(b *testing.B) {
	for _, m := range benchmarks(b) {
		operations := rsaOperations(b, m)
		if m.suite == GM {
			operations = sm2Operations(b, m)
		}
		for _, o := range operations {
			b.Run(m.name+"/"+o.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := o.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// operation is one bare operation of a library.
type operation struct {
	name string
	run  func() error
}

func rsaOperations(b *testing.B, m benchmarked) []operation {
	b.Helper()
	own, isRSA := m.merchant.own.(*rsa.PrivateKey)
	if !isRSA {
		return nil
	}
	digest := sha1.Sum(m.message)
	signature, err := rsa.SignPKCS1v15(nil, own, crypto.SHA1, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	return []operation{
		{"sign", func() error { _, err := rsa.SignPKCS1v15(nil, own, crypto.SHA1, digest[:]); return err }},
		{"unwrap", func() error { return rsa.DecryptPKCS1v15SessionKey(nil, own, m.wrapped, m.session) }},
		{"wrap", func() error {
			_, err := rsa.EncryptPKCS1v15(rand.Reader, &own.PublicKey, m.session)
			return err
		}},
		{"verify", func() error { return rsa.VerifyPKCS1v15(&own.PublicKey, crypto.SHA1, digest[:], signature) }},
	}
}

func sm2Operations(b *testing.B, m benchmarked) []operation {
	b.Helper()
	own, isSM2 := m.merchant.own.(*sm2.PrivateKey)
	if !isSM2 {
		return nil
	}
	digest := make([]byte, 32)
	signature, err := own.Sign(rand.Reader, digest, nil)
	if err != nil {
		b.Fatal(err)
	}
	return []operation{
		{"sign", func() error { _, err := own.Sign(rand.Reader, digest, nil); return err }},
		{"unwrap", func() error { _, err := own.Decrypt(rand.Reader, m.wrapped, nil); return err }},
		{"wrap", func() error { _, err := sm2.Encrypt(rand.Reader, &own.PublicKey, m.session, nil); return err }},
		{"verify", func() error {
			if !sm2.VerifyASN1(&own.PublicKey, digest, signature) {
				return sm2.ErrInvalidSignature
			}
			return nil
		}},
	}
}
