package sm2fixed

import "testing"

// TestDoublings doubles along the lanes and in one of them.
func TestDoublings(t *testing.T) {
	t.Parallel()
	needKernels(t)
	first := generator().wide[0][0]
	start := affine{first.x.get(0), first.y.get(0)}
	var a along
	a.set(&start)
	want := point{start.x, start.y, one}
	var wide widePoint
	var temporary [8]wideElement
	for i := range 100 {
		a.copyTo(&wide, i%lanes)
		for range 32 {
			want.double()
			kernel.double(&wide, &temporary)
		}
		kernel.doubleAlong(&a, &temporary)
		x, y := coordinates(&want)
		alone := point{(*wideElement)(&a).get(0), (*wideElement)(&a).get(1), (*wideElement)(&a).get(2)}
		wantPoint(t, "doubleAlong", &alone, x, y)
		inLane := point{wide.x.get(i % lanes), wide.y.get(i % lanes), wide.z.get(i % lanes)}
		wantPoint(t, "double", &inLane, x, y)
	}
}
