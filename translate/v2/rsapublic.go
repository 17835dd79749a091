package v2

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"

	"filippo.io/bigmod"
)

// RSAPower raises a number to the public exponent of an RSA key, modulo its modulus. Both
// numbers are as long as the modulus; ok is false for one that is not below it.
type RSAPower func(x []byte) (power []byte, ok bool)

// WithRSAPower has suite intl work with the peer's key by what prepare returns for it.
// Where that is nil, it works as without this option.
func WithRSAPower(prepare func(peer *rsa.PublicKey) RSAPower) Option {
	return func(c *Codec) {
		if keys, ok := c.keys.(*rsaKeys); ok {
			if power := prepare(keys.peer); power != nil {
				keys.power = power
			}
		}
	}
}

// standardPower prepares a key once. crypto/rsa does so anew for each message, which
// takes as long as the power itself.
func standardPower(key *rsa.PublicKey) (RSAPower, error) {
	modulus, err := bigmod.NewModulus(key.N.Bytes())
	if err != nil {
		return nil, err
	}
	exponent := uint(key.E)
	return func(x []byte) ([]byte, bool) {
		number, err := bigmod.NewNat().SetBytes(x, modulus)
		if err != nil {
			return nil, false
		}
		return bigmod.NewNat().ExpShortVarTime(number, exponent, modulus).Bytes(modulus), true
	}, nil
}

// signaturePadding is what stands in front of the digest in a signature of so
// many bytes (RFC 8017 §9.2): 00 01 FF… 00 and the DigestInfo of SHA-1.
func signaturePadding(size int) []byte {
	info := []byte{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14}
	padding := bytes.Repeat([]byte{0xff}, size-sha1.Size)
	at := len(padding) - len(info)
	padding[0], padding[1], padding[at-1] = 0, 1, 0
	copy(padding[at:], info)
	return padding
}

// sealingBlock is a message with the padding of an encryption in front of it, so many
// bytes in all (RFC 8017 §7.2.1): 00 02, random bytes that are not zero, 00.
func sealingBlock(size int, message []byte) []byte {
	block := make([]byte, size)
	end := size - len(message) - 1
	block[1] = 2
	filling := block[2:end]
	_, _ = rand.Read(filling) // it never fails
	for i := range filling {
		for filling[i] == 0 {
			_, _ = rand.Read(filling[i : i+1])
		}
	}
	copy(block[end+1:], message)
	return block
}
