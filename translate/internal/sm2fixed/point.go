package sm2fixed

import "github.com/emmansun/gmsm/sm2"

// affine is a point of the curve other than infinity.
type affine struct{ x, y element }

// point is a point (x/z², y/z³) of the curve, infinity where z is 0.
type point struct{ x, y, z element }

// curveB is the b of the curve y² = x³ − 3x + b.
var curveB = func() (b element) {
	b.setBytes(bytesOf(sm2.P256().Params().B))
	return b
}()

// add adds q to p. Where they are equal or opposite, or p is infinity, it sets p to
// infinity. It takes the same time whatever the points are.
func (p *point) add(q *affine) {
	var zz, h, r, hh, hhh, v, t element
	zz.mul(&p.z, &p.z)
	h.mul(&q.x, &zz)
	h.sub(&h, &p.x) // what the abscissas differ by
	r.mul(&zz, &p.z)
	r.mul(&r, &q.y)
	r.sub(&r, &p.y) // and the ordinates
	hh.mul(&h, &h)
	hhh.mul(&hh, &h)
	v.mul(&p.x, &hh)
	t.mul(&p.y, &hhh)
	p.z.mul(&p.z, &h)
	p.x.mul(&r, &r)
	p.x.sub(&p.x, &hhh)
	p.x.sub(&p.x, &v)
	p.x.sub(&p.x, &v)
	v.sub(&v, &p.x)
	p.y.mul(&r, &v)
	p.y.sub(&p.y, &t)
}

// double doubles p. The slope of the curve, 3x² − 3, is 3·(x − 1)·(x + 1).
func (p *point) double() {
	var zz, yy, m, s, t element
	zz.mul(&p.z, &p.z)
	yy.mul(&p.y, &p.y)
	m.sub(&p.x, &zz)
	t.add(&p.x, &zz)
	t.mul(&t, &m)
	m.add(&t, &t)
	m.add(&m, &t)
	s.mul(&p.x, &yy)
	s.add(&s, &s)
	s.add(&s, &s)
	p.z.mul(&p.z, &p.y)
	p.z.add(&p.z, &p.z)
	p.x.mul(&m, &m)
	p.x.sub(&p.x, &s)
	p.x.sub(&p.x, &s)
	yy.mul(&yy, &yy)
	for range 3 {
		yy.add(&yy, &yy)
	}
	s.sub(&s, &p.x)
	p.y.mul(&m, &s)
	p.y.sub(&p.y, &yy)
}

// affinely returns points, of which none is infinity, by their coordinates. It inverts
// once, the product of all z.
func affinely(points []point) []affine {
	products := make([]element, len(points)) // of z up to there
	product := one
	for i := range points {
		products[i] = product
		product.mul(&product, &points[i].z)
	}
	product.invert(&product)
	out := make([]affine, len(points))
	for i := len(points) - 1; i >= 0; i-- {
		var zi, zz element
		zi.mul(&product, &products[i])
		product.mul(&product, &points[i].z)
		zz.mul(&zi, &zi)
		out[i].x.mul(&points[i].x, &zz)
		zz.mul(&zz, &zi)
		out[i].y.mul(&points[i].y, &zz)
	}
	return out
}

// abscissa returns the x of a point other than infinity, most significant byte first.
func (p *point) abscissa() [32]byte {
	var z element
	z.invert(&p.z)
	z.mul(&z, &z)
	z.mul(&z, &p.x)
	return z.bytes()
}

// isOfCurve reports whether p is a point of the curve other than infinity.
func (p *point) isOfCurve() bool {
	var zz, z4, left, right, t element
	zz.mul(&p.z, &p.z)
	z4.mul(&zz, &zz)
	left.mul(&p.y, &p.y)
	right.mul(&p.x, &p.x) // x·(x² − 3z⁴) + b·z⁶
	for range 3 {
		right.sub(&right, &z4)
	}
	right.mul(&right, &p.x)
	t.mul(&z4, &zz)
	t.mul(&t, &curveB)
	right.add(&right, &t)
	return left == right && p.z != element{}
}
