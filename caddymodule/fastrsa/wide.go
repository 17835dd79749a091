package fastrsa

// batch is how many operations the eight lanes take, two lanes each.
const batch = 4

// wideSpace is the work space of up to four operations at once: in all of it each
// operation has a lane for either prime. Lanes without an operation are zero.
type wideSpace struct {
	table          [16 * maxLimbs]lane // the powers 0 to 15
	a, b, m        [maxLimbs]lane
	r2, r3, one    [maxLimbs]lane
	low, high, res [maxLimbs]lane
	columns        [2 * maxLimbs]lane // of a square
	k0, index      lane
	words          [2 * maxWords]uint64
	halves         [batch]recombination
}

// run does up to four operations of one size.
func (w *wideSpace) run(s *size, operations []*operation) {
	defer func() { *w = wideSpace{} }()
	for i, o := range operations {
		w.load(o, 2*i)
	}
	w.powers(s)
	w.exponentiate(s, operations)
	w.combine(s, operations)
}

// load lays out the operands of an operation from a lane on. The argument, twice
// as long as a prime, is low + high·R.
func (w *wideSpace) load(o *operation, from int) {
	s := o.key.size
	words := w.words[:2*s.words()]
	toWords(words, o.in)
	for i := range o.key.primes {
		p, lane := &o.key.primes[i], from+i
		w.k0[lane], w.one[0][lane] = p.k0, 1
		for j := range s.limbs {
			w.m[j][lane], w.table[j][lane] = p.m[j], p.r1[j]
			w.r2[j][lane], w.r3[j][lane] = p.r2[j], p.r3[j]
			w.a[j][lane], w.b[j][lane] = limbAt(words, j), limbAt(words, s.limbs+j)
		}
	}
}

// entry is power i in the table.
func (w *wideSpace) entry(s *size, i int) []lane { return w.table[s.limbs*i : s.limbs*(i+1)] }

// powers fills the table with the powers of the arguments.
func (w *wideSpace) powers(s *size) {
	m, k0 := &w.m[0][0], &w.k0[0]
	s.wideMul(&w.low[0][0], &w.a[0][0], &w.r2[0][0], m, k0)
	s.wideMul(&w.high[0][0], &w.b[0][0], &w.r3[0][0], m, k0)
	first := w.entry(s, 1)
	var carry lane
	for j := range first {
		for l := range carry {
			sum := w.low[j][l] + w.high[j][l] + carry[l]
			first[j][l], carry[l] = sum&limbMask, sum>>limbBits
		}
	}
	for i := 2; i < 16; i++ {
		if i%2 == 0 {
			s.wideSquare(&w.entry(s, i)[0][0], &w.entry(s, i/2)[0][0], m, k0, &w.columns[0][0])
		} else {
			s.wideMul(&w.entry(s, i)[0][0], &w.entry(s, i-1)[0][0], &first[0][0], m, k0)
		}
	}
}

// exponentiate works through the digits of all exponents at once.
func (w *wideSpace) exponentiate(s *size, operations []*operation) {
	res, m, k0 := &w.res[0][0], &w.m[0][0], &w.k0[0]
	for d := range s.digits() {
		for i, o := range operations {
			w.index[2*i], w.index[2*i+1] = uint64(o.key.primes[0].digits[d]), uint64(o.key.primes[1].digits[d])
		}
		if d == 0 {
			s.widePick(res, &w.table[0][0], &w.index[0])
			continue
		}
		for range 4 {
			s.wideSquare(res, res, m, k0, &w.columns[0][0])
		}
		s.widePick(&w.low[0][0], &w.table[0][0], &w.index[0])
		s.wideMul(res, res, &w.low[0][0], m, k0)
	}
	s.wideMul(res, res, &w.one[0][0], m, k0) // out of Montgomery's form
}

// combine is Garner's for every operation: h = (m1 - m2)/q modulo p. The lanes of
// the first primes do the product.
func (w *wideSpace) combine(s *size, operations []*operation) {
	w.a, w.b = [maxLimbs]lane{}, [maxLimbs]lane{}
	for i, o := range operations {
		r := &w.halves[i]
		for j := range s.limbs {
			r.m1[j], r.m2Limbs[j] = w.res[j][2*i], w.res[j][2*i+1]
		}
		o.difference(r)
		for j := range s.limbs {
			w.a[j][2*i], w.b[j][2*i] = r.hLimbs[j], o.key.qInverse[j]
		}
	}
	s.wideMul(&w.low[0][0], &w.a[0][0], &w.b[0][0], &w.m[0][0], &w.k0[0])
	for i, o := range operations {
		r := &w.halves[i]
		for j := range s.limbs {
			r.hLimbs[j] = w.low[j][2*i]
		}
		o.finish(r)
	}
}
