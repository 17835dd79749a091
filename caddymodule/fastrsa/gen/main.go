// Command gen writes the assembly of package fastrsa. It is a module of its own,
// so that the generator's library is no dependency of the product. Run it in the
// package's folder:
//
//	go generate
//
// A test of the package runs it too and compares.
//
// Every kernel multiplies as Montgomery did: the product of a and b divided by
// R = 2^(52·limbs), modulo m. Limbs have no more than 52 bits, and a·b is at most R·m:
// the result is below 2m then, and as R is far above 4m it may be an operand again. No
// kernel subtracts m or compares with it. Package ifma says what else they keep.
package main

import (
	"strconv"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"

	"github.com/paybridge/paybridge/caddymodule/fastrsa/gen/ifma"
)

// The sizes of the primes: 20 limbs for 1024 bits, 10 limbs for 512 bits.
var sizes = []int{20, 10}

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

// begin starts a function for so many limbs and loads its arguments.
func begin(name string, limbs int, signature, doc string, args ...string) []reg.Register {
	return ifma.Begin(name+strconv.Itoa(limbs), signature, doc, args...)
}

// xmm are the lower parts of the first vector registers.
var xmm = []reg.VecPhysical{
	reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7, reg.X8, reg.X9,
}
