package sm2fixed

// kernels are what the machine's assembly does in eight lanes, see gen.
type kernels struct {
	// chooseAffine and choosePoint set q to the points of a table for the lanes' digits,
	// whose 4 signs are in words from a bit on.
	chooseAffine func(q *wideAffine, table *[wideDigits]wideAffine, words *lane, bit uint64)
	choosePoint  func(q *widePoint, table *[wideDigits]widePoint, words *lane, bit uint64)
	// addAffine and addPoint add q to p. Where they are equal or opposite, or one is
	// infinity, p becomes infinity.
	addAffine func(p *widePoint, q *wideAffine, room *[8]wideElement)
	addPoint  func(p, q *widePoint, room *[8]wideElement)
	// double doubles p.
	double func(p *widePoint, room *[8]wideElement)
	// doubleAlong doubles one point 32 times.
	doubleAlong func(p *along, room *[8]wideElement)
}
