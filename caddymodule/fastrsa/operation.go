package fastrsa

import "crypto/subtle"

// operation is one private operation: in^d modulo n.
type operation struct {
	key  *parts
	in   []byte      // as long as the modulus, and below it
	out  []byte      // as long as the modulus; nil when it went wrong
	turn chan *space // has room for one: a space to work in, nil when it is done
}

// difference begins Garner's: it reduces both halves and leaves m1 - m2 + 2p in
// hLimbs. Its product with qInverse, modulo p, is h.
func (o *operation) difference(w *recombination) {
	n, p, q := o.key.size.limbs, &o.key.primes[0], &o.key.primes[1]
	reduceOnce(w.m1[:n], p.m[:])
	reduceOnce(w.m2Limbs[:n], q.m[:])
	subAbove(w.hLimbs[:n], w.m1[:], w.m2Limbs[:], p.m[:])
}

// finish puts the halves together, s = m2 + h·q, and hands the result out only if
// the public key confirms it: one that is wrong modulo one prime alone would give
// the key away. The limbs of h and m2 are in the work space.
func (o *operation) finish(w *recombination) {
	s := o.key.size
	words, h := s.words(), w.hLimbs[:s.limbs]
	reduceOnce(h, o.key.primes[0].m[:])
	limbsToWords(w.h[:words], h)
	limbsToWords(w.m2[:words], w.m2Limbs[:s.limbs])
	result := w.result[:2*words]
	mulAdd(result, w.h[:words], o.key.q[:words], w.m2[:words])
	out := make([]byte, s.bytes)
	raised, below := o.key.public.power(s, result, &w.raising)
	fromWords(out, raised)
	if subtle.ConstantTimeCompare(out, o.in)&below != 1 {
		clear(out)
		return
	}
	fromWords(out, result)
	o.out = out
}

// recombination is the room for what becomes of the halves of an operation.
type recombination struct {
	m1, m2Limbs, hLimbs [maxLimbs]uint64
	m2, h               [maxWords]uint64
	result              [2 * maxWords]uint64
	raising
}
