package tests

import (
	"crypto"
	"crypto/des"
	"crypto/rand"
	"crypto/rsa"
	"time"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
)

// bareFast is the bare crypto of intl with both private operations by package fastrsa.
func (s *sizing) bareFast() time.Duration {
	private := benchKey(s.b, "merchant_private.pem").(*rsa.PrivateKey)
	fast := must(fastrsa.New(private, nil))
	digest := make([]byte, crypto.SHA1.Size())
	wrapped := must(rsa.EncryptPKCS1v15(nil, &private.PublicKey, make([]byte, des.BlockSize)))
	measure := func(key interface {
		crypto.Signer
		crypto.Decrypter
	}) time.Duration {
		const rounds = 200
		return threadCPU(s.b, func() {
			for range rounds {
				must(key.Sign(nil, digest, crypto.SHA1))
				must(key.Decrypt(rand.Reader, wrapped, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: des.BlockSize})) // others are left to crypto/rsa
			}
		}) / rounds
	}
	return s.bare["intl"] - measure(private) + measure(fast)
}

// kindsOf is with fast RSA, where this machine can do it, and without; gm has no RSA.
func kindsOf(suite string) []bool {
	switch {
	case suite != "intl":
		return []bool{true}
	case fastrsa.Available() != nil:
		return []bool{false}
	}
	return []bool{true, false}
}

func kindOf(suite string, fast bool) string {
	switch {
	case suite != "intl":
		return suite
	case fast:
		return "intl, fast RSA"
	}
	return "intl, standard RSA"
}
