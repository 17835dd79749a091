package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/paybridge/paybridge/caddymodule/fastrsa/gen/ifma"
)

// The kernels in this file have the limbs of a number along the lanes of a few
// registers. Two numbers side by side, a pair, serve an operation that has no company:
// the wide kernels would leave six of eight lanes empty. One as long as the modulus
// serves the public key.

// vectorsOf is how many registers a number takes; the lanes left over are zero in every
// operand.
func vectorsOf(limbs int) int { return (limbs + 7) / 8 }

// strideOf is how many bytes lie between two numbers.
func strideOf(limbs int) int { return 64 * vectorsOf(limbs) }

// number has the registers for one number of a product.
type number struct {
	index           int               // among the numbers
	offset          int               // of its limbs in every operand, in bytes
	sum             []reg.VecPhysical // the limbs of the sum; limb 0 lacks what was carried into it
	m               []reg.VecPhysical
	shifted         []reg.VecPhysical // m without its limb 0: every limb a place further down
	part            []reg.VecPhysical // what a round adds after its shift
	sumLow, partLow reg.VecPhysical   // the lower parts of sum[0] and part[0]
	digit, next     reg.VecPhysical   // one limb of b, and the one after it
	k               reg.VecPhysical
	limb0           reg.GPPhysical // limb 0 of the sum
}

// numbersOf shares the vector registers among so many numbers; alongZero is left.
func numbersOf(limbs, count int) []number {
	at, n := 0, vectorsOf(limbs)
	take := func(n int) []reg.VecPhysical {
		at += n
		return ifma.Z[at-n : at]
	}
	numbers := make([]number, count)
	for i := range numbers { // these first: xmm lists no more than the first registers
		v := &numbers[i]
		v.index, v.offset = i, i*strideOf(limbs)
		v.sumLow, v.partLow = xmm[at], xmm[at+n]
		v.sum, v.part = take(n), take(n)
		v.limb0 = []reg.GPPhysical{reg.R12, reg.R13}[i]
	}
	for i := range numbers {
		v := &numbers[i]
		v.m, v.shifted = take(n), take(n)
		v.digit, v.next, v.k = take(1)[0], take(1)[0], take(1)[0]
	}
	return numbers
}

// alongZero is zero, what is shifted in at the upper end.
var alongZero = reg.Z31

// along has the registers of a product.
type along struct {
	a, b, m, k0 reg.Register
	mask        reg.Register
	numbers     []number
}

// alongMul writes a·b/R modulo m for so many numbers of an even number of limbs. It
// reads a and m, and writes res, in whole registers, and reads b one limb beyond its last,
// of each number: all that is too many has to be zero, and is zero in res. k0 is -1/m
// modulo 2^52. Limb 0 of the sum, from which k follows, is kept in a general register: the
// vector unit takes too long to give it.
func alongMul(name string, limbs, count int, doc string) {
	name += fmt.Sprint(limbs)
	build.TEXT(name, build.NOSPLIT, "func(res, a, b, m, k0 *uint64)")
	build.Doc(name + " " + doc)
	build.Pragma("noescape")
	p := along{
		a: build.Load(build.Param("a"), reg.R8), b: build.Load(build.Param("b"), reg.R9),
		m: build.Load(build.Param("m"), reg.R10), k0: build.Load(build.Param("k0"), reg.R11),
		mask: reg.RBX, numbers: numbersOf(limbs, count),
	}
	build.MOVQ(operand.U64(ifma.Mask), p.mask)
	build.VPXORQ(alongZero, alongZero, alongZero)
	for _, v := range p.numbers {
		p.first(v)
	}
	counter, loop := reg.RSI, name+"Loop"
	build.MOVQ(operand.U64(uint64(limbs/2)), counter)
	build.Label(loop)
	for i := range 2 {
		for j := range p.numbers {
			v := &p.numbers[j]
			p.round(*v, 8*(i+1))
			v.digit, v.next = v.next, v.digit
		}
	}
	build.ADDQ(operand.Imm(16), p.b)
	build.DECQ(counter)
	build.JNZ(operand.LabelRef(loop))
	p.store()
	ifma.End()
}

