package sm2fixed

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

// each runs a test with both kinds of tables, as far as the machine has both.
func each(tb testing.TB, run func(kind string, of func(*affine) *table)) {
	tb.Helper()
	run("narrow", narrowOf)
	if kernel != nil {
		run("wide", wideOf)
	}
}

func narrowOf(of *affine) *table { return &table{narrow: newNarrow(of)} }

func wideOf(of *affine) *table { return &table{wide: newWide(of)} }

// FuzzSum compares multiples of the base point and of another, and their sum, with those
// of gmsm.
func FuzzSum(f *testing.F) {
	for _, k := range edges() {
		f.Add(k.Bytes(), []byte{7})
		f.Add([]byte{8}, k.Bytes())
	}
	key := newPrivate(f)
	q := pointOf(bytesOf(key.X), bytesOf(key.Y))
	curve := sm2.P256()
	g := pointOf(bytesOf(curve.Params().Gx), bytesOf(curve.Params().Gy))
	var tables [][2]*table
	each(f, func(_ string, newOf func(*affine) *table) {
		tables = append(tables, [2]*table{newOf(&g), newOf(&q)})
	})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		j, k := new(big.Int).SetBytes(a[:min(len(a), 32)]), new(big.Int).SetBytes(b[:min(len(b), 32)])
		if j.Mod(j, order).Sign() == 0 || k.Mod(k, order).Sign() == 0 {
			return
		}
		first, second := newScalar(bytesOf(j)), newScalar(bytesOf(k))
		gx, gy := curve.ScalarBaseMult(j.Bytes())           //nolint:staticcheck // the arithmetic to compare with
		qx, qy := curve.ScalarMult(key.X, key.Y, k.Bytes()) //nolint:staticcheck // as above
		x, y := curve.Add(gx, gy, qx, qy)                   //nolint:staticcheck // as above
		for _, of := range tables {
			wantSum(t, fmt.Sprintf("%x times G", j), gx, gy, term{of[0], &first})
			wantSum(t, fmt.Sprintf("%x times Q", k), qx, qy, term{of[1], &second})
			wantSum(t, fmt.Sprintf("%x times G and %x times Q", j, k), x, y, term{of[0], &first}, term{of[1], &second})
		}
	})
}

// edges are numbers with digits, limbs and windows at their limits, all below the order.
func edges() (numbers []*big.Int) {
	for i := range uint(256) {
		power := new(big.Int).Lsh(big.NewInt(1), i)
		for d := int64(-1); d <= 1; d++ {
			numbers = append(numbers, new(big.Int).Add(power, big.NewInt(d)), new(big.Int).Sub(order, new(big.Int).Add(power, big.NewInt(d))))
		}
	}
	for d := range int64(40) {
		numbers = append(numbers, big.NewInt(d), new(big.Int).Sub(order, big.NewInt(d)))
	}
	for _, digit := range []string{"01111", "10000", "10001", "11111", "00001"} { // of which all windows are full
		number := new(big.Int)
		for range windows - 1 {
			var d int64
			_, _ = fmt.Sscanf(digit, "%b", &d)
			number.Add(number.Lsh(number, window), big.NewInt(d))
		}
		numbers = append(numbers, number)
	}
	beyond := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), order) // what the digits may reach beyond the order
	for times := range int64(4) {
		for d := int64(-2); d <= 2; d++ {
			near := new(big.Int).Add(new(big.Int).Mul(beyond, big.NewInt(times)), big.NewInt(d))
			numbers = append(numbers, near, new(big.Int).Neg(near))
		}
	}
	for _, n := range numbers {
		n.Mod(n, order)
	}
	return numbers
}

// unknown are the numbers of which a narrow sum meets equal points on the way: before the
// last digit of n − 6, which is −3, it is n − 3.
var unknown = []*big.Int{big.NewInt(6), new(big.Int).Sub(order, big.NewInt(6))}

// TestSumsThatAreNotKnown has numbers, and tables of points, of which the fast addition
// can tell nothing: it says so.
func TestSumsThatAreNotKnown(t *testing.T) {
	t.Parallel()
	each(t, func(kind string, newOf func(*affine) *table) {
		p := pointOf(bytesOf(sm2.P256().Params().Gx), bytesOf(sm2.P256().Params().Gy))
		opposite := p
		opposite.negate(1)
		of, ofOpposite := newOf(&p), newOf(&opposite)
		for _, number := range unknown {
			k := newScalar(bytesOf(number))
			if sum, known := sumOf(term{of, &k}); known != (kind == "wide") {
				t.Errorf("%s: %x times: %v", kind, number, sum)
			}
		}
		k, one := newScalar(bytesOf(big.NewInt(1234567))), scalar{1}
		for _, terms := range [][]term{{{of, &k}, {ofOpposite, &k}}, {{of, &one}, {ofOpposite, &one}}} {
			if sum, known := sumOf(terms...); known {
				t.Errorf("%s: infinity is %v", kind, sum)
			}
		}
	})
}

// TestMistakesAreSeen has tables of which one bit is wrong: no sum that is made of it is a
// point of the curve.
func TestMistakesAreSeen(t *testing.T) {
	t.Parallel()
	p := pointOf(bytesOf(sm2.P256().Params().Gx), bytesOf(sm2.P256().Params().Gy))
	for range 100 {
		k, err := randomScalar(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		each(t, func(kind string, newOf func(*affine) *table) {
			of := newOf(&p)
			damage(of)
			if _, known := sumOf(term{of, k}); known {
				t.Errorf("%s: %x times is taken", kind, *k)
			}
		})
	}
}

// damage has a bit wrong in every multiple of one window.
func damage(of *table) {
	if of.wide != nil {
		for i := range of.wide[3] {
			of.wide[3][i].y[1][5] ^= 1 << 40
		}
		return
	}
	for i := range of.narrow.of[7] {
		of.narrow.of[7][i].x[2] ^= 1 << 9
	}
}

func newPrivate(tb testing.TB) *sm2.PrivateKey {
	tb.Helper()
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func wantSum(t *testing.T, what string, x, y *big.Int, terms ...term) {
	t.Helper()
	sum, known := sumOf(terms...)
	if !known {
		if x.Sign() != 0 && !rare(terms) {
			t.Errorf("%s is not known", what)
		}
		return
	}
	wantPoint(t, what, &sum, x, y)
}

func wantPoint(t *testing.T, what string, p *point, x, y *big.Int) {
	t.Helper()
	got := affinely([]point{*p})[0]
	if gotX, gotY := got.x.bytes(), got.y.bytes(); gotX != *bytesOf(x) || gotY != *bytesOf(y) {
		t.Errorf("%s is (%x, %x), want (%x, %x)", what, gotX, gotY, x, y)
	}
}

// rare reports whether one of the numbers is known to meet equal points.
func rare(terms []term) bool {
	return slices.ContainsFunc(terms, func(of term) bool {
		return slices.ContainsFunc(unknown, func(n *big.Int) bool { return newScalar(bytesOf(n)) == *of.number })
	})
}

func coordinates(p *point) (x, y *big.Int) {
	q := affinely([]point{*p})[0]
	xBytes, yBytes := q.x.bytes(), q.y.bytes()
	return new(big.Int).SetBytes(xBytes[:]), new(big.Int).SetBytes(yBytes[:])
}
