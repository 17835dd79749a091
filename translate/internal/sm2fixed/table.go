package sm2fixed

// A number is read in windows of 5 bits, each of which is a digit from −16 to 16.
const (
	window  = 5
	windows = 256/window + 1
	digits  = 1 << (window - 1)
)

// table has the multiples 1·2⁵ⁱ to 16·2⁵ⁱ of a point for each window i.
type table [windows]multiples

type multiples [digits]affine

// newTable makes the table of a point of the curve.
func newTable(of *affine) *table {
	starts := make([]point, windows)
	starts[0] = point{of.x, of.y, one}
	for i := 1; i < windows; i++ {
		starts[i] = starts[i-1]
		for range window {
			starts[i].double()
		}
	}
	var all []point
	for _, start := range affinely(starts) {
		p := point{start.x, start.y, one}
		for range digits {
			all = append(all, p)
			p.addAny(&start)
		}
	}
	t := new(table)
	for i, p := range affinely(all) {
		t[i/digits][i%digits] = p
	}
	return t
}

// scalar is a number below the order of the curve, its limbs in order of significance,
// the least first.
type scalar [4]uint64

// newScalar reads a number, most significant byte first.
func newScalar(b *[32]byte) scalar { return limbsOf(b) }

// digit returns the size of digit i and 1 where it is negative. The highest bit of a
// window says so: then one is lent from the next window, which sees it as its bit −1.
func (k *scalar) digit(i int) (size, negative uint64) {
	at := window*i - 1
	var bits uint64 // the window and the bit below it
	switch limb := at / 64; {
	case at < 0:
		bits = k[0] << 1
	case at%64 > 64-window-1 && limb+1 < len(k):
		bits = k[limb]>>(at%64) | k[limb+1]<<(64-at%64)
	default:
		bits = k[limb] >> (at % 64)
	}
	bits &= 1<<(window+1) - 1
	negative = bits >> window
	bits ^= -negative & (1<<(window+1) - 1)
	return bits>>1 + bits&1, negative
}

// times returns k times the point that the table is of, where k is a [scalar] but 0. Jumps
// and addresses do not depend on k.
//
// Of two points that are added none is the other or its negative, which [point.add] could
// not do. The digits so far make a number S with |S| ≤ 2⁵ⁱ⁻¹, a further digit d other than 0
// adds d·2⁵ⁱ, so that neither their sum nor their difference is 0. Nor is it a multiple of the
// order n = 2²⁵⁶ − c, where c is about 2²²⁴: both are below n together, but where the last
// digit is 2. Then the sum is k, which is below n, and S is from −2²⁵⁴ to −c, while a
// difference of n would take an S of c, or of c − n.
func (t *table) times(k *scalar) (sum point) {
	nothing := uint64(1) // while all digits were 0
	for i := range t {
		size, negative := k.digit(i)
		q := t[i].read(size)
		var opposite element
		opposite.sub(&element{}, &q.y)
		q.y.choose(&opposite, negative)

		next, first := sum, point{q.x, q.y, one}
		next.add(&q)
		next.choose(&first, nothing)
		some := 1 ^ equal(size, 0)
		sum.choose(&next, some)
		nothing &^= some
	}
	return sum
}

// read returns the multiple of that size, having read all of them; of size 0 something
// that is no point.
func (m *multiples) read(size uint64) (q affine) {
	for i := range m {
		mask := -equal(size, uint64(i+1))
		for limb := range q.x {
			q.x[limb] |= mask & m[i].x[limb]
			q.y[limb] |= mask & m[i].y[limb]
		}
	}
	return q
}

// equal returns 1 where a is b, otherwise 0.
func equal(a, b uint64) uint64 {
	differ := a ^ b
	return 1 ^ (differ|-differ)>>63
}

// addTo adds digit i of k times the table's point to sum. It knows no secret.
func (t *table) addTo(sum *point, k *scalar, i int) {
	size, negative := k.digit(i)
	if size == 0 {
		return
	}
	q := t[i][size-1]
	if negative == 1 {
		q.y.sub(&element{}, &q.y)
	}
	sum.addAny(&q)
}
