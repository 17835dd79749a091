// Package ifma has what generators of kernels with AVX-512 IFMA share. The kernels work on
// numbers of limbs of 52 bits, the width of the instructions VPMADD52LUQ and VPMADD52HUQ.
//
// What every kernel keeps, because its operands may be secrets: the only jumps are on loop
// counters, no address depends on an operand, and no memory operand has a mask, since the
// time of a masked load shows its mask. A test reads the assembly and checks it.
package ifma

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// LimbBits and Mask are of a limb; Lane is how many bytes one limb of eight numbers takes.
const (
	LimbBits = 52
	Mask     = 1<<LimbBits - 1
	Lane     = 64
)

// Z are the vector registers by their numbers.
var Z = []reg.VecPhysical{
	reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10,
	reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21,
	reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
}

// Begin starts a function and loads its arguments, pointers all of them or numbers.
func Begin(name, signature, doc string, args ...string) []reg.Register {
	build.TEXT(name, build.NOSPLIT, "func("+signature+")")
	build.Doc(name + " " + doc)
	build.Pragma("noescape")
	loaded := make([]reg.Register, len(args))
	for i, arg := range args {
		loaded[i] = build.Load(build.Param(arg), build.GP64())
	}
	return loaded
}

// End returns, after what Go's own code expects of who has used wide registers.
func End() {
	build.VZEROUPPER()
	build.RET()
}

// At is a memory operand so many bytes behind a base.
func At(base reg.Register, bytes int) operand.Mem { return operand.Mem{Base: base, Disp: bytes} }

// Broadcast sets every lane of a register to a constant.
func Broadcast(value uint64, to reg.VecPhysical) {
	word := build.GP64()
	build.MOVQ(operand.U64(value), word)
	build.VPBROADCASTQ(word, to)
}

// Choose sets chosen to all ones where index is entry and to zero elsewhere.
func Choose(index, entry, chosen reg.VecPhysical) {
	build.VPCMPEQQ(index, entry, reg.K1)
	build.VPMOVM2Q(reg.K1, chosen)
}

// Keep adds what memory has to sum where chosen is all ones. The memory is read whatever
// is chosen.
func Keep(memory operand.Mem, chosen, sum reg.VecPhysical) {
	const orAnd = 0xf8 // sum | (memory & chosen)
	build.VPTERNLOGQ(operand.U8(orAnd), memory, chosen, sum)
}
