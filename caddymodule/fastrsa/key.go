package fastrsa

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"io"
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/pkcs1"
)

// Key is an RSA private key that is a [crypto.Signer] and a [crypto.Decrypter] as
// the [rsa.PrivateKey] is that it was made of. It is safe for concurrent use.
type Key struct {
	standard Standard
	size     *size
	onFault  func()
	parts    func() (*parts, error) // made at the first use
}

// New returns a Key that answers as key does. The error says why there is
// nothing to gain for this key or on this machine; the caller uses key itself
// then. key must have been validated, as those of crypto/x509 are, and must not
// be changed afterwards.
//
// onFault, which may be nil, is called each time a result was not confirmed by the
// public key, before crypto/rsa does the operation again: the machine or this
// package is not to be trusted then, and somebody should know.
func New(key *rsa.PrivateKey, onFault func()) (*Key, error) {
	if err := Available(); err != nil {
		return nil, err
	}
	s := sizeOf(key.Size())
	if s == nil || !fits(key, s) {
		return nil, errKey
	}
	if onFault == nil {
		onFault = func() {}
	}
	return &Key{
		standard: Standard{key}, size: s, onFault: onFault,
		parts: sync.OnceValues(func() (*parts, error) { return newParts(key, s) }),
	}, nil
}

// fits reports whether a key is of two primes that have half of the modulus each,
// with the parts that crypto/rsa works out beforehand.
func fits(key *rsa.PrivateKey, s *size) bool {
	half := 4 * s.bytes
	p := &key.Precomputed
	return len(key.Primes) == 2 && key.N.BitLen() == 2*half &&
		key.Primes[0].BitLen() == half && key.Primes[1].BitLen() == half &&
		p.Dp != nil && p.Dq != nil && p.Qinv != nil && key.E > 1 && key.E%2 == 1
}

// Public returns the [*rsa.PublicKey].
func (k *Key) Public() crypto.PublicKey { return k.standard.Public() }

// Sign signs a digest as [rsa.PrivateKey.Sign] does.
func (k *Key) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if em, ok := k.encode(digest, opts); ok {
		if signature, ok := k.raise(em); ok {
			return signature, nil
		}
	}
	return k.standard.Sign(random, digest, opts)
}

// Decrypt decrypts as [rsa.PrivateKey.Decrypt] does.
func (k *Key) Decrypt(random io.Reader, ciphertext []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	if length := sessionKeyLen(opts); k.room(length) && k.below(ciphertext) {
		if em, ok := k.raise(ciphertext); ok {
			return pkcs1.SessionKey(random, em, length)
		}
	}
	return k.standard.Decrypt(random, ciphertext, opts)
}

// below reports whether a ciphertext is as long as the modulus and below it, which
// everybody can see. What is not gets its error from crypto/rsa.
func (k *Key) below(ciphertext []byte) bool {
	return len(ciphertext) == k.size.bytes &&
		bytes.Compare(ciphertext, k.standard.N.FillBytes(make([]byte, k.size.bytes))) < 0
}

// raise does the private operation, and reports whether there is a result that
// the public key confirms.
func (k *Key) raise(in []byte) ([]byte, bool) {
	parts, err := k.parts()
	if err != nil {
		return nil, false
	}
	o := &operation{key: parts, in: in, turn: make(chan *space, 1)}
	parts.size.crew().do(o)
	if o.out == nil {
		counts.faults.Add(1)
		k.onFault()
		return nil, false
	}
	counts.fast.Add(1)
	return o.out, true
}

var (
	_ crypto.Signer    = (*Key)(nil)
	_ crypto.Decrypter = (*Key)(nil)
)
