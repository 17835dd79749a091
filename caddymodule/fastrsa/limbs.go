package fastrsa

import (
	"encoding/binary"
	"math/bits"
)

// toWords cuts a big-endian number into words of 64 bits, the lowest first.
func toWords(words []uint64, number []byte) {
	for i := range words {
		words[i] = binary.BigEndian.Uint64(number[len(number)-8*(i+1):])
	}
}

// fromWords is the other way round.
func fromWords(number []byte, words []uint64) {
	for i, word := range words {
		binary.BigEndian.PutUint64(number[len(number)-8*(i+1):], word)
	}
}

// limbAt is limb i of a number in words; beyond the number it is zero.
func limbAt(words []uint64, i int) uint64 {
	bit := limbBits * i
	word, shift := bit/64, bit%64
	if word >= len(words) {
		return 0
	}
	limb := words[word] >> shift
	if shift > 64-limbBits && word+1 < len(words) {
		limb |= words[word+1] << (64 - shift)
	}
	return limb & limbMask
}

// wordsToLimbs cuts words into limbs.
func wordsToLimbs(limbs, words []uint64) {
	for i := range limbs {
		limbs[i] = limbAt(words, i)
	}
}

// limbsToWords puts limbs together to words.
func limbsToWords(words, limbs []uint64) {
	for i := range words {
		bit := 64 * i
		limb, shift := bit/limbBits, bit%limbBits
		word := limbs[limb] >> shift
		for at := limbBits - shift; at < 64 && limb+1 < len(limbs); at += limbBits {
			limb++
			word |= limbs[limb] << at
		}
		words[i] = word
	}
}

// reduceOnce is x modulo m for an x below 2m, without a branch.
func reduceOnce(x, m []uint64) {
	var difference whole
	var borrow uint64
	for i := range x {
		d := x[i] - m[i] - borrow
		difference[i] = d & limbMask
		borrow = d >> 63
	}
	keep := -borrow // all ones: x was below m
	for i := range x {
		x[i] = x[i]&keep | difference[i]&^keep
	}
	clear(difference[:])
}

// isBelow is 1 for an x below m and otherwise 0, without a branch.
func isBelow(x, m []uint64) int {
	var borrow uint64
	for i := range x {
		borrow = (x[i] - m[i] - borrow) >> 63
	}
	return int(borrow)
}

// addLimbs is a + b, carried from limb to limb. The sum fits: both are below 2m.
func addLimbs(sum, a, b []uint64) {
	var carry uint64
	for i := range sum {
		s := a[i] + b[i] + carry
		sum[i] = s & limbMask
		carry = s >> limbBits
	}
}

// subAbove is a - b + 2m for a and b below 2m.
func subAbove(res, a, b, m []uint64) {
	var carry uint64 // in two's complement
	for i := range res {
		s := a[i] + 2*m[i] - b[i] + carry
		res[i] = s & limbMask
		carry = uint64(int64(s) >> limbBits) //nolint:gosec // the sign is kept on purpose
	}
}

// mulAdd is x·y + z in words; z has as many as x and y have each, the result as
// both together.
func mulAdd(res, x, y, z []uint64) {
	clear(res[copy(res, z):])
	for i := range x {
		var carry uint64
		for j := range y {
			high, low := bits.Mul64(x[i], y[j])
			var c uint64
			low, c = bits.Add64(low, res[i+j], 0)
			high += c
			low, c = bits.Add64(low, carry, 0)
			res[i+j], carry = low, high+c
		}
		res[i+len(y)], carry = bits.Add64(res[i+len(y)], carry, 0)
		for k := i + len(y) + 1; k < len(res); k++ {
			res[k], carry = bits.Add64(res[k], 0, carry)
		}
	}
}
