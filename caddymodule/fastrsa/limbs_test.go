package fastrsa

import (
	"encoding/binary"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// someNumber draws a number of so many bits, often with runs of ones and zeros,
// where carries go furthest.
func someNumber(bits int) *rapid.Generator[*big.Int] {
	return rapid.Custom(func(t *rapid.T) *big.Int {
		words := rapid.SliceOfN(rapid.OneOf(rapid.Uint64(), rapid.Just(uint64(0)), rapid.Just(^uint64(0))), bits/64, bits/64).Draw(t, "words")
		var number []byte
		for _, w := range words {
			number = binary.BigEndian.AppendUint64(number, w)
		}
		return new(big.Int).SetBytes(number)
	})
}

func TestLimbs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.SampledFrom([]int{512, 1024}).Draw(t, "bits")
		x, y, z := someNumber(bits).Draw(t, "x"), someNumber(bits).Draw(t, "y"), someNumber(bits).Draw(t, "z")
		words := func(x *big.Int) []uint64 {
			w := make([]uint64, bits/64)
			toWords(w, x.FillBytes(make([]byte, bits/8)))
			return w
		}
		limbs := make([]uint64, bits/limbBits+1)
		for i := range limbs {
			limbs[i] = limbAt(words(x), i)
		}
		if number(limbs).Cmp(x) != 0 {
			t.Errorf("limbs of %x are %x", x, limbs)
		}
		back, text := make([]uint64, bits/64), make([]byte, bits/8)
		limbsToWords(back, limbs)
		fromWords(text, back)
		if new(big.Int).SetBytes(text).Cmp(x) != 0 {
			t.Errorf("%x went to limbs and came back as %x", x, text)
		}
		product, wide := make([]uint64, bits/32), make([]byte, bits/4)
		mulAdd(product, words(x), words(y), words(z))
		fromWords(wide, product)
		if want := new(big.Int).Mul(x, y); new(big.Int).SetBytes(wide).Cmp(want.Add(want, z)) != 0 {
			t.Errorf("%x·%x + %x is %x", x, y, z, wide)
		}
	})
}

func TestReduction(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const bits = 1024
		m := someNumber(bits).Draw(t, "m")
		m.SetBit(m, bits-1, 1)
		below := func(name string) *big.Int {
			x := someNumber(bits).Draw(t, name)
			edge := rapid.SampledFrom([]*big.Int{nil, m, new(big.Int).Sub(m, big.NewInt(1)), big.NewInt(0)}).Draw(t, name+" at an edge")
			if edge != nil {
				x.Set(edge)
			}
			return x.Mod(x, new(big.Int).Lsh(m, 1))
		}
		a, b := below("a"), below("b")
		var am, bm, mm, res [maxLimbs]uint64
		cut(am[:], a)
		cut(bm[:], b)
		cut(mm[:], m)
		subAbove(res[:], am[:], bm[:], mm[:])
		if want := new(big.Int).Sub(a, b); number(res[:]).Cmp(want.Add(want, new(big.Int).Lsh(m, 1))) != 0 {
			t.Errorf("%x - %x + 2·%x is %x", a, b, m, number(res[:]))
		}
		addLimbs(res[:], am[:], bm[:])
		if number(res[:]).Cmp(new(big.Int).Add(a, b)) != 0 {
			t.Errorf("%x + %x is %x", a, b, number(res[:]))
		}
		reduceOnce(am[:], mm[:])
		if number(am[:]).Cmp(new(big.Int).Mod(a, m)) != 0 {
			t.Errorf("%x modulo %x is %x", a, m, number(am[:]))
		}
	})
}