// first loads m, and begins with the lower half of a times the first digit.
func (p along) first(v number) {
	for j := range v.sum {
		build.VMOVDQU64(ifma.At(p.m, v.offset+64*j), v.m[j])
		build.VPXORQ(v.sum[j], v.sum[j], v.sum[j])
	}
	shift(v.m, v.shifted)
	build.VPBROADCASTQ(ifma.At(p.b, v.offset), v.digit)
	for j, sum := range v.sum {
		build.VPMADD52LUQ(ifma.At(p.a, v.offset+64*j), v.digit, sum)
	}
	build.VMOVQ(v.sumLow, v.limb0)
}

// shift moves every limb a place down.
func shift(from, to []reg.VecPhysical) {
	for j := range from {
		next := reg.VecPhysical(alongZero)
		if j < len(from)-1 {
			next = from[j+1]
		}
		build.VALIGNQ(operand.Imm(1), from[j], next, to[j])
	}
}

// round adds k·m, shifts the sum by one limb to the right, and adds the upper half of
// a times the digit and the lower half of a times the next one, which is at an offset.
// The lower half of k·m is added after the shift, from limb 1 on, since k is there late:
// it makes the lower 52 bits of limb 0 zero, and what limb 0 has above them is carried in
// a general register. Limb 1 and the part's limb 0 come there from vectors; they are
// needed for the k after the next, two rounds later.
func (p along) round(v number, next int) {
	limb1, k, highK, part0 := reg.RAX, reg.RDX, reg.RDI, reg.RCX // MULXQ takes k there
	build.VPEXTRQ(operand.Imm(1), v.sumLow, limb1)
	build.MOVQ(v.limb0, k)
	build.IMULQ(ifma.At(p.k0, 8*v.index), k) // above its 52 bits stands what the vector unit does not see
	build.VPBROADCASTQ(k, v.k)
	p.digits(v, next)
	build.VMOVQ(v.partLow, part0)
	v.reduce()
	// k·m makes the lower 52 bits of limb 0 zero: the carry is what rounding up gives.
	build.ADDQ(p.mask, v.limb0)
	build.SHRQ(operand.Imm(52), v.limb0)
	build.ADDQ(part0, v.limb0)
	build.ADDQ(limb1, v.limb0)
	build.SHLQ(operand.Imm(12), k) // so that the halves of 52 bits part where the words do
	build.MULXQ(ifma.At(p.m, v.offset), part0, highK)
	build.IMULQ(ifma.At(p.m, v.offset+8), k)
	build.SHRQ(operand.Imm(12), k)
	build.ADDQ(k, highK)
	build.ADDQ(highK, v.limb0)
}

// digits sums what a round adds that does not depend on k.
func (p along) digits(v number, next int) {
	build.VPBROADCASTQ(ifma.At(p.b, v.offset+next), v.next)
	for j, part := range v.part {
		build.VPXORQ(part, part, part)
		build.VPMADD52HUQ(ifma.At(p.a, v.offset+64*j), v.digit, part)
	}
	for j, part := range v.part {
		build.VPMADD52LUQ(ifma.At(p.a, v.offset+64*j), v.next, part)
	}
}

// reduce shifts the sum and adds k·m and the part.
func (v number) reduce() {
	shift(v.sum, v.sum)
	for j, sum := range v.sum {
		build.VPMADD52LUQ(v.shifted[j], v.k, sum)
	}
	for j, part := range v.part {
		build.VPMADD52HUQ(v.m[j], v.k, part)
	}
	for j, sum := range v.sum {
		build.VPADDQ(v.part[j], sum, sum)
	}
}

// store puts limb 0 in its place, carries from limb to limb and writes the sums.
func (p along) store() {
	res, numbers := build.Load(build.Param("res"), reg.R8), p.numbers
	mask, lane0, one := numbers[0].digit, numbers[0].next, reg.RAX // the digits are done with
	build.VPBROADCASTQ(p.mask, mask)
	build.MOVQ(operand.U64(1), one)
	build.KMOVB(one.As32(), reg.K1)
	build.VPMOVM2Q(reg.K1, lane0)
	for _, v := range numbers {
		v.place(lane0)
	}
	for _, v := range numbers {
		v.carryOnce(mask)
	}
	for _, v := range numbers {
		v.ripple(mask)
	}
	for _, v := range numbers {
		for j, sum := range v.sum {
			build.VPANDQ(mask, sum, sum)
			build.VMOVDQU64(sum, ifma.At(res, v.offset+64*j))
		}
	}
}

