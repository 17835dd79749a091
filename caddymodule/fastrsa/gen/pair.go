package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The pair kernels work on two numbers at once, the two halves of one RSA
// operation, each along the lanes of a few registers. They serve an operation
// that has no company: the wide kernels would leave six of eight lanes empty.

// vectorsOf is how many registers of four limbs a number takes; limbs that are
// too many are zero.
func vectorsOf(limbs int) int { return (limbs + 3) / 4 }

// strideOf is how many bytes lie between the two numbers of a pair.
func strideOf(limbs int) int { return 32 * vectorsOf(limbs) }

// half has the registers for one of the two numbers.
type half struct {
	offset int               // of its limbs in every operand
	sum    []reg.VecPhysical // limbs 1 and up of the sum; limb 0 is stale
	low    reg.VecPhysical   // the lower part of sum[0]
	m      []reg.VecPhysical
	digit  reg.VecPhysical // one limb of b
	k      reg.VecPhysical
	limb0  reg.Register // limb 0 of the sum
}

func halvesOf(limbs int) [2]half {
	n := vectorsOf(limbs)
	var halves [2]half
	for s := range halves {
		halves[s] = half{
			offset: s * strideOf(limbs),
			sum:    ymm[n*s : n*s+n],
			low:    xmm[n*s],
			m:      ymm[10+n*s : 10+n*s+n],
			digit:  ymm[20+s],
			k:      ymm[22+s],
			limb0:  []reg.Register{reg.R13, reg.R15}[s],
		}
	}
	return halves
}

// pairZero is zero, what is shifted in at the upper end.
var pairZero = reg.Y31

// pairMul writes a·b/R modulo m. The lowest limb of the sum, from which k
// follows, is kept in general registers: the multiplier of the vector unit takes
// too long to give it.
func pairMul(limbs int) {
	build.TEXT(fmt.Sprintf("pairMul%d", limbs), build.NOSPLIT, "func(res, a, b, m, k0 *uint64)")
	build.Doc(fmt.Sprintf("pairMul%d sets res to a·b/R modulo m for both numbers of a pair.", limbs))
	build.Pragma("noescape")
	a, b, m, k0 := build.Load(build.Param("a"), reg.R8), build.Load(build.Param("b"), reg.R9),
		build.Load(build.Param("m"), reg.R10), build.Load(build.Param("k0"), reg.R11)
	mask := reg.R12
	build.MOVQ(operand.U64(mask52), mask)
	build.VPXORQ(pairZero, pairZero, pairZero)
	halves := halvesOf(limbs)
	for _, h := range halves {
		for j := range h.sum {
			build.VPXORQ(h.sum[j], h.sum[j], h.sum[j])
			build.VMOVDQU64(at(m, h.offset+32*j), h.m[j])
		}
		build.XORQ(h.limb0, h.limb0)
	}
	count, loop := reg.RSI, fmt.Sprintf("pairMul%dLoop", limbs)
	build.MOVQ(operand.U64(uint64(limbs)), count)
	build.Label(loop)
	for s, h := range halves {
		h.round(a, b, m, at(k0, 8*s), mask)
	}
	build.ADDQ(operand.Imm(8), b)
	build.DECQ(count)
	build.JNZ(operand.LabelRef(loop))
	pairStore(limbs, halves, mask)
}

