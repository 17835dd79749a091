package sm2fixed

// affine is a point of the curve other than infinity.
type affine struct{ x, y element }

// point is a point (x/z², y/z³) of the curve, infinity where z is 0.
type point struct{ x, y, z element }

// isInfinity reports whether p is the neutral element.
func (p *point) isInfinity() bool { return p.z == element{} }

// addAny adds q to p, whatever they are. It takes the time that it takes.
func (p *point) addAny(q *affine) {
	was := *p
	p.add(q)
	switch {
	case was.isInfinity():
		*p = point{q.x, q.y, one}
	case p.isInfinity() && affinely([]point{was})[0] == *q:
		*p = was
		p.double()
	}
}

// add adds q to p. It is wrong where p is infinity, and where they are equal, when it
// sets p to infinity. It takes the same time whatever the points are.
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

// double doubles p. The curve is y² = x³ − 3x + b, so that the slope 3x² − 3 is
// 3·(x − 1)·(x + 1).
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

// choose sets p to q where bit is 1, and leaves it where bit is 0.
func (p *point) choose(q *point, bit uint64) {
	p.x.choose(&q.x, bit)
	p.y.choose(&q.y, bit)
	p.z.choose(&q.z, bit)
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
