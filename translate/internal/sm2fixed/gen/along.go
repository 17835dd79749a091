package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/paybridge/paybridge/caddymodule/fastrsa/gen/ifma"
)

// Constants of doubleAlong in memory: ones in some lanes, and by how much lanes are shifted.
const (
	lane0 = iota
	lane1
	lane2
	lanes0And1
	lanes1And3
	fourInLane3
)

// Of two operands and a mask VPTERNLOGQ takes the second where the mask is set, or the
// first.
const (
	secondWhereSet = 0xd8
	firstWhereSet  = 0xe4
)

// along has what doubleAlong has in memory.
type along struct {
	point   element // lanes x, y, z and t
	factors element // m and t, the factors of w and y⁴
	next    element // what is known of the next point
	lanes   reg.Register
}

// doubleAlong doubles one point 32 times. Each doubling waits for the one before it, so
// that latency is what counts: the numbers of the point lie along four lanes, and three are
// multiplied at the same time. The fourth is t = −3z⁴, with which a doubling takes three
// products after each other:
//
//	x², y², y·z             m = 3x² + t
//	m², x·y², y⁴            w = 12x·y² − m²
//	m·w, t·y⁴               x = m² − 8x·y², y = m·w − 8y⁴, z = 2y·z, t = 16t·y⁴
//
// Other lanes have numbers that nobody asks for. m is the one factor that is not below 2p, but
// below 8p: m² is below 5p then, which leaves w and x above zero with 16p added, and fold
// takes 40p.
func doubleAlong() {
	args := ifma.Begin("doubleAlong", "p, lanes, room *uint64",
		"doubles the point whose x, y, z and −3z⁴ are in lanes 0 to 3 of p 32 times. See alongLanes for lanes.",
		"p", "lanes", "room")
	constants()
	count, loop := build.GP64(), "doubleAlongLoop"
	build.MOVQ(operand.U64(32), count)
	t := elements(args[2], 2)
	a := along{element{args[0], 0}, t[0], t[1], args[1]}
	load(a.point, right)
	build.Label(loop)
	permute(right, left, 0, 1, 1, 3)
	product()
	a.slope()
	product()
	a.differences()
	load(a.factors, left)
	product()
	a.nextPoint()
	build.DECQ(count)
	build.JNZ(operand.LabelRef(loop))
	ifma.End()
}

// permute fills four lanes from those lanes.
func permute(from, to []reg.VecPhysical, lanes ...int) {
	for i, limb := range from {
		build.VPERMQ(order(lanes...), limb, to[i])
	}
}

// order is how VPERMQ is told where four lanes come from.
func order(lanes ...int) operand.Constant {
	var imm uint8
	for i, lane := range lanes {
		imm |= uint8(lane << (2 * i))
	}
	return operand.U8(imm)
}

func (a along) lane(constant int) operand.Mem { return ifma.At(a.lanes, ifma.Lane*constant) }

// slope makes m and the next factors of x², y² and y·z.
func (a along) slope() {
	permute(result, left, 0, 1, 1, 1)
	for i, limb := range result {
		build.VPADDQ(limb, limb, limb)
		build.VPANDQ(a.lane(lane2), limb, temp)
		build.VMOVDQU64(temp, a.next.limb(i))
		build.VPERMQ(order(3, 3, 3, 3), a.point.limb(i), right[i])
		build.VPADDQ(limb, right[i], right[i])
		build.VPANDQ(a.lane(lane0), right[i], right[i])
		build.VPADDQ(left[i], right[i], right[i])
	}
	carry(right) // m, y², y²
	for i, limb := range right {
		build.VPERMQ(order(0, 0, 0, 0), a.point.limb(i), left[i])
		build.VPTERNLOGQ(operand.U8(firstWhereSet), a.lane(lane1), limb, left[i]) // m, x, y²
		build.VPERMQ(order(3, 3, 3, 3), a.point.limb(i), temp)
		build.VPTERNLOGQ(operand.U8(firstWhereSet), a.lane(lane1), limb, temp)
		build.VMOVDQU64(temp, a.factors.limb(i))
	}
}

// differences makes w, and what the next point has from m², x·y² and y⁴.
func (a along) differences() {
	permute(result, left, 1, 1, 1, 1)
	for i, limb := range result {
		build.VPSLLQ(operand.Imm(3), left[i], right[i])
		build.VPSLLQ(operand.Imm(2), left[i], temp)
		build.VPADDQ(temp, right[i], right[i])
		build.VPSUBQ(limb, right[i], right[i])
		build.VPADDQ(sixteen[i], right[i], right[i])
	}
	fold(right)
	for i, limb := range result {
		build.VPERMQ(order(2, 2, 2, 2), limb, temp)
		build.VPTERNLOGQ(operand.U8(secondWhereSet), a.lane(lane1), temp, right[i]) // w, y⁴
		build.VPERMQ(order(1, 2, 2, 2), limb, left[i])
		build.VPSLLQ(operand.Imm(3), left[i], left[i])
		build.VPSUBQ(left[i], sixteen[i], left[i])
		build.VPANDQ(a.lane(lanes0And1), left[i], left[i])
		build.VPANDQ(a.lane(lane0), limb, limb)
		build.VPADDQ(limb, left[i], left[i])
		build.VPADDQ(a.next.limb(i), left[i], left[i])
		build.VMOVDQU64(left[i], a.next.limb(i))
	}
}

// nextPoint makes the next point with m·w and t·y⁴.
func (a along) nextPoint() {
	permute(result, right, 0, 0, 0, 1)
	for _, limb := range right {
		build.VPSLLVQ(a.lane(fourInLane3), limb, limb)
		build.VPANDQ(a.lane(lanes1And3), limb, limb)
	}
	for i, limb := range right {
		build.VPADDQ(a.next.limb(i), limb, limb)
	}
	fold(right)
	store(right, a.point)
}