// round adds a·digit + k·m and shifts the sum by one limb to the right.
func (h half) round(a, b, m reg.Register, k0 operand.Mem, mask reg.Register) {
	low, high, highK, limb1 := reg.RAX, reg.RBX, reg.RCX, reg.RDI
	build.VPEXTRQ(operand.Imm(1), h.low, limb1)
	build.VPBROADCASTQ(at(b, h.offset), h.digit)
	for j, sum := range h.sum {
		build.VPMADD52LUQ(at(a, h.offset+32*j), h.digit, sum)
	}
	// limb 0 += a0·digit, limb 1 += the low half of a1·digit.
	build.MOVQ(at(b, h.offset), reg.RDX)
	build.MULXQ(at(a, h.offset), low, high)
	build.ADDQ(low, h.limb0)
	build.ADCQ(operand.Imm(0), high)
	build.IMULQ(at(a, h.offset+8), reg.RDX)
	build.ANDQ(mask, reg.RDX)
	build.ADDQ(reg.RDX, limb1)
	// k makes limb 0 a multiple of 2^52.
	build.MOVQ(h.limb0, reg.RDX)
	build.IMULQ(k0, reg.RDX)
	build.ANDQ(mask, reg.RDX)
	build.VPBROADCASTQ(reg.RDX, h.k)
	build.MULXQ(at(m, h.offset), low, highK)
	build.ADDQ(low, h.limb0)
	build.ADCQ(highK, high)
	// What is left of limb 0 is carried into limb 1, which takes its place.
	build.SHRQ(operand.Imm(52), h.limb0)
	build.SHLQ(operand.Imm(12), high)
	build.ORQ(high, h.limb0)
	build.IMULQ(at(m, h.offset+8), reg.RDX)
	build.ANDQ(mask, reg.RDX)
	build.ADDQ(reg.RDX, limb1)
	build.ADDQ(limb1, h.limb0)
	for j, sum := range h.sum {
		build.VPMADD52LUQ(h.m[j], h.k, sum)
	}
	for j, sum := range h.sum {
		next := reg.VecPhysical(pairZero)
		if j < len(h.sum)-1 {
			next = h.sum[j+1]
		}
		build.VALIGNQ(operand.Imm(1), sum, next, sum)
	}
	for j, sum := range h.sum {
		build.VPMADD52HUQ(at(a, h.offset+32*j), h.digit, sum)
	}
	for j, sum := range h.sum {
		build.VPMADD52HUQ(h.m[j], h.k, sum)
	}
}

// pairStore writes the sums, carries from limb to limb and returns.
func pairStore(limbs int, halves [2]half, mask reg.Register) {
	res := build.Load(build.Param("res"), reg.R8)
	for _, h := range halves {
		for j, sum := range h.sum {
			build.VMOVDQU64(sum, at(res, h.offset+32*j))
		}
	}
	carries, limb := []reg.Register{reg.RAX, reg.RBX}, []reg.Register{reg.RCX, reg.RDI}
	for s, h := range halves {
		build.MOVQ(h.limb0, carries[s])
		build.SHRQ(operand.Imm(52), carries[s])
		build.ANDQ(mask, h.limb0)
		build.MOVQ(h.limb0, at(res, h.offset))
	}
	for j := 1; j < limbs; j++ {
		for s, h := range halves {
			build.ADDQ(at(res, h.offset+8*j), carries[s])
			build.MOVQ(carries[s], limb[s])
			build.ANDQ(mask, limb[s])
			build.MOVQ(limb[s], at(res, h.offset+8*j))
			build.SHRQ(operand.Imm(52), carries[s])
		}
	}
	end()
}

// pairPick reads all sixteen entries of a table of pairs and keeps of each number
// the one with its index.
func pairPick(limbs int) {
	args := begin("pairPick", limbs, "res, table *uint64, i, j uint64",
		"sets res to entry i of table for the first number of a pair and to entry j for the second, of 16.", "res", "table", "i", "j")
	res, table := args[0], args[1]
	halves := halvesOf(limbs)
	index, chosen := [2]reg.VecPhysical{ymm[20], ymm[21]}, [2]reg.VecPhysical{ymm[24], ymm[25]}
	entry, one := ymm[22], ymm[23]
	for s := range halves {
		build.VPBROADCASTQ(args[2+s], index[s])
		for _, sum := range halves[s].sum {
			build.VPXORQ(sum, sum, sum)
		}
	}
	build.VPXORQ(entry, entry, entry)
	number := build.GP64()
	build.MOVQ(operand.U64(1), number)
	build.VPBROADCASTQ(number, one)
	count, loop := build.GP64(), fmt.Sprintf("pairPick%dLoop", limbs)
	build.MOVQ(operand.U64(16), count)
	build.Label(loop)
	for s, h := range halves {
		choose(index[s], entry, chosen[s])
		for j, sum := range h.sum {
			keep(at(table, h.offset+32*j), chosen[s], sum)
		}
	}
	build.VPADDQ(one, entry, entry)
	build.ADDQ(operand.U32(uint32(2*strideOf(limbs))), table)
	build.DECQ(count)
	build.JNZ(operand.LabelRef(loop))
	for _, h := range halves {
		for j, sum := range h.sum {
			build.VMOVDQU64(sum, at(res, h.offset+32*j))
		}
	}
	end()
}