// place replaces limb 0 of the sum by the one in the general register.
func (v number) place(lane0 reg.VecPhysical) {
	build.VPBROADCASTQ(v.limb0, v.k)
	const second = 0xd8 // where the first is set, elsewhere the third
	build.VPTERNLOGQ(operand.U8(second), lane0, v.k, v.sum[0])
}

// carryOnce adds what every limb has above 52 bits to the next one, after which a
// carry is at most one.
func (v number) carryOnce(mask reg.VecPhysical) {
	for j, sum := range v.sum {
		build.VPSRLQ(operand.Imm(52), sum, v.part[j])
		build.VPANDQ(mask, sum, sum)
	}
	for j := len(v.sum) - 1; j >= 0; j-- {
		below := reg.VecPhysical(alongZero)
		if j > 0 {
			below = v.part[j-1]
		}
		build.VALIGNQ(operand.Imm(7), below, v.part[j], v.part[j])
		build.VPADDQ(v.part[j], v.sum[j], v.sum[j])
	}
}

// ripple carries to the end: limbs above 52 bits carry, and limbs of ones pass a carry
// on. With a bit for each limb, where c are those that carry and p those that pass,
// (2c + p) xor p are the limbs at which a carry arrives. None leaves the last limb.
func (v number) ripple(mask reg.VecPhysical) {
	carrying, passing, bits := v.limb0, reg.RDX, reg.RCX
	const greater = 6 // without signs
	for j := len(v.sum) - 1; j >= 0; j-- {
		build.VPCMPUQ(operand.Imm(greater), mask, v.sum[j], reg.K1)
		build.VPCMPEQQ(mask, v.sum[j], reg.K2)
		if j == len(v.sum)-1 {
			build.KMOVB(reg.K1, carrying.As32())
			build.KMOVB(reg.K2, passing.As32())
			continue
		}
		for _, c := range []struct {
			k    reg.Register
			into reg.GPPhysical
		}{{reg.K1, carrying}, {reg.K2, passing}} {
			build.SHLQ(operand.Imm(8), c.into)
			build.KMOVB(c.k, bits.As32())
			build.ORQ(bits, c.into)
		}
	}
	build.ADDQ(carrying, carrying)
	build.ADDQ(passing, carrying)
	build.XORQ(passing, carrying)
	for j, sum := range v.sum {
		build.KMOVB(carrying.As32(), reg.K1)
		build.VPMOVM2Q(reg.K1, v.part[j])
		build.VPSUBQ(v.part[j], sum, sum)
		if j < len(v.sum)-1 {
			build.SHRQ(operand.Imm(8), carrying)
		}
	}
}

// pairPick reads all sixteen entries of a table of pairs and keeps of each number
// the one with its index.
func pairPick(limbs int) {
	args := begin("pairPick", limbs, "res, table *uint64, i, j uint64",
		"sets res to entry i of table for the first number of a pair and to entry j for the second, of 16.", "res", "table", "i", "j")
	res, table := args[0], args[1]
	numbers := numbersOf(limbs, 2)
	entry, one := ifma.Z[30], ifma.Z[31]
	for s, v := range numbers {
		build.VPBROADCASTQ(args[2+s], v.digit)
		for _, sum := range v.sum {
			build.VPXORQ(sum, sum, sum)
		}
	}
	build.VPXORQ(entry, entry, entry)
	word := build.GP64()
	build.MOVQ(operand.U64(1), word)
	build.VPBROADCASTQ(word, one)
	count, loop := build.GP64(), fmt.Sprintf("pairPick%dLoop", limbs)
	build.MOVQ(operand.U64(16), count)
	build.Label(loop)
	for _, v := range numbers {
		ifma.Choose(v.digit, entry, v.k)
		for j, sum := range v.sum {
			ifma.Keep(ifma.At(table, v.offset+64*j), v.k, sum)
		}
	}
	build.VPADDQ(one, entry, entry)
	build.ADDQ(operand.U32(uint32(2*strideOf(limbs))), table)
	build.DECQ(count)
	build.JNZ(operand.LabelRef(loop))
	for _, v := range numbers {
		for j, sum := range v.sum {
			build.VMOVDQU64(sum, ifma.At(res, v.offset+64*j))
		}
	}
	ifma.End()
}
