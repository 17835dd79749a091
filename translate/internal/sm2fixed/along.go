package sm2fixed

// along is one point with its numbers along four lanes: x, y, z and −3z⁴. What the other
// lanes have means nothing.
type along wideElement

// alongLanes are what the kernel chooses lanes with, in the order of gen.
var alongLanes = [...]lane{
	{0: ones},
	{1: ones},
	{2: ones},
	{0: ones, 1: ones},
	{1: ones, 3: ones},
	{3: 4},
}

const ones = 1<<64 - 1

// minusThree is −3z⁴ where z is 1.
var minusThree = func() (t element) {
	for range 3 {
		t.sub(&t, &one)
	}
	return t
}()

// set sets a to a point.
func (a *along) set(p *affine) {
	for i, number := range []*element{&p.x, &p.y, &one, &minusThree} {
		(*wideElement)(a).set(i, number)
	}
}

// copyTo sets a lane of p to the point.
func (a *along) copyTo(p *widePoint, lane int) {
	for limb := range a {
		p.x[limb][lane], p.y[limb][lane], p.z[limb][lane] = a[limb][0], a[limb][1], a[limb][2]
	}
}
