package fastrsa

import (
	"crypto"
	"crypto/rsa"
	"io"
)

// Standard is an RSA private key that crypto/rsa works with, where [New] returns none. It
// counts its operations.
type Standard struct{ *rsa.PrivateKey }

// Sign signs a digest as [rsa.PrivateKey.Sign] does.
func (s Standard) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	counts.standard.Add(1)
	return s.PrivateKey.Sign(random, digest, opts)
}

// Decrypt decrypts as [rsa.PrivateKey.Decrypt] does.
func (s Standard) Decrypt(random io.Reader, ciphertext []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	counts.standard.Add(1)
	return s.PrivateKey.Decrypt(random, ciphertext, opts)
}

var (
	_ crypto.Signer    = Standard{}
	_ crypto.Decrypter = Standard{}
)
