package fastrsa

// A limb is 52 bits of a number, in a word: what the instructions multiply.
const (
	limbBits = 52
	limbMask = 1<<limbBits - 1
)

// maxLimbs and maxWords are those of a prime of 1024 bits; maxStride has room for
// its limbs in whole registers.
const (
	maxLimbs  = 20
	maxStride = 24
	maxWords  = 1024 / 64
)

// whole has the limbs of a number as long as the modulus, and the zero that singleMul
// reads behind them.
type whole = [2*maxLimbs + 1]uint64

// lane has one limb of eight numbers.
type lane = [8]uint64

// size is a length of primes with its kernels, which divide by R = 2^(52·limbs);
// singleMul, for numbers as long as the modulus, by 2^(104·limbs). Where a·b is at most
// R·m they give a number below 2m.
type size struct {
	bytes  int // of the modulus: twice a prime
	limbs  int // of a prime
	stride int // words between the two numbers of a pair

	wideMul    func(res, a, b, m, k0 *uint64)
	wideSquare func(res, a, m, k0, columns *uint64)
	widePick   func(res, table, index *uint64)
	pairMul    func(res, a, b, m, k0 *uint64)
	pairPick   func(res, table *uint64, i, j uint64)
	singleMul  func(res, a, b, m, k0 *uint64)

	crew func() *crew
}

// words is how many words of 64 bits a prime has.
func (s *size) words() int { return s.bytes / 16 }

// digits is how many times four bits the exponent of a prime has.
func (s *size) digits() int { return s.bytes }

// sizeOf returns the size of a modulus of so many bytes, nil when there is none.
func sizeOf(bytes int) *size {
	for _, s := range sizes {
		if s.bytes == bytes {
			return s
		}
	}
	return nil
}
