package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/paybridge/paybridge/caddymodule/fastrsa/gen/ifma"
)

// A point (x/z², y/z³) has three numbers in memory, x, y and z, a point of a table two,
// x and y. Work space is so many numbers.
const room = 8

// addAffine adds points of a table.
func addAffine() {
	args := ifma.Begin("addAffine", "p, q, room *uint64",
		"adds q, points of a table, to p in eight lanes. Where they are equal, opposite or p is infinity, p becomes infinity.",
		"p", "q", "room")
	constants()
	p, q, t := elements(args[0], 3), elements(args[1], 2), elements(args[2], room)
	x, y, z := p[0], p[1], p[2]
	zz, h, r := t[0], t[1], t[2]
	mul(zz, z, z)
	mul(h, q[0], zz)
	mul(r, z, zz)
	sub(h, h, x) // what the abscissas differ by
	mul(r, r, q[1])
	mul(z, z, h)
	sub(r, r, y) // and the ordinates
	finish(p, h, r, t[3:])
}

// addPoint adds points.
func addPoint() {
	args := ifma.Begin("addPoint", "p, q, room *uint64",
		"adds q to p in eight lanes. Where they are equal, opposite or one is infinity, p becomes infinity.",
		"p", "q", "room")
	constants()
	p, q, t := elements(args[0], 3), elements(args[1], 3), elements(args[2], room)
	x, y, z := p[0], p[1], p[2]
	zz, h, r, other := t[0], t[1], t[2], t[3]
	mul(zz, z, z)
	mul(other, q[2], q[2])
	mul(h, q[0], zz)
	mul(r, z, zz)
	mul(x, x, other)
	mul(other, other, q[2])
	mul(r, r, q[1])
	mul(y, y, other)
	mul(z, z, q[2])
	sub(h, h, x)
	sub(r, r, y)
	mul(z, z, h)
	finish(p, h, r, t[3:])
}

// finish sets x and y of a sum from what the abscissas and the ordinates differ by.
func finish(p []element, h, r element, t []element) {
	x, y := p[0], p[1]
	hh, hhh, v, rr := t[0], t[1], t[2], t[3]
	mul(hh, h, h)
	mul(rr, r, r)
	mul(hhh, hh, h)
	mul(v, x, hh)
	mul(y, y, hhh)
	sub(x, rr, hhh, v, v)
	sub(v, v, x)
	mul(v, v, r)
	sub(y, v, y)
	ifma.End()
}

// choose reads all eight entries of a table and keeps in each lane the point that the
// lane's digit stands for.
func choose() {
	args := ifma.Begin("choose", "q, table, words *uint64, shift uint64",
		"sets q, in each of eight lanes, to the point of table for the lane's digit of 4 bits u, which stands for 2u − 15: "+
			"it is in words, from a bit on. Entry e of 8 is for 2e + 1.",
		"q", "table", "words", "shift")
	constants()
	q, entries := elements(args[0], 2), elements(args[1], 2*8)
	digit, negative, entry, one := left[0], left[1], left[2], left[3]
	chosen, shift := left[4], right[0]
	build.VMOVDQU64(ifma.At(args[2], 0), digit)
	build.VPBROADCASTQ(args[3], shift)
	build.VPSRLVQ(shift, digit, digit)
	ifma.Broadcast(1, one)
	// From 8 on u stands for 2(u − 8) + 1, below for the opposite of 2(7 − u) + 1.
	build.VPSRLQ(operand.Imm(3), digit, negative)
	build.VPANDQ(one, negative, negative)
	build.VPSUBQ(one, negative, negative)
	build.VPXORQ(negative, digit, digit)
	ifma.Broadcast(7, chosen)
	build.VPANDQ(chosen, digit, digit)
	point := sum
	for _, limb := range point {
		build.VPXORQ(limb, limb, limb)
	}
	build.VPXORQ(entry, entry, entry)
	for e := range 8 {
		ifma.Choose(digit, entry, chosen)
		for i, limb := range point {
			ifma.Keep(entries[2*e+i/limbs].limb(i%limbs), chosen, limb)
		}
		build.VPADDQ(one, entry, entry)
	}
	store(point[:limbs], q[0])
	y := point[limbs:]
	for i, limb := range y { // −y is its complement, and one more; and 4p are added there
		build.VPXORQ(negative, limb, limb)
		build.VPSUBQ(negative, limb, limb)
		build.VPANDQ(negative, fourTimes[i], temp)
		build.VPADDQ(temp, limb, limb)
	}
	fold(y)
	store(y, q[1])
	ifma.End()
}
