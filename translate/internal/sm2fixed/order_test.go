package sm2fixed

import (
	"math/big"
	"testing"
)

// FuzzOrder compares the arithmetic modulo the order with that of math/big.
func FuzzOrder(f *testing.F) {
	limits := [][]byte{{}, {1}, {2}, prime.Bytes()}
	for _, d := range []int64{-3, -2, -1, 0, 1} {
		limits = append(limits, new(big.Int).Add(order, big.NewInt(d)).Bytes())
	}
	for shift := uint(0); shift <= 256; shift += 32 {
		limits = append(limits, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), shift), big.NewInt(1)).Bytes())
	}
	for _, x := range limits {
		for _, y := range limits {
			f.Add(x, y)
		}
	}
	radix := new(big.Int).Lsh(big.NewInt(1), 256)
	inverse := new(big.Int).ModInverse(radix, order)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		bigX, bigY := new(big.Int).SetBytes(a[:min(len(a), 32)]), new(big.Int).SetBytes(b[:min(len(b), 32)])
		var x, y, sum, difference, product, inverted scalar
		x.setReduced(limbsOf(bytesOf(bigX)), 0)
		y.setReduced(limbsOf(bytesOf(bigY)), 0)
		wantNumber(t, "reading", &x, bigX)
		sum.add(&x, &y)
		wantNumber(t, "sum", &sum, new(big.Int).Add(bigX, bigY))
		difference.sub(&x, &y)
		wantNumber(t, "difference", &difference, new(big.Int).Sub(bigX, bigY))
		product.mul(&x, &y)
		wantNumber(t, "product", &product, new(big.Int).Mul(new(big.Int).Mul(bigX, bigY), inverse))
		inverted.invert(&x)
		exponent := new(big.Int).Sub(order, big.NewInt(2))
		wantNumber(t, "inverse", &inverted, new(big.Int).Mul(new(big.Int).Exp(bigX, exponent, order), radix))
		if zero := new(big.Int).Mod(bigX, order).Sign() == 0; zero != (x.isZero() == 1) {
			t.Errorf("%x is 0: %d", x, x.isZero())
		}
	})
}

func wantNumber(t *testing.T, what string, got *scalar, number *big.Int) {
	t.Helper()
	if want := *bytesOf(new(big.Int).Mod(number, order)); bytesOfLimbs(*got) != want {
		t.Errorf("%s is %x, want %x", what, bytesOfLimbs(*got), want)
	}
}
