package fastrsa

import (
	"crypto/rsa"
	"math/big"
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
	if err := k.public.set(k.size, key); err != nil {
		return nil, err
	}
	if err := k.try(key); err != nil {
		return nil, err
	}
	return k, nil
}

// try compares one power with that of math/big: nobody confirms those that follow.
func (k *PublicKey) try(key *rsa.PublicKey) error {
	x := new(big.Int).Rsh(key.N, 1)
	want := new(big.Int).Exp(x, big.NewInt(int64(key.E)), key.N)
	got, ok := k.Raise(x.FillBytes(make([]byte, k.size.bytes)))
	if !ok || new(big.Int).SetBytes(got).Cmp(want) != 0 {
		return errWrong
	}
	return nil
}

// Raise returns x to the public exponent, modulo the modulus and as long as it: what
// verifying and encrypting do, without any padding. ok is false when x is not as long as
// the modulus, or not below it. The time depends on neither x nor the power. No power is
// confirmed but the one that NewPublic tries.
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
