package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/paybridge/paybridge/caddymodule/fastrsa/gen/ifma"
)

// The wide kernels work on eight numbers at once, each in a lane of its own: a
// register holds one limb of all eight. No lane ever meets another.

// Registers that the wide kernels share, above the 21 of the sum.
var (
	wideDigit = ifma.Z[21] // one limb of b
	wideK     = ifma.Z[22] // what makes the lowest limb of the sum zero
	wideK0    = ifma.Z[23] // -1/m modulo 2^52
	wideTemp  = ifma.Z[24:30]
	wideMask  = ifma.Z[30]
	wideZero  = ifma.Z[31]
)

func wideConstants(k0 reg.Register) {
	build.VPXORQ(wideZero, wideZero, wideZero)
	mask := build.GP64()
	build.MOVQ(operand.U64(ifma.Mask), mask)
	build.VPBROADCASTQ(mask, wideMask)
	build.VMOVDQU64(ifma.At(k0, 0), wideK0)
}

// wideMul writes a·b/R modulo m.
func wideMul(limbs int) {
	args := begin("wideMul", limbs, "res, a, b, m, k0 *uint64",
		"sets res to a·b/R modulo m in eight lanes.", "res", "a", "b", "m", "k0")
	res, a, b, m := args[0], args[1], args[2], args[3]
	wideConstants(args[4])
	sum := ifma.Z[:limbs+1]
	for _, limb := range sum {
		build.VPXORQ(limb, limb, limb)
	}
	count, loop := build.GP64(), fmt.Sprintf("wideMul%dLoop", limbs)
	build.MOVQ(operand.U64(uint64(limbs)), count)
	build.Label(loop)
	build.VMOVDQU64(ifma.At(b, 0), wideDigit)
	for j := range limbs {
		limb := wideTemp[j%len(wideTemp)]
		build.VMOVDQU64(ifma.At(a, ifma.Lane*j), limb)
		build.VPMADD52LUQ(limb, wideDigit, sum[j])
		if j == 0 {
			build.VMOVDQA64(wideZero, wideK)
			build.VPMADD52LUQ(sum[0], wideK0, wideK)
		}
		build.VPMADD52HUQ(limb, wideDigit, sum[j+1])
	}
	wideReduce(limbs, sum, m)
	for j := range limbs { // the sum by one limb to the right
		build.VMOVDQA64(sum[j+1], sum[j])
	}
	build.VPXORQ(sum[limbs], sum[limbs], sum[limbs])
	build.ADDQ(operand.Imm(ifma.Lane), b)
	build.DECQ(count)
	build.JNZ(operand.LabelRef(loop))
	wideStore(limbs, sum, res)
	ifma.End()
}

// wideReduce adds k·m, after which the lowest limb is a multiple of 2^52, and
// carries that into the next.
func wideReduce(limbs int, sum []reg.VecPhysical, m reg.Register) {
	for j := range limbs {
		limb := wideTemp[j%len(wideTemp)]
		build.VMOVDQU64(ifma.At(m, ifma.Lane*j), limb)
		build.VPMADD52LUQ(limb, wideK, sum[j])
		build.VPMADD52HUQ(limb, wideK, sum[j+1])
		if j == 0 {
			build.VPSRLQ(operand.Imm(52), sum[0], sum[0])
			build.VPADDQ(sum[0], sum[1], sum[1])
		}
	}
}

// wideStore carries from limb to limb and writes them.
func wideStore(limbs int, sum []reg.VecPhysical, res reg.Register) {
	for j := range limbs {
		if j < limbs-1 {
			build.VPSRLQ(operand.Imm(52), sum[j], wideTemp[0])
			build.VPADDQ(wideTemp[0], sum[j+1], sum[j+1])
		}
		build.VPANDQ(wideMask, sum[j], sum[j])
		build.VMOVDQU64(sum[j], ifma.At(res, ifma.Lane*j))
	}
}

