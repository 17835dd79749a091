package sm2fixed

import "math/bits"

// The inverse is found by steps of division, as Bernstein and Yang have them in "Fast
// constant-time gcd computation and modular inversion" (2019), which take the same time
// whatever the number is. A step replaces an odd f and a g by numbers of the same greatest
// common divisor, g by half of g, of g + f or of g − f, until g is 0 and f is 1 or −1.
// Beginning with p and x, and with a half where the paper has 1, that is so after 590 steps
// at the latest, as Wuille has worked out for any modulus below 2²⁵⁶. Beside them are d
// and e, with which f = d·x and g = e·x modulo p, so that d is the inverse at last.
//
// Steps look at the lowest bits of f and g only: 62 of them are done on one word of each
// number, and what they come to, a matrix, is applied to the numbers as a whole.
const (
	stepBits = 62
	stepMask = 1<<stepBits - 1
	rounds   = 10 // of 62 steps
)

// long is a number of five limbs of 62 bits, the least significant first, the last of
// which has the sign.
type long [5]int64

// longPrime is p, and longInverse 1/p modulo 2⁶².
var (
	longPrime   = longOf(&[4]uint64{p0, p1, p2, p3})
	longInverse = func() int64 {
		inverse := uint64(1)
		for range 6 { // each time twice as many bits are right
			inverse *= 2 - p0*inverse
		}
		return int64(inverse & stepMask)
	}()
)

// longOf returns a number of four words.
func longOf(x *[4]uint64) long {
	return long{
		int64(x[0] & stepMask),
		int64((x[0]>>62 | x[1]<<2) & stepMask),
		int64((x[1]>>60 | x[2]<<4) & stepMask),
		int64((x[2]>>58 | x[3]<<6) & stepMask),
		int64(x[3] >> 56),
	}
}

// matrix is what steps come to: 2⁶² times the new f is u·f + v·g, and the new g q·f + r·g.
type matrix struct{ u, v, q, r int64 }

// steps does 62 steps with the lowest words of f and g. Zeta is −δ − 1/2, where δ is what
// decides whether f and g change places.
func steps(zeta, f, g int64) (int64, matrix) {
	m := matrix{u: 1, r: 1}
	for range stepBits {
		swap := zeta >> 63 // all ones where δ is positive
		odd := -(g & 1)    // all ones where g is
		// g ± f, with − where δ is positive
		g += ((f ^ swap) - swap) & odd
		m.q += ((m.u ^ swap) - swap) & odd
		m.r += ((m.v ^ swap) - swap) & odd
		// With both, the old g is the new f, and g − f, which is here by now, has f to be added.
		swap &= odd
		zeta = zeta ^ swap - 1
		f += g & swap
		m.u += m.q & swap
		m.v += m.r & swap
		g >>= 1
		m.u <<= 1
		m.v <<= 1
	}
	return zeta, m
}

// wide is a signed number of 128 bits.
type wide struct {
	high int64
	low  uint64
}

// add adds x·y.
func (w *wide) add(x, y int64) {
	high, low := bits.Mul64(uint64(x), uint64(y))             //nolint:gosec // the signs are seen to
	high -= uint64(x>>63)&uint64(y) + uint64(y>>63)&uint64(x) //nolint:gosec // here
	var carry uint64
	w.low, carry = bits.Add64(w.low, low, 0)
	w.high += int64(high + carry) //nolint:gosec // as above
}

// shift drops the lowest 62 bits, and returns them.
func (w *wide) shift() (lowest int64) {
	lowest = int64(w.low & stepMask) //nolint:gosec // 62 bits
	w.low = w.low>>stepBits | uint64(w.high)<<2
	w.high >>= stepBits
	return lowest
}

// apply sets f and g to what the steps make of them.
func (m *matrix) apply(f, g *long) {
	var newF, newG wide
	for i := range f {
		newF.add(m.u, f[i])
		newF.add(m.v, g[i])
		newG.add(m.q, f[i])
		newG.add(m.r, g[i])
		lowF, lowG := newF.shift(), newG.shift()
		if i > 0 { // the lowest limbs are zero
			f[i-1], g[i-1] = lowF, lowG
		}
	}
	f[4], g[4] = int64(newF.low), int64(newG.low) //nolint:gosec // what is left has a sign
}

// applyModulo is apply modulo p, for numbers between −2p and p, which they stay: multiples
// of p make the lowest limbs zero.
func (m *matrix) applyModulo(d, e *long) {
	negativeD, negativeE := d[4]>>63, e[4]>>63
	timesD := m.u&negativeD + m.v&negativeE // p is added where a number is negative
	timesE := m.q&negativeD + m.r&negativeE
	lowD, lowE := m.u*d[0]+m.v*e[0], m.q*d[0]+m.r*e[0]
	timesD -= (longInverse*lowD + timesD) & stepMask
	timesE -= (longInverse*lowE + timesE) & stepMask
	var newD, newE wide
	for i := range d {
		newD.add(m.u, d[i])
		newD.add(m.v, e[i])
		newD.add(longPrime[i], timesD)
		newE.add(m.q, d[i])
		newE.add(m.r, e[i])
		newE.add(longPrime[i], timesE)
		limbD, limbE := newD.shift(), newE.shift()
		if i > 0 {
			d[i-1], e[i-1] = limbD, limbE
		}
	}
	d[4], e[4] = int64(newD.low), int64(newE.low) //nolint:gosec // as in apply
}

// addPrime adds p to x where negative is all ones.
func (x *long) addPrime(negative int64) {
	var carry int64
	for i := range x {
		sum := x[i] + longPrime[i]&negative + carry
		carry = sum >> stepBits
		x[i] = sum
		if i < 4 {
			x[i] &= stepMask
		}
	}
}

// negate makes x its opposite where negative is all ones.
func (x *long) negate(negative int64) {
	var carry int64
	for i := range x {
		limb := (x[i] ^ negative) - negative + carry
		carry = limb >> stepBits
		x[i] = limb
		if i < 4 {
			x[i] &= stepMask
		}
	}
}

// words returns a number from 0 to below 2²⁵⁶.
func (x *long) words() [4]uint64 {
	var w [5]uint64
	for i := range w {
		w[i] = uint64(x[i]) //nolint:gosec // none is negative
	}
	return [4]uint64{w[0] | w[1]<<62, w[1]>>2 | w[2]<<60, w[2]>>4 | w[3]<<58, w[3]>>6 | w[4]<<56}
}

// cube is 2⁷⁶⁸: of the inverse of a number that has 2²⁵⁶ in it, it makes one that has.
var cube = func() element {
	var c element
	c.mul(&into, &into)
	return c
}()

// invert sets z to 1/x, and to 0 where x is 0.
func (z *element) invert(x *element) {
	f, g := longPrime, longOf((*[4]uint64)(x))
	var d long
	e := long{1}
	zeta := int64(-1)
	for range rounds {
		var m matrix
		zeta, m = steps(zeta, f[0], g[0])
		m.applyModulo(&d, &e)
		m.apply(&f, &g)
	}
	d.addPrime(d[4] >> 63)
	d.negate(f[4] >> 63)
	d.addPrime(d[4] >> 63)
	*z = d.words()
	z.mul(z, &cube)
}
