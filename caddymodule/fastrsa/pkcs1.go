package fastrsa

import (
	"crypto"
	"crypto/rsa"

	"github.com/paybridge/paybridge/caddymodule/internal/pkcs1"
)

// encode pads a digest for a signature: 00 01 FF… 00, DigestInfo, digest. ok is
// false for what is crypto/rsa's to sign or to refuse.
func (k *Key) encode(digest []byte, opts crypto.SignerOpts) (em []byte, ok bool) {
	if _, pss := opts.(*rsa.PSSOptions); pss || opts == nil {
		return nil, false
	}
	hash := opts.HashFunc()
	info, known := pkcs1.DigestInfo(hash)
	if !known || len(digest) != hash.Size() || len(info)+len(digest)+pkcs1.Overhead > k.size.bytes {
		return nil, false
	}
	em = make([]byte, k.size.bytes)
	at := len(em) - len(info) - len(digest)
	em[1] = 1
	for i := 2; i < at-1; i++ {
		em[i] = 0xff
	}
	copy(em[at:], info)
	copy(em[at+len(info):], digest)
	return em, true
}

// sessionKeyLen is the length of the session key that is asked for, 0 when it is
// none.
func sessionKeyLen(opts crypto.DecrypterOpts) int {
	if o, ok := opts.(*rsa.PKCS1v15DecryptOptions); ok {
		return o.SessionKeyLen
	}
	return 0
}

// room reports whether a session key of that length fits into a block.
func (k *Key) room(length int) bool { return length > 0 && length <= k.size.bytes-pkcs1.Overhead }
