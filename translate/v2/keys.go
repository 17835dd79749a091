package v2

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
)

// ParsePrivateKey reads an RSA or SM2 private key from the contents of a file:
// PEM, base64, hex or DER of PKCS#8, PKCS#1 or SEC 1, a PKCS#12 file (.pfx,
// .p12), CFCA's .sm2, or the bare number d of an SM2 key in hex or base64. What
// is in the file decides, not what a PEM label or the name of the file says.
//
// The password opens what is encrypted: PKCS#12, CFCA's .sm2, PKCS#8, and PEM in
// the old manner. A password for a key that is not encrypted is refused, because
// somebody believes it to be encrypted and it is not, or it is the wrong file.
//
// What comes back is also a [crypto.Decrypter]. Errors tell an operator what the
// file is and what to do; they hold nothing of its contents.
func ParsePrivateKey(data []byte, password string) (crypto.Signer, error) {
	key, err := parseKey(data, func(b keyBlock) (any, error) {
		switch {
		case b.form.private == nil:
			return nil, b.form.wrongKind("a private key is needed here")
		case password != "" && !b.form.encrypted:
			return nil, errors.New("found " + b.form.name + " that is not encrypted, and a password is given: leave the password out, or give the encrypted file")
		}
		return b.form.private(b.contents, password)
	})
	if err != nil {
		return nil, fmt.Errorf("reading private key: %w", err)
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return key, nil
	case *sm2.PrivateKey:
		// Built anew, because gmsm parses scalars that it cannot sign with.
		whole, err := sm2.NewPrivateKeyFromInt(key.D)
		if err != nil {
			return nil, fmt.Errorf("reading private key: %w", err)
		}
		return whole, nil
	default:
		return nil, fmt.Errorf("reading private key: found %s: an RSA or SM2 key is needed here", kindOf(key))
	}
}

// ParsePublicKey reads an RSA or SM2 public key from the contents of a file: a
// public key or a certificate (.cer, .crt) in PEM, base64, hex or DER, or the
// bare point of an SM2 key in hex or base64. Neither a certificate's dates nor
// its issuer are checked: the operator's choice of file is what is trusted.
func ParsePublicKey(data []byte) (crypto.PublicKey, error) {
	key, err := parseKey(data, func(b keyBlock) (any, error) {
		if b.form.public == nil {
			return nil, b.form.wrongKind("the public key or certificate is needed here")
		}
		return b.form.public(b.contents)
	})
	if err != nil {
		return nil, fmt.Errorf("reading public key: %w", err)
	}
	if _, ok := key.(*rsa.PublicKey); ok || sm2.IsSM2PublicKey(key) {
		return key, nil
	}
	return nil, fmt.Errorf("reading public key: found %s: an RSA or SM2 key is needed here", kindOf(key))
}

// errWrongKind marks that a block holds something else than what is needed.
var errWrongKind = errors.New("another kind of file")

// parseKey takes the armour off a file and hands the first key in it to parse.
// When parse takes no block of several, the error about a block of the right kind is
// returned, or else the first.
func parseKey(data []byte, parse func(keyBlock) (any, error)) (any, error) {
	blocks, err := unarmour(data)
	if err != nil {
		return nil, err
	}
	var told error
	for _, block := range blocks {
		err := block.fault
		if err == nil {
			var key any
			if key, err = parse(block); err == nil {
				return key, nil
			}
		}
		if told == nil || (errors.Is(told, errWrongKind) && !errors.Is(err, errWrongKind)) {
			told = err
		}
	}
	return nil, told
}

// kindOf names a key's kind for an operator.
func kindOf(key any) string {
	switch key := key.(type) {
	case *rsa.PublicKey, *rsa.PrivateKey:
		return "an RSA key"
	case *sm2.PrivateKey:
		return "an SM2 key"
	case *ecdsa.PrivateKey:
		return "an EC key on the curve " + key.Curve.Params().Name
	case *ecdsa.PublicKey:
		if sm2.IsSM2PublicKey(key) {
			return "an SM2 key"
		}
		return "an EC key on the curve " + key.Curve.Params().Name
	default:
		return "a key of another kind"
	}
}
