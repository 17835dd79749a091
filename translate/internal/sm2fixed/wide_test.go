package sm2fixed

import (
	"math/big"
	"math/rand/v2"
	"os"
	"testing"
)

// needKernels skips a test where the processor has not the instructions.
func needKernels(tb testing.TB) {
	tb.Helper()
	switch {
	case kernel != nil:
	case os.Getenv("PAYBRIDGE_REQUIRE_IFMA") != "":
		tb.Fatal("this processor has no AVX-512 IFMA, or it is turned off")
	default:
		tb.Skip("this processor has no AVX-512 IFMA, or it is turned off")
	}
}

// FuzzKernels adds in eight lanes what need be no points, and compares with the additions
// of package sm2fixed for one. A lane has a number below p, or the same with p added, which
// the kernels may leave.
func FuzzKernels(f *testing.F) {
	needKernels(f)
	for i := range 8 {
		seed := make([]byte, 6*33)
		for j := range 6 {
			limit := new(big.Int).Sub(prime, big.NewInt(int64(1+i*j)))
			if (i+j)%3 == 0 {
				limit = big.NewInt(int64(i))
			}
			limit.FillBytes(seed[33*j : 33*j+32])
			seed[33*j+32] = byte(i)
		}
		f.Add(seed, uint64(i))
	}
	f.Fuzz(func(t *testing.T, numbers []byte, seed uint64) {
		var p, q [lanes]point
		var wideP, wideQ widePoint
		chance := rand.New(rand.NewPCG(seed, 1))
		for l := range lanes {
			for i, c := range []struct {
				of   *element
				wide *wideElement
			}{{&p[l].x, &wideP.x}, {&p[l].y, &wideP.y}, {&p[l].z, &wideP.z}, {&q[l].x, &wideQ.x}, {&q[l].y, &wideQ.y}, {&q[l].z, &wideQ.z}} {
				var b [33]byte
				copy(b[:], numbers[min(len(numbers), 33*i):])
				for range l {
					b[chance.IntN(33)] ^= byte(chance.Uint32())
				}
				c.of.setBytes((*[32]byte)(b[:]))
				c.wide.set(l, c.of)
				if b[32]&1 == 1 {
					c.wide.addPrime(l)
				}
			}
		}
		var work [8]wideElement
		mixed, whole := wideP, wideP
		kernel.addAffine(&mixed, &wideAffine{wideQ.x, wideQ.y}, &work)
		kernel.addPoint(&whole, &wideQ, &work)
		for l := range lanes {
			want := p[l]
			want.add(&affine{q[l].x, q[l].y})
			wantLane(t, "addAffine", l, &mixed, &want)
			want = p[l]
			want.addWhole(&q[l])
			wantLane(t, "addPoint", l, &whole, &want)
		}
	})
}

// addPrime adds p to a lane whose number is below p.
func (z *wideElement) addPrime(l int) {
	var carry uint64
	p := new(big.Int).Set(prime)
	for i := range z {
		low := new(big.Int).And(p, new(big.Int).SetUint64(1<<52-1))
		p.Rsh(p, 52)
		z[i][l] += low.Uint64() + carry
		carry = z[i][l] >> 52
		z[i][l] &= 1<<52 - 1
	}
}

// addWhole is [point.add] of any point.
func (p *point) addWhole(q *point) {
	var zz1, zz2, u1, u2, s1, s2, h, r, hh, hhh, v element
	zz1.mul(&p.z, &p.z)
	zz2.mul(&q.z, &q.z)
	u1.mul(&p.x, &zz2)
	u2.mul(&q.x, &zz1)
	s1.mul(&p.y, &zz2)
	s1.mul(&s1, &q.z)
	s2.mul(&q.y, &zz1)
	s2.mul(&s2, &p.z)
	h.sub(&u2, &u1)
	r.sub(&s2, &s1)
	hh.mul(&h, &h)
	hhh.mul(&hh, &h)
	v.mul(&u1, &hh)
	p.z.mul(&p.z, &q.z)
	p.z.mul(&p.z, &h)
	p.x.mul(&r, &r)
	p.x.sub(&p.x, &hhh)
	p.x.sub(&p.x, &v)
	p.x.sub(&p.x, &v)
	v.sub(&v, &p.x)
	v.mul(&v, &r)
	s1.mul(&s1, &hhh)
	p.y.sub(&v, &s1)
}

func wantLane(t *testing.T, what string, l int, got *widePoint, want *point) {
	t.Helper()
	for limb := range got.x {
		if got.x[limb][l]|got.y[limb][l]|got.z[limb][l] > 1<<52-1 {
			t.Errorf("%s, lane %d: a limb has more than 52 bits", what, l)
		}
	}
	if got := (point{got.x.get(l), got.y.get(l), got.z.get(l)}); got != *want {
		t.Errorf("%s, lane %d: %x, want %x", what, l, got, *want)
	}
}

// TestChoose looks at every digit in every lane, and at the opposite of every point.
func TestChoose(t *testing.T) {
	t.Parallel()
	needKernels(t)
	table := generator().wide
	for step := range table {
		for u := range uint64(16) {
			var words lane
			for l := range words {
				words[l] = rand.Uint64()>>32&^(15<<(4*step)) | (u+uint64(l))%16<<(4*step)
			}
			var q wideAffine
			kernel.chooseAffine(&q, &table[step], &words, uint64(4*step))
			for l := range words {
				index, negative := (u+uint64(l))%16-8, uint64(0)
				if (u+uint64(l))%16 < 8 {
					index, negative = 7-(u+uint64(l))%16, 1
				}
				want := affine{table[step][index].x.get(l), table[step][index].y.get(l)}
				want.negate(negative)
				if got := (affine{q.x.get(l), q.y.get(l)}); got != want {
					t.Errorf("step %d, lane %d, digit %d: %x, want %x", step, l, (u+uint64(l))%16, got, want)
				}
			}
		}
	}
}

// TestRoomsAreCleared looks whether a sum leaves something of its numbers behind.
func TestRoomsAreCleared(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for range 100 {
		k := scalar{0x5ec2e7}
		if _, known := sumOf(term{generator(), &k}); !known {
			t.Fatal("a multiple is not known")
		}
		if r := rooms.Get().(*room); *r != (room{}) { //nolint:forcetypeassert // there is nothing else
			t.Fatal("a room is not empty")
		}
	}
}
