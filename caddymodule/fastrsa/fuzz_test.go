package fastrsa_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"testing"
)

// FuzzDecrypt gives both keys the same bytes to decrypt.
func FuzzDecrypt(f *testing.F) {
	standards, keys := twins(f)
	for short, key := range standards {
		sealed, err := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, []byte("12345678"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sealed, 8, short)
		for _, x := range edges(key) {
			f.Add(x.FillBytes(make([]byte, key.Size())), 8, short)
		}
	}
	f.Fuzz(func(t *testing.T, ciphertext []byte, length int, short bool) {
		opts := &rsa.PKCS1v15DecryptOptions{SessionKeyLen: length % 300}
		same(t, func(d privateKey) ([]byte, error) { return d.Decrypt(zeros{}, ciphertext, opts) }, standards[short], keys[short])
	})
}

// FuzzSign has both keys sign what they are given for a digest.
func FuzzSign(f *testing.F) {
	standards, keys := twins(f)
	for short := range standards {
		f.Add(make([]byte, 20), uint(crypto.SHA1), short)
		f.Add(make([]byte, 32), uint(crypto.SHA256), short)
		f.Add(make([]byte, 19), uint(crypto.SHA1), short)
		f.Add([]byte{}, uint(0), short)
	}
	f.Fuzz(func(t *testing.T, digest []byte, hash uint, short bool) {
		same(t, func(s privateKey) ([]byte, error) { return s.Sign(nil, digest, crypto.Hash(hash%20)) }, standards[short], keys[short])
	})
}

// twins are a key of 2048 bits and a short one, of 1024, each with its fast twin.
func twins(f *testing.F) (standards map[bool]*rsa.PrivateKey, keys map[bool]privateKey) {
	f.Helper()
	standards, keys = map[bool]*rsa.PrivateKey{}, map[bool]privateKey{}
	for short, bits := range map[bool]int{false: 2048, true: 1024} {
		standards[short], keys[short] = newKey(f, bits)
	}
	return standards, keys
}
