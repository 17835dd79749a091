package sm2fixed

import (
	"encoding/binary"
	"math/bits"
)

// element is a number modulo the prime of the curve,
//
//	p = 2²⁵⁶ − 2²²⁴ − 2⁹⁶ + 2⁶⁴ − 1,
//
// and less than it. It is in Montgomery form, the number times 2²⁵⁶, with the least
// significant limb first. Its methods take the same time whatever the numbers are, and
// z may be one of the operands.
type element [4]uint64

// The limbs of p.
const (
	p0 = 0xffffffffffffffff
	p1 = 0xffffffff00000000
	p2 = 0xffffffffffffffff
	p3 = 0xfffffffeffffffff
)

var (
	one   = element{1, 0xffffffff, 0, 1 << 32}
	into  = element{0x200000003, 0x2ffffffff, 0x100000001, 0x400000002} // 2⁵¹²: brings into Montgomery form
	outOf = element{1}                                                  // brings out of it
)

// setBytes reads a number, most significant byte first, and reports whether it is less
// than p.
func (z *element) setBytes(b *[32]byte) bool {
	*z = limbsOf(b)
	_, borrow := bits.Sub64(z[0], p0, 0)
	_, borrow = bits.Sub64(z[1], p1, borrow)
	_, borrow = bits.Sub64(z[2], p2, borrow)
	_, borrow = bits.Sub64(z[3], p3, borrow)
	z.mul(z, &into)
	return borrow == 1
}

// limbsOf reads a number, most significant byte first, into limbs, the least first.
func limbsOf(b *[32]byte) (limbs [4]uint64) {
	for i := range limbs {
		limbs[i] = binary.BigEndian.Uint64(b[24-8*i:])
	}
	return limbs
}

// bytes returns the number, most significant byte first.
func (z *element) bytes() (b [32]byte) {
	var plain element
	plain.mul(z, &outOf)
	return bytesOfLimbs(plain)
}

// bytesOfLimbs is the opposite of limbsOf.
func bytesOfLimbs(limbs [4]uint64) (b [32]byte) {
	for i, limb := range limbs {
		binary.BigEndian.PutUint64(b[24-8*i:], limb)
	}
	return b
}

// add sets z to x + y.
func (z *element) add(x, y *element) {
	t0, c := bits.Add64(x[0], y[0], 0)
	t1, c := bits.Add64(x[1], y[1], c)
	t2, c := bits.Add64(x[2], y[2], c)
	t3, c := bits.Add64(x[3], y[3], c)
	z.reduce(t0, t1, t2, t3, c)
}

// sub sets z to x − y.
func (z *element) sub(x, y *element) {
	t0, b := bits.Sub64(x[0], y[0], 0)
	t1, b := bits.Sub64(x[1], y[1], b)
	t2, b := bits.Sub64(x[2], y[2], b)
	t3, b := bits.Sub64(x[3], y[3], b)
	negative := -b
	var c uint64
	z[0], c = bits.Add64(t0, negative&p0, 0)
	z[1], c = bits.Add64(t1, negative&p1, c)
	z[2], c = bits.Add64(t2, negative&p2, c)
	z[3], _ = bits.Add64(t3, negative&p3, c)
}

// reduce sets z to t modulo p, where t is less than 2p and t4 is 0 or 1.
func (z *element) reduce(t0, t1, t2, t3, t4 uint64) {
	s0, b := bits.Sub64(t0, p0, 0)
	s1, b := bits.Sub64(t1, p1, b)
	s2, b := bits.Sub64(t2, p2, b)
	s3, b := bits.Sub64(t3, p3, b)
	_, b = bits.Sub64(t4, 0, b)
	less := -b
	z[0] = s0 ^ less&(s0^t0)
	z[1] = s1 ^ less&(s1^t1)
	z[2] = s2 ^ less&(s2^t2)
	z[3] = s3 ^ less&(s3^t3)
}

// mul sets z to x·y. Of each limb of y it adds x times the limb to t, and then so many
// times p that the lowest limb of t becomes 0 and is dropped. As p is −1 modulo 2⁶⁴, that
// is t0 times; and as it is that sum of powers, the other limbs grow by
// t0·(2¹⁹² − 2¹⁶⁰ − 2³² + 1), which takes shifts and no products.
func (z *element) mul(x, y *element) {
	var t0, t1, t2, t3, t4, t5, c, b uint64
	for _, limb := range y {
		h0, l0 := bits.Mul64(x[0], limb)
		h1, l1 := bits.Mul64(x[1], limb)
		h2, l2 := bits.Mul64(x[2], limb)
		h3, l3 := bits.Mul64(x[3], limb)
		t0, c = bits.Add64(t0, l0, 0)
		t1, c = bits.Add64(t1, l1, c)
		t2, c = bits.Add64(t2, l2, c)
		t3, c = bits.Add64(t3, l3, c)
		t4 += c
		t1, c = bits.Add64(t1, h0, 0)
		t2, c = bits.Add64(t2, h1, c)
		t3, c = bits.Add64(t3, h2, c)
		t4, t5 = bits.Add64(t4, h3, c)

		var r0, r1, r2, r3 uint64
		r0, b = bits.Sub64(t0, t0<<32, 0)
		r1, b = bits.Sub64(0, t0>>32, b)
		r2, b = bits.Sub64(0, t0<<32, b)
		r3, _ = bits.Sub64(t0, t0>>32, b)
		t0, c = bits.Add64(t1, r0, 0)
		t1, c = bits.Add64(t2, r1, c)
		t2, c = bits.Add64(t3, r2, c)
		t3, c = bits.Add64(t4, r3, c)
		t4 = t5 + c
	}
	z.reduce(t0, t1, t2, t3, t4)
}

// choose sets z to x where bit is 1, and leaves it where bit is 0.
func (z *element) choose(x *element, bit uint64) {
	mask := -bit
	for i := range z {
		z[i] ^= mask & (z[i] ^ x[i])
	}
}
