// Command gen writes the assembly of package fastrsa. It is a module of its own,
// so that the generator's library is no dependency of the product. Run it in the
// package's folder:
//
//	go generate
//
// A test of the package runs it too and compares.
//
// Every kernel works on numbers of limbs of 52 bits, the width of the
// instructions VPMADD52LUQ and VPMADD52HUQ, and multiplies as Montgomery did: the
// product of a and b divided by R = 2^(52·limbs), modulo m. Limbs have no more than
// 52 bits, and a·b is at most R·m: the result is below 2m then, and as R is far above
// 4m it may be an operand again. No kernel subtracts m or compares with it.
//
// What every kernel keeps, because its operands are secrets: the only jumps are on
// loop counters, no address depends on an operand, and no memory operand has a
// mask, since the time of a masked load shows its mask. A test reads the assembly
// and checks it.
package main

import (
	"strconv"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The sizes of the primes: 20 limbs for 1024 bits, 10 limbs for 512 bits.
var sizes = []int{20, 10}

const mask52 = 1<<52 - 1

func main() {
	build.ConstraintExpr("amd64")
	for _, limbs := range sizes {
		wideMul(limbs)
		wideSquare(limbs)
		widePick(limbs)
		alongMul("pairMul", limbs, 2, "sets res to a·b/R modulo m for both numbers of a pair, each followed by zeros.")
		pairPick(limbs)
		alongMul("singleMul", 2*limbs, 1, "sets res to a·b/R modulo m. Numbers are followed by a zero.")
	}
	build.Generate()
}

// begin starts a function and loads its arguments, pointers all of them or
// numbers.
func begin(name string, limbs int, signature, doc string, args ...string) []reg.Register {
	build.TEXT(name+strconv.Itoa(limbs), build.NOSPLIT, "func("+signature+")")
	build.Doc(name + strconv.Itoa(limbs) + " " + doc)
	build.Pragma("noescape")
	loaded := make([]reg.Register, len(args))
	for i, arg := range args {
		loaded[i] = build.Load(build.Param(arg), build.GP64())
	}
	return loaded
}

// at is a memory operand so many bytes behind a base.
func at(base reg.Register, bytes int) operand.Mem { return operand.Mem{Base: base, Disp: bytes} }

// zmm are the vector registers by their numbers, xmm the lower parts of the first.
var (
	zmm = []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10,
		reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21,
		reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}
	xmm = []reg.VecPhysical{
		reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7, reg.X8, reg.X9,
	}
)

// end returns, after what Go's own code expects of who has used wide registers.
func end() {
	build.VZEROUPPER()
	build.RET()
}
