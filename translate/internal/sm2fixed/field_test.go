package sm2fixed

import (
	"math/big"
	"testing"
)

// prime is p by another way than the limbs.
var prime = new(big.Int).SetBytes([]byte{
	0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
})

// FuzzField compares the arithmetic of the field with that of math/big.
func FuzzField(f *testing.F) {
	limits := [][]byte{{}, {1}, {2}, order.Bytes(), make([]byte, 32)}
	for _, d := range []int64{-3, -2, -1, 0, 1} {
		limits = append(limits, new(big.Int).Add(prime, big.NewInt(d)).Bytes())
	}
	for shift := uint(0); shift < 256; shift += 31 {
		limits = append(limits, new(big.Int).Lsh(big.NewInt(1), shift).Bytes())
	}
	for _, x := range limits {
		for _, y := range limits {
			f.Add(x, y)
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, bigX := bothOf(t, a)
		y, bigY := bothOf(t, b)
		var sum, difference, product, inverse element
		sum.add(&x, &y)
		difference.sub(&x, &y)
		product.mul(&x, &y)
		inverse.invert(&x)
		want(t, "sum", &sum, new(big.Int).Add(bigX, bigY))
		want(t, "difference", &difference, new(big.Int).Sub(bigX, bigY))
		want(t, "product", &product, new(big.Int).Mul(bigX, bigY))
		want(t, "inverse", &inverse, new(big.Int).Exp(bigX, new(big.Int).Sub(prime, big.NewInt(2)), prime))
		for bit, chosen := range []element{x, y} {
			got := x
			if got.choose(&y, uint64(bit)); got != chosen {
				t.Errorf("choice %d is %x", bit, got)
			}
		}
	})
}

// bothOf reads a number into the field, and says whether it was read as what it is.
func bothOf(t *testing.T, b []byte) (element, *big.Int) {
	number := new(big.Int).SetBytes(b[:min(len(b), 32)])
	var x element
	if less := x.setBytes(bytesOf(number)); less != (number.Cmp(prime) < 0) {
		t.Errorf("%x is less than p: %v", number, less)
	}
	want(t, "reading", &x, number)
	return x, number.Mod(number, prime)
}

func want(t *testing.T, what string, got *element, number *big.Int) {
	t.Helper()
	if want := *bytesOf(new(big.Int).Mod(number, prime)); got.bytes() != want {
		t.Errorf("%s is %x, want %x", what, got.bytes(), want)
	}
	// Of each number there is one form, or comparisons would be wrong.
	if below := new(big.Int).SetBytes(limbBytes(got)); below.Cmp(prime) >= 0 {
		t.Errorf("%s is not reduced: %x", what, below)
	}
}

func limbBytes(x *element) []byte {
	number := new(big.Int)
	for i := range x {
		number.Or(number, new(big.Int).Lsh(new(big.Int).SetUint64(x[i]), uint(64*i)))
	}
	return number.Bytes()
}
