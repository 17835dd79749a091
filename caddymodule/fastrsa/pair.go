package fastrsa

// pairSpace is the work space of a lone operation: a pair of numbers, one modulo
// each prime, in all of it.
type pairSpace struct {
	table          [16 * 2 * maxStride]uint64 // the powers 0 to 15
	a, b, m        [2 * maxStride]uint64
	r2, r3, one    [2 * maxStride]uint64
	low, high, res [2 * maxStride]uint64
	k0             [2]uint64
	words          [2 * maxWords]uint64
	recombination
}

// run does one operation.
func (w *pairSpace) run(o *operation) {
	defer func() { *w = pairSpace{} }()
	s := o.key.size
	w.load(o)
	w.powers(s)
	w.exponentiate(o)
	w.combine(o)
}

// load lays out the operands. The argument, twice as long as a prime, is low +
// high·R.
func (w *pairSpace) load(o *operation) {
	s := o.key.size
	toWords(w.words[:2*s.words()], o.in)
	for i := range o.key.primes {
		p, at := &o.key.primes[i], i*s.stride
		w.k0[i], w.one[at] = p.k0, 1
		copy(w.m[at:], p.m[:s.limbs])
		copy(w.r2[at:], p.r2[:s.limbs])
		copy(w.r3[at:], p.r3[:s.limbs])
		copy(w.table[at:], p.r1[:s.limbs])
		for j := range s.limbs {
			w.a[at+j], w.b[at+j] = limbAt(w.words[:2*s.words()], j), limbAt(w.words[:2*s.words()], s.limbs+j)
		}
	}
}

// entry is power i in the table.
func (w *pairSpace) entry(s *size, i int) []uint64 { return w.table[2*s.stride*i : 2*s.stride*(i+1)] }

// powers fills the table with the powers of the argument.
func (w *pairSpace) powers(s *size) {
	m, k0 := &w.m[0], &w.k0[0]
	s.pairMul(&w.low[0], &w.a[0], &w.r2[0], m, k0)
	s.pairMul(&w.high[0], &w.b[0], &w.r3[0], m, k0)
	first := w.entry(s, 1)
	for at := 0; at <= s.stride; at += s.stride {
		addLimbs(first[at:at+s.limbs], w.low[at:], w.high[at:])
	}
	for i := 2; i < 16; i++ {
		s.pairMul(&w.entry(s, i)[0], &w.entry(s, i-1)[0], &first[0], m, k0)
	}
}

// exponentiate works through the digits of both exponents at once.
func (w *pairSpace) exponentiate(o *operation) {
	s, res, m, k0 := o.key.size, &w.res[0], &w.m[0], &w.k0[0]
	p, q := &o.key.primes[0].digits, &o.key.primes[1].digits
	s.pairPick(res, &w.table[0], uint64(p[0]), uint64(q[0]))
	for d := 1; d < s.digits(); d++ {
		for range 4 {
			s.pairMul(res, res, res, m, k0)
		}
		s.pairPick(&w.low[0], &w.table[0], uint64(p[d]), uint64(q[d]))
		s.pairMul(res, res, &w.low[0], m, k0)
	}
	s.pairMul(res, res, &w.one[0], m, k0) // out of Montgomery's form
}

// combine is Garner's: h = (m1 - m2)/q modulo p.
func (w *pairSpace) combine(o *operation) {
	s := o.key.size
	copy(w.m1[:s.limbs], w.res[:])
	copy(w.m2Limbs[:s.limbs], w.res[s.stride:])
	o.difference(&w.recombination)
	clear(w.a[:])
	clear(w.b[:])
	copy(w.a[:], w.hLimbs[:s.limbs])
	copy(w.b[:], o.key.qInverse[:s.limbs])
	s.pairMul(&w.low[0], &w.a[0], &w.b[0], &w.m[0], &w.k0[0])
	copy(w.hLimbs[:s.limbs], w.low[:])
	o.finish(&w.recombination)
}