// wideSquare writes a·a/R modulo m: first the square in columns, each product of
// two different limbs once and then doubled, then the reduction.
func wideSquare(limbs int) {
	args := begin("wideSquare", limbs, "res, a, m, k0, columns *uint64",
		"sets res to a·a/R modulo m in eight lanes; columns is room for the square.", "res", "a", "m", "k0", "columns")
	res, a, m, columns := args[0], args[1], args[2], args[4]
	wideConstants(args[3])
	for j := range limbs {
		build.VMOVDQU64(ifma.At(a, ifma.Lane*j), ifma.Z[j])
	}
	for first := 0; first < 2*limbs; first += squareColumns {
		squareGroup(limbs, first, columns)
	}
	sum := append([]reg.VecPhysical{}, ifma.Z[:limbs+1]...)
	for j := range limbs {
		build.VMOVDQU64(ifma.At(columns, ifma.Lane*j), sum[j])
	}
	for i := range limbs {
		build.VMOVDQU64(ifma.At(columns, ifma.Lane*(limbs+i)), sum[limbs])
		build.VMOVDQA64(wideZero, wideK)
		build.VPMADD52LUQ(sum[0], wideK0, wideK)
		wideReduce(limbs, sum, m)
		sum = append(sum[1:], sum[0]) // the registers change their places instead of their contents
	}
	wideStore(limbs, sum, res)
	ifma.End()
}

// squareColumns is how many columns are summed side by side, so that the
// multiplier does not wait for one sum.
const squareColumns = 4

// product is one of the products that make up a column: the low or the high half
// of limb i times limb j.
type product struct {
	i, j int
	high bool
}

// productsOf lists the products of two different limbs that belong to a column.
func productsOf(limbs, column int) (list []product) {
	for i := range limbs {
		if j := column - i; j > i && j < limbs {
			list = append(list, product{i, j, false})
		}
		if j := column - 1 - i; j > i && j < limbs {
			list = append(list, product{i, j, true})
		}
	}
	return list
}

// squareGroup works out a few columns of the square, each in two sums.
func squareGroup(limbs, first int, columns reg.Register) {
	sums := squareSums(limbs)
	for _, sum := range sums {
		build.VPXORQ(sum, sum, sum)
	}
	var lists [squareColumns][]product
	longest := 0
	for g := range lists {
		lists[g] = productsOf(limbs, first+g)
		longest = max(longest, len(lists[g]))
	}
	for round := range longest {
		for g, list := range lists {
			if round < len(list) {
				p := list[round]
				madd(p.high, ifma.Z[p.i], ifma.Z[p.j], sums[2*g+round%2])
			}
		}
	}
	for g := range lists {
		column, sum := first+g, sums[2*g]
		build.VPADDQ(sums[2*g+1], sum, sum)
		build.VPADDQ(sum, sum, sum)
		if limb := column / 2; limb < limbs {
			madd(column%2 == 1, ifma.Z[limb], ifma.Z[limb], sum)
		}
		build.VMOVDQU64(sum, ifma.At(columns, ifma.Lane*column))
	}
}

// squareSums are the registers for the sums: what the limbs and constants leave.
func squareSums(limbs int) []reg.VecPhysical {
	var free []reg.VecPhysical
	for _, register := range ifma.Z[limbs:30] {
		if register != wideK0 {
			free = append(free, register)
		}
	}
	return free[:2*squareColumns]
}

func madd(high bool, a, b, sum reg.VecPhysical) {
	if high {
		build.VPMADD52HUQ(a, b, sum)
	} else {
		build.VPMADD52LUQ(a, b, sum)
	}
}

// widePick reads all sixteen entries of a table and keeps in each lane the one
// with that lane's index.
func widePick(limbs int) {
	args := begin("widePick", limbs, "res, table, index *uint64",
		"sets res, in each of eight lanes, to the entry of table with the lane's index of 16.", "res", "table", "index")
	res, table := args[0], args[1]
	index, entry, one, chosen := ifma.Z[31], ifma.Z[30], ifma.Z[29], ifma.Z[28]
	build.VMOVDQU64(ifma.At(args[2], 0), index)
	number := build.GP64()
	build.MOVQ(operand.U64(1), number)
	build.VPBROADCASTQ(number, one)
	build.VPXORQ(entry, entry, entry)
	for j := range limbs {
		build.VPXORQ(ifma.Z[j], ifma.Z[j], ifma.Z[j])
	}
	count, loop := build.GP64(), fmt.Sprintf("widePick%dLoop", limbs)
	build.MOVQ(operand.U64(16), count)
	build.Label(loop)
	ifma.Choose(index, entry, chosen)
	for j := range limbs {
		ifma.Keep(ifma.At(table, ifma.Lane*j), chosen, ifma.Z[j])
	}
	build.VPADDQ(one, entry, entry)
	build.ADDQ(operand.U32(uint32(ifma.Lane*limbs)), table)
	build.DECQ(count)
	build.JNZ(operand.LabelRef(loop))
	for j := range limbs {
		build.VMOVDQU64(ifma.Z[j], ifma.At(res, ifma.Lane*j))
	}
	ifma.End()
}
