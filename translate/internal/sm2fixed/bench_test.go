package sm2fixed

import (
	"crypto/rand"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

// BenchmarkVerify compares with gmsm in one run.
func BenchmarkVerify(b *testing.B) {
	private := newPrivate(b)
	key, digest, signature := newPair(b, private), sample(1), sign(b, private, sample(1))
	for _, c := range []struct {
		name   string
		verify func() bool
	}{
		{"gmsm", func() bool { return sm2.VerifyASN1(&private.PublicKey, digest[:], signature) }},
		{"fixed", func() bool { return key.Verify(&digest, signature) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if !c.verify() {
					b.Fatal("refused")
				}
			}
		})
	}
}

// BenchmarkEncrypt compares with gmsm in one run.
func BenchmarkEncrypt(b *testing.B) {
	private := newPrivate(b)
	key, message := newPair(b, private), make([]byte, 16)
	for _, c := range []struct {
		name    string
		encrypt func() ([]byte, error)
	}{
		{"gmsm", func() ([]byte, error) { return sm2.Encrypt(rand.Reader, &private.PublicKey, message, plainly) }},
		{"fixed", func() ([]byte, error) { return key.Encrypt(rand.Reader, message) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.encrypt(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSign compares with gmsm in one run.
func BenchmarkSign(b *testing.B) {
	private := newPrivate(b)
	signer, digest := prepared(b, private), sample(1)
	for _, c := range []struct {
		name string
		sign func() ([]byte, error)
	}{
		{"gmsm", func() ([]byte, error) { return private.Sign(rand.Reader, digest[:], digestOnly) }},
		{"fixed", func() ([]byte, error) { return signer.Sign(rand.Reader, &digest) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.sign(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecrypt compares with gmsm in one run.
func BenchmarkDecrypt(b *testing.B) {
	private := newPrivate(b)
	key, sealed := prepared(b, private), sealedTo(b, private, make([]byte, 16))
	for _, c := range []struct {
		name    string
		decrypt func() ([]byte, error)
	}{
		{"gmsm", func() ([]byte, error) { return private.Decrypt(nil, sealed, plainOpening) }},
		{"fixed", func() ([]byte, error) { return key.Decrypt(sealed) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.decrypt(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTable tells what a key's first use costs.
func BenchmarkTable(b *testing.B) {
	private := newPrivate(b)
	q := pointOf(bytesOf(private.X), bytesOf(private.Y))
	for b.Loop() {
		newTable(&q)
	}
}
