package fastrsa

import (
	"crypto/rand"
	"math/big"
	"os"
	"testing"
)

// number reads limbs back.
func number(limbs []uint64) *big.Int {
	x := new(big.Int)
	for i := len(limbs) - 1; i >= 0; i-- {
		x.Lsh(x, limbBits).Add(x, new(big.Int).SetUint64(limbs[i]))
	}
	return x
}

// cut is the other way round.
func cut(limbs []uint64, x *big.Int) {
	y, mask := new(big.Int).Set(x), big.NewInt(limbMask)
	for i := range limbs {
		limbs[i] = new(big.Int).And(y, mask).Uint64()
		y.Rsh(y, limbBits)
	}
}

// operands are two numbers of so many limbs, whose product is at most R·m.
type operands struct {
	a, b, m *big.Int
	limbs   int
}

// operandsOf draws a modulus of so many bits and operands: the first few at the edges,
// the next so that the product has limbs of zeros, through which carries run.
func operandsOf(t *testing.T, length, limbs, round int) operands {
	t.Helper()
	m, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), uint(length)))
	if err != nil {
		t.Fatal(err)
	}
	m.SetBit(m.SetBit(m, 0, 1), length-1, 1) // odd and as long as a prime: that is all that counts
	twice := new(big.Int).Lsh(m, 1)
	ones := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(length)), big.NewInt(1)) // limbs of ones
	edges := []*big.Int{
		big.NewInt(0), big.NewInt(1), new(big.Int).Sub(m, big.NewInt(1)), m,
		new(big.Int).Add(m, big.NewInt(1)), new(big.Int).Sub(twice, big.NewInt(1)), ones,
	}
	if round < len(edges)*len(edges) {
		return operands{edges[round/len(edges)], edges[round%len(edges)], m, limbs}
	}
	if beyond := round - edgeRounds; beyond >= 0 && beyond < 3 {
		// The halves of an argument, and sums of two numbers, are not below 2m.
		all := operands{m: m, limbs: limbs}.r()
		large := []*big.Int{all.Sub(all, big.NewInt(1)), new(big.Int).Mul(m, big.NewInt(3)), new(big.Int).Lsh(m, 2)}
		return operands{large[beyond], new(big.Int).Sub(m, big.NewInt(2)), m, limbs}
	}
	a, errA := rand.Int(rand.Reader, twice)
	b, errB := rand.Int(rand.Reader, twice)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	o := operands{a, b, m, limbs}
	if inverse := new(big.Int).ModInverse(b, m); round < edgeRounds && inverse != nil {
		product := withZeros(new(big.Int).Mod(a, m), limbs, round)
		o.a = product.Mul(product, o.r()).Mul(product, inverse).Mod(product, m)
	}
	return o
}

// withZeros is x with a run of limbs cleared, neither the lowest nor the highest: another
// run in each round.
func withZeros(x *big.Int, limbs, round int) *big.Int {
	from := 1 + round%(limbs-3)
	to := from + 1 + round/(limbs-3)%(limbs-2-from)
	run := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(limbBits*to)), new(big.Int).Lsh(big.NewInt(1), uint(limbBits*from)))
	return x.AndNot(x, run)
}

// r is R.
func (o operands) r() *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(limbBits*o.limbs)) }

// check compares a kernel's product with that of math/big, and its bound.
func (o operands) check(t *testing.T, name string, got, x, y *big.Int) {
	t.Helper()
	if most := o.r(); new(big.Int).Mul(x, y).Cmp(most.Mul(most, o.m)) > 0 {
		return // the square of what is not below 2m
	}
	want := new(big.Int).Mul(x, y)
	want.Mul(want, new(big.Int).ModInverse(o.r(), o.m)).Mod(want, o.m)
	if got.Cmp(new(big.Int).Lsh(o.m, 1)) >= 0 || new(big.Int).Mod(got, o.m).Cmp(want) != 0 {
		t.Fatalf("%s%d of %x and %x modulo %x is %x, want %x or as much again", name, o.limbs, x, y, o.m, got, want)
	}
}

// factor is -1/m modulo 2^52, as math/big finds it.
func (o operands) factor() uint64 {
	base := new(big.Int).Lsh(big.NewInt(1), limbBits)
	return new(big.Int).Sub(base, new(big.Int).ModInverse(o.m, base)).Uint64()
}

// kernelRounds has a full round of edges, the products with zeros, what is not below 2m,
// and chance.
const (
	edgeRounds   = 49 + 150
	kernelRounds = edgeRounds + 3 + 60
)

func needKernels(t testing.TB) {
	t.Helper()
	switch err := Available(); {
	case err != nil && os.Getenv("PAYBRIDGE_REQUIRE_IFMA") != "":
		t.Fatal(err)
	case err != nil:
		t.Skip(err)
	}
}

