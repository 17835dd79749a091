// Package pkcs1 has what is fixed in the paddings of PKCS #1 v1.5 (RFC 8017), for keys
// whose private operation is not that of crypto/rsa.
package pkcs1

import (
	"crypto"
	"crypto/subtle"
	"io"
)

// digestInfos stand before a digest in a signature (RFC 8017 §9.2).
var digestInfos = map[crypto.Hash][]byte{
	crypto.SHA1:   {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14},
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
	crypto.SHA384: {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30},
	crypto.SHA512: {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40},
}

// DigestInfo returns what stands before a digest of a hash in a signature. known is
// false for hashes that are left to others.
func DigestInfo(hash crypto.Hash) (info []byte, known bool) {
	info, known = digestInfos[hash]
	return info, known
}

// Overhead is what the padding takes at least: 00, the type, eight bytes and 00.
const Overhead = 11

// SessionKey returns the session key of so many bytes in a decrypted block, or a random
// one when its padding is broken, without telling the two apart. It clears the block.
func SessionKey(random io.Reader, block []byte, length int) ([]byte, error) {
	key := make([]byte, length)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, err
	}
	good, message := unpad(block, length)
	subtle.ConstantTimeCopy(good, key, message)
	clear(block)
	return key, nil
}

// unpad judges a decrypted block, 00 02, bytes that are not zero, 00 and a message
// of so many bytes, without an early exit. It returns where that message would be,
// and 1 when all is as it should be.
func unpad(block []byte, length int) (good int, message []byte) {
	at := len(block) - length - 1
	good = subtle.ConstantTimeByteEq(block[0], 0) & subtle.ConstantTimeByteEq(block[1], 2)
	for _, b := range block[2:at] {
		good &= 1 ^ subtle.ConstantTimeByteEq(b, 0)
	}
	good &= subtle.ConstantTimeByteEq(block[at], 0)
	return good, block[at+1:]
}
