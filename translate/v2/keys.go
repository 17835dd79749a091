package v2

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
)

// ParsePrivateKey reads an RSA or SM2 private key from the contents of a file:
// PEM, bare base64 or DER of PKCS#8, PKCS#1 or SEC 1, or a PKCS#12 file (.pfx,
// .p12), for which alone the password is used. What is in the file decides, not
// what a PEM label says.
//
// What comes back is also a [crypto.Decrypter]. Errors tell an operator what the
// file is and what to do; they hold nothing of its contents.
func ParsePrivateKey(data []byte, password string) (crypto.Signer, error) {
	key, err := parseKey(data, func(f *keyForm, der []byte) (any, error) {
		if f.private == nil {
			return nil, errors.New("found " + f.name + ": a private key is needed here")
		}
		return f.private(der, password)
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
// public key or a certificate (.cer, .crt) in PEM, bare base64 or DER. Neither a
// certificate's dates nor its issuer are checked: the operator's choice of file
// is what is trusted.
func ParsePublicKey(data []byte) (crypto.PublicKey, error) {
	key, err := parseKey(data, func(f *keyForm, der []byte) (any, error) {
		if f.public == nil {
			return nil, errors.New("found " + f.name + ": the public key or certificate is needed here")
		}
		return f.public(der)
	})
	if err != nil {
		return nil, fmt.Errorf("reading public key: %w", err)
	}
	if _, ok := key.(*rsa.PublicKey); ok || sm2.IsSM2PublicKey(key) {
		return key, nil
	}
	return nil, fmt.Errorf("reading public key: found %s: an RSA or SM2 key is needed here", kindOf(key))
}

// parseKey takes the armour off a file and hands the first key in it to parse.
// When parse takes none of several PEM blocks, the first error is returned.
func parseKey(data []byte, parse func(*keyForm, []byte) (any, error)) (any, error) {
	blocks, err := unarmour(data)
	if err != nil {
		return nil, err
	}
	var first error
	for _, der := range blocks {
		form, err := formOf(der)
		if err == nil {
			var key any
			if key, err = parse(form, der); err == nil {
				return key, nil
			}
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// derSequence is the first byte of every DER form; no text form has it, because
// base64 of it begins with M.
const derSequence = 0x30

// unarmour returns the DER in a file, one or more, without PEM or base64 around
// it.
func unarmour(data []byte) ([][]byte, error) {
	if len(data) > MaxKeyFile {
		return nil, fmt.Errorf("the file is longer than %d bytes", MaxKeyFile)
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	switch {
	case len(text) == 0:
		return nil, errors.New("the file is empty")
	case data[0] == derSequence:
		return [][]byte{data}, nil
	case bytes.Contains(text, []byte("-----BEGIN ")):
		return unarmourPEM(text)
	}
	der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(text), nil)))
	if err != nil {
		return nil, errors.New("the file is neither PEM nor base64 nor DER")
	}
	return [][]byte{der}, nil
}

// unarmourPEM returns the DER of each PEM block.
func unarmourPEM(text []byte) ([][]byte, error) {
	var blocks [][]byte
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		if block.Headers["DEK-Info"] != "" {
			return nil, errors.New("the PEM is encrypted in the old manner: convert it with openssl pkcs8 -topk8 -nocrypt")
		}
		if block.Type != "EC PARAMETERS" { // goes before an EC key and repeats its curve
			blocks = append(blocks, block.Bytes)
		}
		text = rest
	}
	if len(blocks) == 0 {
		return nil, errors.New("the PEM is damaged: BEGIN and END must stand on lines of their own, around whole base64")
	}
	return blocks, nil
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
