// Command gen writes the assembly of package sm2fixed. It is a module of its own, so that
// the generator's library is no dependency of the product. Run it in the package's folder:
//
//	go generate
//
// A test of the package runs it too and compares.
//
// Every kernel works on eight points of the curve at once, each in a lane of its own: a
// register holds one limb of eight numbers, and no lane ever meets another. Package ifma
// says what they keep because their operands may be secrets.
package main

import "github.com/mmcloughlin/avo/build"

func main() {
	build.ConstraintExpr("amd64")
	choose("chooseAffine", 2)
	choose("choosePoint", 3)
	addAffine()
	addPoint()
	double()
	doubleAlong()
	build.Generate()
}
