package fastrsa

import (
	"crypto"
	"crypto/rsa"
	"crypto/subtle"
)

// digestInfos stand before a digest in a PKCS#1 v1.5 signature (RFC 8017 §9.2).
var digestInfos = map[crypto.Hash][]byte{
	crypto.SHA1:   {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14},
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
	crypto.SHA384: {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30},
	crypto.SHA512: {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40},
}

// overhead is what PKCS#1 v1.5 padding takes at least: 00, the type, eight bytes
// and 00.
const overhead = 11

// encode pads a digest for a signature: 00 01 FF… 00, DigestInfo, digest. ok is
// false for what is crypto/rsa's to sign or to refuse.
func (k *Key) encode(digest []byte, opts crypto.SignerOpts) (em []byte, ok bool) {
	if _, pss := opts.(*rsa.PSSOptions); pss || opts == nil {
		return nil, false
	}
	hash := opts.HashFunc()
	info, known := digestInfos[hash]
	if !known || len(digest) != hash.Size() || len(info)+len(digest)+overhead > k.size.bytes {
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
func (k *Key) room(length int) bool { return length > 0 && length <= k.size.bytes-overhead }

// unpad judges a decrypted block, 00 02, bytes that are not zero, 00 and a message
// of so many bytes, without an early exit. It returns where that message would be,
// and 1 when all is as it should be.
func unpad(em []byte, length int) (good int, message []byte) {
	at := len(em) - length - 1
	good = subtle.ConstantTimeByteEq(em[0], 0) & subtle.ConstantTimeByteEq(em[1], 2)
	for _, b := range em[2:at] {
		good &= 1 ^ subtle.ConstantTimeByteEq(b, 0)
	}
	good &= subtle.ConstantTimeByteEq(em[at], 0)
	return good, em[at+1:]
}
