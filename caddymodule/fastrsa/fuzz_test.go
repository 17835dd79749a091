package fastrsa_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"testing"
)

// FuzzDecrypt gives both keys the same bytes to decrypt.
func FuzzDecrypt(f *testing.F) {
	twins := map[int][2]privateKey{}
	for _, bits := range []int{2048, 1024} {
		key, k := newKey(f, bits)
		twins[bits] = [2]privateKey{key, k}
		sealed, err := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, []byte("12345678"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sealed, 8, bits == 1024)
		for _, x := range edges(key) {
			f.Add(x.FillBytes(make([]byte, bits/8)), 8, bits == 1024)
		}
	}
	f.Fuzz(func(t *testing.T, ciphertext []byte, length int, short bool) {
		both := twins[2048]
		if short {
			both = twins[1024]
		}
		opts := &rsa.PKCS1v15DecryptOptions{SessionKeyLen: length % 300}
		same(t, func(d privateKey) ([]byte, error) { return d.Decrypt(zeros{}, ciphertext, opts) }, both[0], both[1])
	})
}

// FuzzSign has both keys sign what they are given for a digest.
func FuzzSign(f *testing.F) {
	key, k := newKey(f, 1024)
	f.Add(make([]byte, 20), uint(crypto.SHA1))
	f.Add(make([]byte, 32), uint(crypto.SHA256))
	f.Add([]byte{}, uint(0))
	f.Fuzz(func(t *testing.T, digest []byte, hash uint) {
		same(t, func(s privateKey) ([]byte, error) { return s.Sign(nil, digest, crypto.Hash(hash%20)) }, key, k)
	})
}
