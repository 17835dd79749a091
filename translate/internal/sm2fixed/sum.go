package sm2fixed

// table has multiples of a point, in the form that is of use on this machine.
type table struct {
	narrow *narrowTable
	wide   *wideTable // where there are kernels
}

// newTable makes the table of a point of the curve.
func newTable(of *affine) *table {
	if kernel != nil {
		return &table{wide: newWide(of)}
	}
	return &table{narrow: newNarrow(of)}
}

// term is a multiple of a point: of a table's, so many times, but not 0 times.
type term struct {
	table  *table
	number *scalar
}

// sumOf adds up multiples. No jump and no address depends on the numbers.
//
// ok is false where the sum is not known: two points were added that are equal or
// opposite, which takes another formula than any other two. With numbers drawn by chance
// nobody will see that; numbers can be made for it. It is false too where what came out is
// no point of the curve, as it is not when the processor makes a mistake.
func sumOf(terms ...term) (sum point, ok bool) { return sumWith(readAll, terms) }

// publicSumOf is sumOf for numbers that are no secret, which takes less time.
func publicSumOf(terms ...term) (sum point, ok bool) { return sumWith(readOne, terms) }

func sumWith(choose func(*[digits]affine, uint64) affine, terms []term) (sum point, ok bool) {
	if terms[0].table.wide != nil {
		sum = wideSum(terms)
	} else {
		sum = narrowSum(terms, choose)
	}
	return sum, sum.isOfCurve()
}
