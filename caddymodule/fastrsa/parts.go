package fastrsa

import (
	"crypto/rsa"
	"math/big"

	"filippo.io/bigmod"
)

// parts is what a key is worked with: made once, at its first use, in constant
// time (bigmod).
type parts struct {
	size     *size
	primes   [2]prime         // p and q
	qInverse [maxLimbs]uint64 // (1/q)·R modulo p
	q        [maxWords]uint64 // as words
	public   public
}

// prime is one prime of a key with what Montgomery's arithmetic needs of it.
type prime struct {
	m      [maxLimbs]uint64
	r1     [maxLimbs]uint64 // R modulo m: the one of this arithmetic
	r2, r3 [maxLimbs]uint64 // R² and R³ modulo m
	k0     uint64           // -1/m modulo 2^52
	digits [256]uint8       // of the private exponent modulo m-1, four bits each, the highest first
}

// newParts prepares a key. Nothing in it can fail for a key that crypto/rsa has
// validated; the error of a library is returned all the same.
func newParts(key *rsa.PrivateKey, s *size) (*parts, error) {
	k := &parts{size: s}
	err := k.public.set(s, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	exponents := [2]*big.Int{key.Precomputed.Dp, key.Precomputed.Dq}
	var moduli [2]*bigmod.Modulus
	for i, p := range key.Primes {
		if moduli[i], err = k.primes[i].set(s, p, exponents[i]); err != nil {
			return nil, err
		}
	}
	inverse, err := bigmod.NewNat().SetBytes(s.fill(key.Precomputed.Qinv), moduli[0])
	if err != nil {
		return nil, err
	}
	r := radix(s.limbs, moduli[0])
	setLimbs(k.qInverse[:], inverse.Mul(r, moduli[0]).Bytes(moduli[0]))
	toWords(k.q[:s.words()], s.fill(key.Primes[1]))
	return k, nil
}

func (p *prime) set(s *size, m, exponent *big.Int) (*bigmod.Modulus, error) {
	modulus, err := bigmod.NewModulus(m.Bytes())
	if err != nil {
		return nil, err
	}
	r := radix(s.limbs, modulus)
	setLimbs(p.m[:], s.fill(m))
	setLimbs(p.r1[:], r.Bytes(modulus))
	power := radix(s.limbs, modulus).Mul(r, modulus)
	setLimbs(p.r2[:], power.Bytes(modulus))
	setLimbs(p.r3[:], power.Mul(r, modulus).Bytes(modulus))
	p.k0 = minusInverse(p.m[0])
	for i, b := range s.fill(exponent) {
		p.digits[2*i], p.digits[2*i+1] = b>>4, b&15
	}
	return modulus, nil
}

// radix is R modulo m for numbers of so many limbs.
func radix(limbs int, m *bigmod.Modulus) *bigmod.Nat {
	two := bigmod.NewNat().SetUint(2).ExpandFor(m)
	return bigmod.NewNat().ExpShortVarTime(two, uint(limbBits*limbs), m)
}

// fill is a number as bytes, as many as a prime has.
func (s *size) fill(x *big.Int) []byte { return x.FillBytes(make([]byte, s.bytes/2)) }

// setLimbs cuts a big-endian number of a prime's or the modulus's length into limbs.
func setLimbs(limbs []uint64, number []byte) {
	var room [2 * maxWords]uint64
	words := room[:len(number)/8]
	toWords(words, number)
	wordsToLimbs(limbs, words)
}

// minusInverse is -1/m modulo 2^52 for an odd m. Three bits are right to begin with,
// and each of Newton's steps doubles them.
func minusInverse(m uint64) uint64 {
	inverse := m
	for range 5 {
		inverse *= 2 - m*inverse
	}
	return -inverse & limbMask
}
