package sm2fixed

import "sync"

// A lane has one limb of eight numbers, of 52 bits. See gen.
type (
	lane        [8]uint64
	wideElement [5]lane
	widePoint   struct{ x, y, z wideElement }
	wideAffine  struct{ x, y wideElement }
)

// A wide table is read in windows of 4 signs, each of which is an odd digit from −15 to
// 15. Each of eight lanes has eight windows that follow each other.
const (
	wideWindow = 4
	wideDigits = 1 << (wideWindow - 1)
	lanes      = len(lane{})
)

// wideTable has for window i of every lane 1, 3 and so on to 15 times its power of two of
// a point.
type wideTable [256 / wideWindow / lanes][wideDigits]wideAffine

// newWide makes the table of a point of the curve.
func newWide(of *affine) *wideTable {
	t := new(wideTable)
	for i, p := range oddMultiples(of, wideWindow, lanes*len(t), wideDigits) {
		at, digit := i/wideDigits, i%wideDigits
		q := &t[at%len(t)][digit]
		q.x.set(at/len(t), &p.x)
		q.y.set(at/len(t), &p.y)
	}
	return t
}

// room is what one sum is worked out in. It has the size of a page, so that it begins
// with one: no lane lies in two lines of the cache.
type room struct {
	sum, other widePoint
	q          wideAffine
	temporary  [8]wideElement
	words      lane // of the number
	_          [8192 - (6+2+8)*5*64 - 64]byte
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// wideSum is [narrowSum] with eight lanes, each of which adds up a part of each number.
func wideSum(terms []term) point {
	r := rooms.Get().(*room) //nolint:forcetypeassert // there is nothing else
	defer func() {
		*r = room{}
		rooms.Put(r)
	}()
	for i := range terms {
		table := terms[i].table.wide
		r.words = terms[i].number.signs().words()
		for step := range table {
			kernel.chooseAffine(&r.q, &table[step], &r.words, uint64(wideWindow*step))
			if i == 0 && step == 0 {
				r.sum = widePoint{r.q.x, r.q.y, wideOne}
			} else {
				kernel.addAffine(&r.sum, &r.q, &r.temporary)
			}
		}
	}
	return join(&r.sum, &r.other, &r.temporary)
}

// words has the part of each lane.
func (s signs) words() (words lane) {
	for l := range words {
		words[l] = s.at(l*256/lanes, 256/lanes)
	}
	return words
}

// join adds up what the lanes have.
func join(sum, other *widePoint, temporary *[8]wideElement) point {
	for apart := lanes / 2; apart > 0; apart /= 2 {
		other.x.down(&sum.x, apart)
		other.y.down(&sum.y, apart)
		other.z.down(&sum.z, apart)
		kernel.addPoint(sum, other, temporary)
	}
	return point{sum.x.get(0), sum.y.get(0), sum.z.get(0)}
}

// down sets the first lanes to those of x that are so far up.
func (z *wideElement) down(x *wideElement, apart int) {
	for limb := range z {
		copy(z[limb][:apart], x[limb][apart:])
	}
}

// wideOne is 1 in every lane.
var wideOne = func() (z wideElement) {
	for l := range lanes {
		z.set(l, &one)
	}
	return z
}()

// set sets a lane to a number: from the form with 2²⁵⁶ into that with 2²⁶⁰.
func (z *wideElement) set(l int, x *element) {
	t := *x
	for range 4 {
		t.add(&t, &t)
	}
	const mask = 1<<52 - 1
	z[0][l] = t[0] & mask
	z[1][l] = (t[0]>>52 | t[1]<<12) & mask
	z[2][l] = (t[1]>>40 | t[2]<<24) & mask
	z[3][l] = (t[2]>>28 | t[3]<<36) & mask
	z[4][l] = t[3] >> 16
}

// sixteenth brings from the form with 2²⁶⁰ into that with 2²⁵⁶.
var sixteenth = element{3: 1 << 60}

// get returns the number of a lane, which is below 2p there.
func (z *wideElement) get(l int) (x element) {
	z0, z1, z2, z3, z4 := z[0][l], z[1][l], z[2][l], z[3][l], z[4][l]
	x.reduce(z0|z1<<52, z1>>12|z2<<40, z2>>24|z3<<28, z3>>36|z4<<16, z4>>48)
	x.mul(&x, &sixteenth)
	return x
}
