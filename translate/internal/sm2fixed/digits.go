package sm2fixed

import "math/bits"

// scalar is a number below the order of the curve, its limbs in order of significance,
// the least first.
type scalar [4]uint64

// newScalar reads a number, most significant byte first.
func newScalar(b *[32]byte) scalar { return limbsOf(b) }

// signs says for each power of two up to 2²⁵⁵ whether it is added, 1, or taken off, 0.
type signs [4]uint64

// signs writes a number z other than 0 as a sum of all powers of two, each of them added
// or taken off. Digits that are made of a few of them are odd, so that none is 0, and a
// table for them has half the multiples.
//
// An odd number z is such a sum: with those added that (z + 2²⁵⁶ − 1)/2 is made of, which
// is 2²⁵⁵ and half of z. For an even z it is the opposite of n − z, which is odd as the
// order n is.
func (z *scalar) signs() (s signs) {
	even := z[0]&1 - 1 // all ones where it is
	n, borrow := orderLimbs, uint64(0)
	for i := range n {
		n[i], borrow = bits.Sub64(n[i], z[i], borrow)
	}
	var odd [5]uint64
	for i := range n {
		odd[i] = z[i] ^ even&(z[i]^n[i])
	}
	odd[4] = 1
	for i := range s {
		s[i] = (odd[i]>>1 | odd[i+1]<<63) ^ even
	}
	return s
}

// at returns so many signs, the least significant one at bit i.
func (s signs) at(i, count int) uint64 {
	part := s[i/64] >> (i % 64)
	if i%64+count > 64 {
		part |= s[i/64+1] << (64 - i%64)
	}
	return part & (1<<count - 1)
}
