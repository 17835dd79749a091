package fastrsa

import (
	"crypto/rsa"
	"math/bits"

	"filippo.io/bigmod"
)

// public is a public key with what Montgomery's arithmetic needs of it.
type public struct {
	m, r2 whole  // the modulus, and R² modulo it
	k0    uint64 // -1/m modulo 2^52
	e     uint
}

func (p *public) set(s *size, key *rsa.PublicKey) error {
	modulus, err := bigmod.NewModulus(key.N.Bytes())
	if err != nil {
		return err
	}
	r := radix(2*s.limbs, modulus)
	setLimbs(p.m[:], key.N.Bytes())
	setLimbs(p.r2[:], radix(2*s.limbs, modulus).Mul(r, modulus).Bytes(modulus))
	p.k0, p.e = minusInverse(p.m[0]), uint(key.E)
	return nil
}

// raising is the room for a public operation.
type raising struct {
	x, power whole                // what is raised in limbs, and its power
	raised   [2 * maxWords]uint64 // the power in words
}

// power returns a number, in words, to the power e, modulo the modulus, and 1 if the
// number is below the modulus, else 0. The exponent is no secret, so that a jump may
// depend on it.
func (p *public) power(s *size, number []uint64, w *raising) (raised []uint64, below int) {
	n := 2 * s.limbs
	wordsToLimbs(w.x[:n], number)
	below = isBelow(w.x[:n], p.m[:])
	p.mul(s, &w.x, &w.x, &p.r2)
	w.power = w.x
	for bit := bits.Len(p.e) - 2; bit >= 0; bit-- {
		p.mul(s, &w.power, &w.power, &w.power)
		if p.e>>bit&1 == 1 {
			p.mul(s, &w.power, &w.power, &w.x)
		}
	}
	p.mul(s, &w.power, &w.power, &one) // out of Montgomery's form
	reduceOnce(w.power[:n], p.m[:])
	raised = w.raised[:2*s.words()]
	limbsToWords(raised, w.power[:n])
	return raised, below
}

func (p *public) mul(s *size, res, a, b *whole) { s.singleMul(&res[0], &a[0], &b[0], &p.m[0], &p.k0) }

// one is the number.
var one = whole{1}
