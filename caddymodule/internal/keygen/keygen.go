// Package keygen makes the key pairs of v2 merchants, in the forms that the
// bridge reads and that the gateway's people ask for.
//
// It calls nobody and changes nothing but the two files that it is told to
// write, and those only where none are.
package keygen

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Sizes of RSA moduli, in bits. Less than MinBits is only for keys that exist
// already; more than MaxBits is not read by the bridge.
const (
	MinBits     = 2048
	DefaultBits = 2048
	MaxBits     = 8192
)

// Pair is a key pair of one merchant.
type Pair struct {
	private []byte // PKCS#8 in DER
	public  []byte // X.509 SubjectPublicKeyInfo in DER
}

// New makes a key pair for a suite: RSA of that many bits for intl, SM2 for gm,
// whose keys have one size and for which bits says nothing.
func New(suite v2.Suite, bits int) (Pair, error) {
	key, err := newKey(suite, bits)
	if err != nil {
		return Pair{}, err
	}
	private, err := smx509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Pair{}, fmt.Errorf("encoding private key: %w", err)
	}
	public, err := smx509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return Pair{}, fmt.Errorf("encoding public key: %w", err)
	}
	return Pair{private: private, public: public}, nil
}

func newKey(suite v2.Suite, bits int) (crypto.Signer, error) {
	if suite == v2.GM {
		return sm2.GenerateKey(rand.Reader)
	}
	if bits < MinBits || bits > MaxBits {
		return nil, fmt.Errorf("%d bits: a key for suite %s has %d to %d", bits, suite, MinBits, MaxBits)
	}
	return rsa.GenerateKey(rand.Reader, bits)
}

// PublicPEM returns the public key as PEM.
func (p Pair) PublicPEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: p.public}))
}

// PublicBase64 returns the public key as bare base64 of X.509, on one line. It
// is what most gateways' forms ask for.
func (p Pair) PublicBase64() string { return base64.StdEncoding.EncodeToString(p.public) }

// Fingerprint returns the SHA-256 of the public key (its X.509 DER) as pairs of
// hex digits, to be compared by two people.
func (p Pair) Fingerprint() string {
	sum := sha256.Sum256(p.public)
	return strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":")
}

// privatePEM returns the private key as PEM of PKCS#8, not encrypted.
func (p Pair) privatePEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: p.private}))
}
