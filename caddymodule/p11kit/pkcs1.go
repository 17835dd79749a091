package p11kit

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"filippo.io/bigmod"

	"github.com/paybridge/paybridge/caddymodule/internal/pkcs1"
)

// digestInfo is what a token signs: a digest with its algorithm in front.
func digestInfo(digest []byte, opts crypto.SignerOpts, size int) ([]byte, error) {
	if _, pss := opts.(*rsa.PSSOptions); pss || opts == nil {
		return nil, errors.New("keys in tokens sign with PKCS#1 v1.5 only")
	}
	hash := opts.HashFunc()
	info, known := pkcs1.DigestInfo(hash)
	switch {
	case !known:
		return nil, fmt.Errorf("keys in tokens do not sign digests of %s", hash)
	case len(digest) != hash.Size():
		return nil, errors.New("input must be hashed message")
	case len(info)+len(digest)+pkcs1.Overhead > size:
		return nil, rsa.ErrMessageTooLong
	}
	return append(append([]byte(nil), info...), digest...), nil
}

// sessionKeyLen is the length of the session key that is asked for, 0 when it is
// none.
func sessionKeyLen(opts crypto.DecrypterOpts) (int, error) {
	switch o := opts.(type) {
	case nil:
		return 0, nil
	case *rsa.PKCS1v15DecryptOptions:
		return o.SessionKeyLen, nil
	}
	return 0, errors.New("keys in tokens decrypt with PKCS#1 v1.5 only")
}

// room reports whether a message of that length fits into a block.
func (k *Key) room(length int) bool { return length >= 0 && length <= k.public.Size()-pkcs1.Overhead }

// keyOrRandom is a session key of the right length that the token found, or else a
// random one.
func keyOrRandom(random io.Reader, found []byte, length int, good bool) ([]byte, error) {
	key := make([]byte, length)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, err
	}
	if good && len(found) == length {
		copy(key, found)
	}
	return key, nil
}

// message is the message in a decrypted block, of whatever length. Its error tells
// the caller that the padding is broken, as that of crypto/rsa does.
func message(block []byte) ([]byte, error) {
	good := subtle.ConstantTimeByteEq(block[0], 0) & subtle.ConstantTimeByteEq(block[1], 2)
	looking, at := 1, 0
	for i := 2; i < len(block); i++ {
		zero := subtle.ConstantTimeByteEq(block[i], 0)
		at = subtle.ConstantTimeSelect(looking&zero, i, at)
		looking = subtle.ConstantTimeSelect(zero, 0, looking)
	}
	if good&(1^looking)&subtle.ConstantTimeLessOrEq(pkcs1.Overhead-1, at) != 1 {
		return nil, rsa.ErrDecryption
	}
	return append([]byte(nil), block[at+1:]...), nil
}

// checker confirms results by the public key.
type checker struct {
	modulus  *bigmod.Modulus
	exponent uint
	bytes    []byte // of the modulus
}

func newChecker(key *rsa.PublicKey) (*checker, error) {
	m, err := bigmod.NewModulus(key.N.Bytes())
	if err != nil {
		return nil, err
	}
	return &checker{modulus: m, exponent: uint(key.E), bytes: key.N.Bytes()}, nil
}

// below reports whether a number is as long as the modulus and below it.
func (c *checker) below(x []byte) bool {
	return len(x) == len(c.bytes) && bytes.Compare(x, c.bytes) < 0
}

// raises reports whether x, raised to the public exponent, is want. Its time
// depends on the exponent only.
func (c *checker) raises(x, want []byte) bool {
	n, err := bigmod.NewNat().SetBytes(x, c.modulus)
	if err != nil {
		return false
	}
	got := bigmod.NewNat().ExpShortVarTime(n, c.exponent, c.modulus).Bytes(c.modulus)
	return subtle.ConstantTimeCompare(got, want) == 1
}

// signature reports whether a signature signs a DigestInfo.
func (c *checker) signature(signature, info []byte) bool {
	block := bytes.Repeat([]byte{0xff}, len(c.bytes))
	block[0], block[1], block[len(block)-len(info)-1] = 0, 1, 0
	copy(block[len(block)-len(info):], info)
	return len(signature) == len(block) && c.raises(signature, block)
}
