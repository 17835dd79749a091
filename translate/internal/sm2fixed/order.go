package sm2fixed

import (
	"math/big"
	"math/bits"

	"github.com/emmansun/gmsm/sm2"
)

// order is n, the number of points of the curve.
var (
	order      = sm2.P256().Params().N
	orderLimbs = limbsOf(bytesOf(order))
)

func bytesOf(x *big.Int) *[32]byte { return (*[32]byte)(x.FillBytes(make([]byte, 32))) }

// What Montgomery's multiplication modulo the order needs: −1/n modulo 2⁶⁴, and 2²⁵⁶ and
// 2⁵¹² modulo n.
var (
	orderInverse = func() uint64 {
		word := new(big.Int).Lsh(big.NewInt(1), 64)
		inverse := new(big.Int).ModInverse(order, word)
		return inverse.Sub(word, inverse).Uint64()
	}()
	orderOne  = powerModuloOrder(256)
	orderInto = powerModuloOrder(512)
)

func powerModuloOrder(exponent uint) scalar {
	power := new(big.Int).Lsh(big.NewInt(1), exponent)
	return newScalar(bytesOf(power.Mod(power, order)))
}

// The methods of a scalar calculate modulo the order, and take the same time whatever the
// numbers are. z may be one of the operands.

// isNumber reports whether z is from 1 to below the order.
func (z *scalar) isNumber() bool {
	var borrow uint64
	for i := range z {
		_, borrow = bits.Sub64(z[i], orderLimbs[i], borrow)
	}
	return borrow&^z.isZero() == 1
}

// isZero returns 1 where z is 0, otherwise 0.
func (z *scalar) isZero() uint64 { return equal(z[0]|z[1]|z[2]|z[3], 0) }

// setReduced sets z to a number below 2²⁵⁶, and with carry 1 to one below 2n that has 2²⁵⁶
// more.
func (z *scalar) setReduced(t [4]uint64, carry uint64) {
	var less [4]uint64
	var borrow uint64
	for i := range t {
		less[i], borrow = bits.Sub64(t[i], orderLimbs[i], borrow)
	}
	_, borrow = bits.Sub64(carry, 0, borrow)
	for i := range z {
		z[i] = less[i] ^ -borrow&(less[i]^t[i])
	}
}

// add sets z to x + y.
func (z *scalar) add(x, y *scalar) {
	var t [4]uint64
	var carry uint64
	for i := range t {
		t[i], carry = bits.Add64(x[i], y[i], carry)
	}
	z.setReduced(t, carry)
}

// sub sets z to x − y.
func (z *scalar) sub(x, y *scalar) {
	var t [4]uint64
	var borrow, carry uint64
	for i := range t {
		t[i], borrow = bits.Sub64(x[i], y[i], borrow)
	}
	negative := -borrow
	for i := range z {
		z[i], carry = bits.Add64(t[i], negative&orderLimbs[i], carry)
	}
}

// mul sets z to x·y/2²⁵⁶.
func (z *scalar) mul(x, y *scalar) {
	var t [6]uint64
	for _, limb := range y {
		addProduct(&t, (*[4]uint64)(x), limb)
		addProduct(&t, &orderLimbs, t[0]*orderInverse)
		copy(t[:], t[1:])
		t[5] = 0
	}
	z.setReduced([4]uint64(t[:4]), t[4])
}

// addProduct adds x·y to t.
func addProduct(t *[6]uint64, x *[4]uint64, y uint64) {
	var carry, c uint64
	for i := range x {
		high, low := bits.Mul64(x[i], y)
		low, c = bits.Add64(low, carry, 0)
		high += c
		t[i], c = bits.Add64(t[i], low, 0)
		carry = high + c
	}
	t[4], c = bits.Add64(t[4], carry, 0)
	t[5] += c
}

// invert sets z to 2²⁵⁶/x, the form of 1/x in which [scalar.mul] gives a quotient, and to 0
// where x is 0: it raises x to n − 2.
func (z *scalar) invert(x *scalar) {
	exponent := new(big.Int).Sub(order, big.NewInt(2))
	power, factor := orderOne, *x
	factor.mul(&factor, &orderInto)
	for i := exponent.BitLen() - 1; i >= 0; i-- {
		power.mul(&power, &power)
		if exponent.Bit(i) == 1 {
			power.mul(&power, &factor)
		}
	}
	*z = power
}
