package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

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
	sub(h, once(h), once(x)) // what the abscissas differ by
	mul(r, r, q[1])
	mul(z, z, h)
	sub(r, once(r), once(y)) // and the ordinates
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
	sub(h, once(h), once(x))
	sub(r, once(r), once(y))
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
	sub(x, once(rr), once(hhh), part{v, 1})
	sub(v, once(v), once(x))
	mul(v, v, r)
	sub(y, once(v), once(y))
	ifma.End()
}

// double doubles points. The slope of the curve, 3x² − 3, is 3·(x − 1)·(x + 1).
func double() {
	args := ifma.Begin("double", "p, room *uint64", "doubles p in eight lanes.", "p", "room")
	constants()
	p, t := elements(args[0], 3), elements(args[1], room)
	x, y, z := p[0], p[1], p[2]
	zz, yy, m, s := t[0], t[1], t[2], t[3]
	mul(zz, z, z)
	mul(yy, y, y)
	mul(z, y, z)
	sub(m, once(x), once(zz))
	add(zz, once(x), once(zz))
	mul(s, x, yy)
	mul(m, m, zz)
	mul(yy, yy, yy)
	add(m, once(m), part{m, 1})
	mul(x, m, m)
	sub(x, once(x), part{s, 3})
	sub(s, part{s, 2}, once(x))
	mul(s, s, m)
	sub(y, once(s), part{yy, 3})
	add(z, once(z), once(z))
	ifma.End()
}

// choose reads all eight entries of a table and keeps in each lane the point that the
// lane's digit stands for, of which so many numbers are given.
func choose(name string, numbers int) {
	args := ifma.Begin(name, "q, table, words *uint64, bit uint64",
		"sets q, in each of eight lanes, to the point of table for the lane's digit of 4 bits u, which stands for 2u − 15: "+
			"it is in words, from a bit on. Entry e of 8 is for 2e + 1.",
		"q", "table", "words", "bit")
	constants()
	q, entries := elements(args[0], numbers), elements(args[1], numbers*8)
	digit, negative, entry, one, chosen := left[0], left[1], left[2], left[3], left[4]
	bit := right[0]
	build.VMOVDQU64(ifma.At(args[2], 0), digit)
	build.VPBROADCASTQ(args[3], bit)
	build.VPSRLVQ(bit, digit, digit)
	ifma.Broadcast(1, one)
	// From 8 on u stands for 2(u − 8) + 1, below for the opposite of 2(7 − u) + 1.
	build.VPSRLQ(operand.Imm(3), digit, negative)
	build.VPANDQ(one, negative, negative)
	build.VPSUBQ(one, negative, negative)
	build.VPXORQ(negative, digit, digit)
	ifma.Broadcast(7, chosen)
	build.VPANDQ(chosen, digit, digit)
	for n, coordinate := range q {
		for _, limb := range number {
			build.VPXORQ(limb, limb, limb)
		}
		build.VPXORQ(entry, entry, entry)
		for e := range 8 {
			ifma.Choose(digit, entry, chosen)
			for i, limb := range number {
				ifma.Keep(entries[numbers*e+n].limb(i), chosen, limb)
			}
			build.VPADDQ(one, entry, entry)
		}
		if n == 1 {
			negate(number, negative)
		}
		store(number, coordinate)
	}
	ifma.End()
}

// negate takes a number from 16p where negative is all ones: the opposite is the
// complement and one more.
func negate(number []reg.VecPhysical, negative reg.VecPhysical) {
	for i, limb := range number {
		build.VPXORQ(negative, limb, limb)
		build.VPSUBQ(negative, limb, limb)
		build.VPANDQ(negative, sixteen[i], temp)
		build.VPADDQ(temp, limb, limb)
	}
	fold(number)
}