// TestWideKernels has another modulus in each of eight lanes.
func TestWideKernels(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		for round := range kernelRounds {
			var w wideSpace
			var all [8]operands
			for l := range all {
				all[l] = operandsOf(t, 4*s.bytes, s.limbs, (round+l)%kernelRounds)
				w.k0[l] = minusInverse(all[l].m.Uint64())
				if w.k0[l] != all[l].factor() {
					t.Fatalf("minusInverse(%x) is %x", all[l].m.Uint64(), w.k0[l])
				}
				setLane(w.a[:s.limbs], l, all[l].a)
				setLane(w.b[:s.limbs], l, all[l].b)
				setLane(w.m[:s.limbs], l, all[l].m)
			}
			s.wideMul(&w.low[0][0], &w.a[0][0], &w.b[0][0], &w.m[0][0], &w.k0[0])
			s.wideSquare(&w.high[0][0], &w.a[0][0], &w.m[0][0], &w.k0[0], &w.columns[0][0])
			for l, o := range all {
				o.check(t, "wideMul", laneOf(w.low[:s.limbs], l), o.a, o.b)
				o.check(t, "wideSquare", laneOf(w.high[:s.limbs], l), o.a, o.a)
			}
			// In place, as the exponentiation has it.
			s.wideSquare(&w.a[0][0], &w.a[0][0], &w.m[0][0], &w.k0[0], &w.columns[0][0])
			for l, o := range all {
				o.check(t, "wideSquare in place", laneOf(w.a[:s.limbs], l), o.a, o.a)
			}
		}
	}
}

func setLane(column []lane, l int, x *big.Int) {
	limbs := make([]uint64, len(column))
	cut(limbs, x)
	for j := range column {
		column[j][l] = limbs[j]
	}
}

func laneOf(column []lane, l int) *big.Int {
	limbs := make([]uint64, len(column))
	for j := range column {
		limbs[j] = column[j][l]
	}
	return number(limbs)
}

func TestPairKernels(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		for round := range kernelRounds {
			var w pairSpace
			var both [2]operands
			for i := range both {
				both[i] = operandsOf(t, 4*s.bytes, s.limbs, (round+7*i)%kernelRounds)
				w.k0[i] = both[i].factor()
				at := i * s.stride
				cut(w.a[at:at+s.limbs], both[i].a)
				cut(w.b[at:at+s.limbs], both[i].b)
				cut(w.m[at:at+s.limbs], both[i].m)
			}
			s.pairMul(&w.low[0], &w.a[0], &w.b[0], &w.m[0], &w.k0[0])
			s.pairMul(&w.a[0], &w.a[0], &w.a[0], &w.m[0], &w.k0[0])
			for i, o := range both {
				at := i * s.stride
				o.check(t, "pairMul", number(w.low[at:at+s.stride]), o.a, o.b)
				o.check(t, "pairMul in place", number(w.a[at:at+s.stride]), o.a, o.a)
			}
		}
	}
}

func TestSingleKernels(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		n := 2 * s.limbs
		for round := range kernelRounds {
			o := operandsOf(t, 8*s.bytes, n, round)
			k := public{k0: o.factor()}
			var a, b, product whole
			cut(a[:n], o.a)
			cut(b[:n], o.b)
			cut(k.m[:n], o.m)
			k.mul(s, &product, &a, &b)
			k.mul(s, &a, &a, &a)
			o.check(t, "singleMul", number(product[:]), o.a, o.b)
			o.check(t, "singleMul in place", number(a[:]), o.a, o.a)
		}
	}
}

// TestPicks has a table without two equal words.
func TestPicks(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		var wide wideSpace
		var pair pairSpace
		for i := range 16 {
			for j := range wide.entry(s, i) {
				for l := range 8 {
					wide.entry(s, i)[j][l] = uint64(i<<16 | j<<8 | l)
				}
			}
			for j := range pair.entry(s, i) {
				pair.entry(s, i)[j] = uint64(i<<8 | j)
			}
		}
		for first := range uint64(16) {
			for l := range uint64(8) {
				wide.index[l] = (first + 5*l) % 16
			}
			s.widePick(&wide.res[0][0], &wide.table[0][0], &wide.index[0])
			second := (first + 9) % 16
			s.pairPick(&pair.res[0], &pair.table[0], first, second)
			for j := range s.limbs {
				for l := range 8 {
					if want := wide.entry(s, int(wide.index[l]))[j][l]; wide.res[j][l] != want {
						t.Fatalf("widePick%d of %d, limb %d, is %x, want %x", s.limbs, wide.index[l], j, wide.res[j][l], want)
					}
				}
			}
			for j := range s.stride {
				if pair.res[j] != pair.entry(s, int(first))[j] || pair.res[s.stride+j] != pair.entry(s, int(second))[s.stride+j] {
					t.Fatalf("pairPick%d of %d and %d, limb %d, is %x and %x", s.limbs, first, second, j, pair.res[j], pair.res[s.stride+j])
				}
			}
		}
	}
}
