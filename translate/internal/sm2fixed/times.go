package sm2fixed

import "sync"

// timesRoom is what a multiple of a new point is worked out in, see room.
type timesRoom struct {
	table      [wideDigits]widePoint // odd multiples of the point in each lane
	sum, other widePoint
	point      along
	temporary  [8]wideElement
	words      lane // of the number
	_          [16384 - (8*3+6+1+8)*5*64 - 64]byte
}

var timesRooms = sync.Pool{New: func() any { return new(timesRoom) }}

// wideTimes returns a multiple of a point that has no table. No jump and no address depends
// on the number, which is not 0. It is infinity where two points that are added are equal or
// opposite, which chance makes none.
//
// The point is doubled until every lane has the one that its part of the number counts; then
// the lanes double and add side by side.
func wideTimes(of *affine, number *scalar) point {
	r := timesRooms.Get().(*timesRoom) //nolint:forcetypeassert // there is nothing else
	defer func() {
		*r = timesRoom{}
		timesRooms.Put(r)
	}()
	r.point.set(of)
	for l := range lanes {
		if l > 0 {
			kernel.doubleAlong(&r.point, &r.temporary)
		}
		r.point.copyTo(&r.table[0], l)
	}
	twice := &r.other
	*twice = r.table[0]
	kernel.double(twice, &r.temporary)
	for i := 1; i < wideDigits; i++ {
		r.table[i] = r.table[i-1]
		kernel.addPoint(&r.table[i], twice, &r.temporary)
	}
	r.words = number.signs().words()
	for bit := 256/lanes - wideWindow; bit >= 0; bit -= wideWindow {
		kernel.choosePoint(&r.other, &r.table, &r.words, uint64(bit))
		if bit == 256/lanes-wideWindow {
			r.sum = r.other
			continue
		}
		for range wideWindow {
			kernel.double(&r.sum, &r.temporary)
		}
		kernel.addPoint(&r.sum, &r.other, &r.temporary)
	}
	return join(&r.sum, &r.other, &r.temporary)
}
