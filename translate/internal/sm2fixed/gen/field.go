package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/paybridge/paybridge/caddymodule/fastrsa/gen/ifma"
)

// A number modulo the prime p = 2²⁵⁶ − 2²²⁴ − 2⁹⁶ + 2⁶⁴ − 1 has five limbs, the least
// significant first, and is in Montgomery form, times 2²⁶⁰. Its limbs have no more than 52
// bits, which is what the multiplier sees, and what a kernel reads and writes is below 2p.
// In registers limbs may be negative for a while.
const limbs = 5

// topBits is how many bits of 256 the highest limb has.
const topBits = 256 - (limbs-1)*ifma.LimbBits

// element is a number in memory.
type element struct {
	base   reg.Register
	offset int // in bytes
}

func (e element) limb(i int) operand.Mem {
	return ifma.At(e.base, e.offset+ifma.Lane*i)
}

// elements returns so many numbers that follow each other.
func elements(base reg.Register, count int) []element {
	list := make([]element, count)
	for i := range list {
		list[i] = element{base, i * limbs * ifma.Lane}
	}
	return list
}

// Registers of the arithmetic, the same in all kernels.
var (
	left      = ifma.Z[0:5]
	right     = ifma.Z[5:10]
	sum       = ifma.Z[10:20]
	temp      = ifma.Z[20]
	times     = ifma.Z[21] // see fold
	mask      = ifma.Z[22]
	topMask   = ifma.Z[23]
	lowFactor = ifma.Z[24] // see reduce
	topFactor = ifma.Z[25]
	sixteen   = ifma.Z[26:31] // 16p

	result = sum[limbs:] // of a product
	number = sum[:limbs] // what else is worked out
)

// constants loads what the arithmetic needs.
func constants() {
	ifma.Broadcast(ifma.Mask, mask)
	ifma.Broadcast(1<<topBits-1, topMask)
	ifma.Broadcast(1<<52-1<<44+1<<12, lowFactor)
	ifma.Broadcast(1<<48-1<<16, topFactor)
	for i, limb := range []uint64{1<<52 - 1<<4, 1<<52 - 1<<48 + 1<<16 - 1, 1<<52 - 1, 1<<52 - 1, 1<<52 - 1<<20 - 1} {
		ifma.Broadcast(limb, sixteen[i])
	}
}

func load(from element, to []reg.VecPhysical) {
	for i, limb := range to {
		build.VMOVDQU64(from.limb(i), limb)
	}
}

func store(from []reg.VecPhysical, to element) {
	for i, limb := range from {
		build.VMOVDQU64(limb, to.limb(i))
	}
}

// carry leaves no limb more than 52 bits, or negative. The number is neither.
func carry(number []reg.VecPhysical) {
	for i := range limbs - 1 {
		build.VPSRAQ(operand.Imm(ifma.LimbBits), number[i], temp)
		build.VPANDQ(mask, number[i], number[i])
		build.VPADDQ(temp, number[i+1], number[i+1])
	}
}

// mul writes x·y/2²⁶⁰: below 2p where x·y is at most 16p².
func mul(z, x, y element) {
	load(x, left)
	load(y, right)
	product()
	store(result, z)
}

// product is mul with its operands in left and right, of which left is lost.
func product() {
	for _, limb := range sum {
		build.VPXORQ(limb, limb, limb)
	}
	for i := range limbs {
		for j := range limbs {
			build.VPMADD52LUQ(left[j], right[i], sum[i+j])
			build.VPMADD52HUQ(left[j], right[i], sum[i+j+1])
		}
	}
	for i := range limbs {
		reduce(sum[i:])
	}
	carry(result)
}

// reduce adds the multiple of p that makes the lowest limb of a sum zero, and carries it
// off. As p is −1 modulo 2⁵², the lowest limb m says itself how often. Its m·(p + 1) is
// m·2⁵²·(2²⁰⁴ − 2¹⁷² − 2⁴⁴ + 2¹²), which takes two products and no more: with the limb
// 2⁴⁸ − 2¹⁶ three places further up, and with 2⁵² − 2⁴⁴ + 2¹² less 2⁵².
func reduce(sum []reg.VecPhysical) {
	m := left[0] // the factors are done with
	build.VPSRAQ(operand.Imm(ifma.LimbBits), sum[0], temp)
	build.VPANDQ(mask, sum[0], m)
	build.VPADDQ(temp, sum[1], sum[1])
	build.VPMADD52LUQ(m, lowFactor, sum[1])
	build.VPMADD52HUQ(m, lowFactor, sum[2])
	build.VPSUBQ(m, sum[2], sum[2])
	build.VPMADD52LUQ(m, topFactor, sum[4])
	build.VPMADD52HUQ(m, topFactor, sum[5])
}

// part is a number times 1, 2, 4 or 8.
type part struct {
	of    element
	shift int
}

func once(e element) part { return part{e, 0} }

// add writes the sum of two numbers, which are up to 16p together: below 2p.
func add(z element, x, y part) {
	x.load(number)
	y.load(right)
	for i, limb := range number {
		build.VPADDQ(right[i], limb, limb)
	}
	fold(number)
	store(number, z)
}

// sub writes x less y and others, which are at most 16p together: below 2p.
func sub(z element, x part, ys ...part) {
	x.load(number)
	for i, limb := range number {
		build.VPADDQ(sixteen[i], limb, limb)
	}
	for _, y := range ys {
		y.load(right)
		for i, limb := range number {
			build.VPSUBQ(right[i], limb, limb)
		}
	}
	fold(number)
	store(number, z)
}

func (p part) load(to []reg.VecPhysical) {
	load(p.of, to)
	if p.shift == 0 {
		return
	}
	for _, limb := range to {
		build.VPSLLQ(operand.Imm(uint64(p.shift)), limb, limb)
	}
}

// fold takes p off as often as the highest limb has 2²⁵⁶: 2²⁵⁶ is p + 2²²⁴ + 2⁹⁶ − 2⁶⁴ + 1.
// With limbs that are not carried yet that may be once too often, but never is the number
// negative then: it lacks less of 2²⁵⁶ than 2²²⁴.
func fold(number []reg.VecPhysical) {
	top := number[limbs-1]
	build.VPSRAQ(operand.Imm(topBits), top, times)
	build.VPANDQ(topMask, top, top)
	build.VPADDQ(times, number[0], number[0])
	for _, term := range []struct {
		shift, limb int
		add         func(ops ...operand.Op)
	}{
		{64 - ifma.LimbBits, 1, build.VPSUBQ},
		{96 - ifma.LimbBits, 1, build.VPADDQ},
		{224 - 4*ifma.LimbBits, 4, build.VPADDQ},
	} {
		build.VPSLLQ(operand.Imm(uint64(term.shift)), times, temp)
		term.add(temp, number[term.limb], number[term.limb])
	}
	carry(number)
}
