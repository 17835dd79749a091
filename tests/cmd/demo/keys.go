package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
)

// rsaBits is the size of the field's keys (v2 in the field, envelope).
const rsaBits = 2048

// writeKeys makes the key pairs of the merchant and of the gateway, and the
// merchant's v1 sign key, which it returns.
func writeKeys(folder string) (signKey string, err error) {
	for _, name := range []string{"merchant", "gateway"} {
		if err := writeKeyPair(filepath.Join(folder, name)); err != nil {
			return "", fmt.Errorf("making keys of the %s: %w", name, err)
		}
	}
	signKey = rand.Text()
	if err := os.WriteFile(filepath.Join(folder, "sign.key"), []byte(signKey), 0o600); err != nil {
		return "", fmt.Errorf("writing sign key: %w", err)
	}
	return signKey, nil
}

// writeKeyPair writes a new key to path.pem and its public half to
// path-public.pem.
func writeKeyPair(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writePEM(path+".pem", "PRIVATE KEY", private); err != nil {
		return err
	}
	return writePEM(path+"-public.pem", "PUBLIC KEY", public)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
