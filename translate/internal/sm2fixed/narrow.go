package sm2fixed

// A narrow table is read in windows of 5 signs, each of which is an odd digit from −31 to
// 31. The sign of 2²⁵⁵ is left over.
const (
	window  = 5
	windows = 255 / window
	digits  = 1 << (window - 1)
)

// narrowTable has 1, 3 and so on to 31 times 2⁵ⁱ of a point for each window i, and 2²⁵⁵
// times the point.
type narrowTable struct {
	of  [windows][digits]affine
	top affine
}

// newNarrow makes the table of a point of the curve.
func newNarrow(of *affine) *narrowTable {
	t := new(narrowTable)
	all := oddMultiples(of, window, windows+1, digits)
	for i := range t.of {
		copy(t.of[i][:], all[i*digits:])
	}
	t.top = all[windows*digits]
	return t
}

// oddMultiples returns, for each of so many windows, so many odd multiples of the point
// times the window's power of two.
func oddMultiples(of *affine, window, windows, digits int) []affine {
	starts := make([]point, 2*windows) // each and its double
	p := point{of.x, of.y, one}
	for i := range windows {
		starts[2*i] = p
		p.double()
		starts[2*i+1] = p
		for range window - 1 {
			p.double()
		}
	}
	var all []point
	known := affinely(starts)
	for i := range windows {
		start, twice := known[2*i], known[2*i+1]
		p := point{start.x, start.y, one}
		all = append(all, p)
		for range digits - 1 {
			p.add(&twice)
			all = append(all, p)
		}
	}
	return affinely(all)
}

// narrowSum adds up multiples of points. No jump and no address depends on numbers that
// choose reads all multiples for. Where two points that are added are equal or opposite it
// returns infinity; chance makes none so.
func narrowSum(terms []term, choose func(*[digits]affine, uint64) affine) (sum point) {
	for i := range terms {
		table, s := terms[i].table.narrow, terms[i].number.signs()
		first := table.top
		first.negate(1 ^ s.at(255, 1))
		if i == 0 {
			sum = point{first.x, first.y, one}
		} else {
			sum.add(&first)
		}
		for j := windows - 1; j >= 0; j-- {
			q := choose(&table.of[j], s.at(window*j, window))
			sum.add(&q)
		}
	}
	return sum
}

// digitOf returns which multiple a digit stands for, and 1 where it is the opposite of it:
// u is for 2u − 31.
func digitOf(u uint64) (index, negative uint64) {
	negative = 1 ^ u>>(window-1)
	return (u ^ -negative) & (digits - 1), negative
}

// readAll returns the multiple that a digit stands for, having read all of them.
func readAll(multiples *[digits]affine, u uint64) (q affine) {
	index, negative := digitOf(u)
	for i := range multiples {
		mask := -equal(index, uint64(i))
		for limb := range q.x {
			q.x[limb] |= mask & multiples[i].x[limb]
			q.y[limb] |= mask & multiples[i].y[limb]
		}
	}
	q.negate(negative)
	return q
}

// readOne returns it having read no other: its digits are no secret.
func readOne(multiples *[digits]affine, u uint64) affine {
	index, negative := digitOf(u)
	q := multiples[index]
	if negative == 1 {
		q.y.sub(&element{}, &q.y)
	}
	return q
}

// negate makes p its opposite where bit is 1.
func (p *affine) negate(bit uint64) {
	var opposite element
	opposite.sub(&element{}, &p.y)
	p.y.choose(&opposite, bit)
}

// equal returns 1 where a is b, otherwise 0.
func equal(a, b uint64) uint64 {
	differ := a ^ b
	return 1 ^ (differ|-differ)>>63
}
