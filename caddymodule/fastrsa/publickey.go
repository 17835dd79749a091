package fastrsa

import (
	"crypto/rsa"
	"sync"
)

// PublicKey is an RSA public key that is prepared once. crypto/rsa works out for each
// operation what depends on the key alone. It is safe for concurrent use.
type PublicKey struct {
	size   *size
	public public
}

// NewPublic prepares a public key. The error says why there is nothing to gain for this
// key or on this machine.
func NewPublic(key *rsa.PublicKey) (*PublicKey, error) {
	if err := Available(); err != nil {
		return nil, err
	}
	k := &PublicKey{size: sizeOf(key.Size())}
	if k.size == nil || key.N.BitLen() != 8*k.size.bytes || key.N.Bit(0) == 0 || key.E < 3 || key.E%2 == 0 {
		return nil, errPublic
	}
	return k, k.public.set(k.size, key)
}

// Raise returns x to the public exponent, modulo the modulus and as long as it: what
// verifying and encrypting do, without any padding. ok is false when x is not as long as
// the modulus, or not below it. The time depends on neither x nor the power.
func (k *PublicKey) Raise(x []byte) (power []byte, ok bool) {
	if len(x) != k.size.bytes {
		return nil, false
	}
	w := raisings.Get().(*raising)
	defer raisings.Put(w)
	defer func() { *w = raising{} }()
	var number [2 * maxWords]uint64
	words := number[:2*k.size.words()]
	toWords(words, x)
	raised, below := k.public.power(k.size, words, w)
	if below != 1 {
		return nil, false
	}
	power = make([]byte, k.size.bytes)
	fromWords(power, raised)
	clear(words)
	return power, true
}

var raisings = sync.Pool{New: func() any { return new(raising) }}
