package sandbox

import (
	"crypto"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/smx509"
)

// ParsePublicKey reads a PEM public key (SPKI), RSA or SM2.
func ParsePublicKey(text []byte) (crypto.PublicKey, error) {
	der, err := pemBlock(text, "PUBLIC KEY")
	if err != nil {
		return nil, err
	}
	key, err := smx509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("parsing public key: %w", err)
	}
	return key, nil
}

// ParsePrivateKey reads a PEM private key (PKCS#8, not encrypted), RSA or SM2.
func ParsePrivateKey(text []byte) (crypto.PrivateKey, error) {
	der, err := pemBlock(text, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	key, err := smx509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("parsing private key: %w", err)
	}
	return key, nil
}

// pemBlock returns the first block of text, which must have the given type.
func pemBlock(text []byte, want string) ([]byte, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	if block.Type != want {
		return nil, fmt.Errorf("PEM block is a %q, not a %q", block.Type, want)
	}
	return block.Bytes, nil
}
