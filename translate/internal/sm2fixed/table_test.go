package sm2fixed

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

// FuzzTimes compares multiples of the base point and of another with those of gmsm.
func FuzzTimes(f *testing.F) {
	for _, k := range edges() {
		f.Add(k.Bytes())
	}
	key := newPrivate(f)
	q := pointOf(bytesOf(key.X), bytesOf(key.Y))
	table := newTable(&q)
	curve := sm2.P256()
	f.Fuzz(func(t *testing.T, b []byte) {
		k := new(big.Int).SetBytes(b[:min(len(b), 32)])
		if k.Mod(k, order).Sign() == 0 {
			return
		}
		number := newScalar(bytesOf(k))
		x, y := curve.ScalarBaseMult(k.Bytes()) //nolint:staticcheck // the arithmetic to compare with
		wantPoint(t, fmt.Sprintf("%x times G", k), generator().times(&number), x, y)
		x, y = curve.ScalarMult(key.X, key.Y, k.Bytes()) //nolint:staticcheck // as above
		wantPoint(t, fmt.Sprintf("%x times Q", k), table.times(&number), x, y)
		var public point
		for i := range windows {
			table.addTo(&public, &number, i)
		}
		wantPoint(t, fmt.Sprintf("%x times Q in public", k), public, x, y)
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
	beyond := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), order) // what the last digit may reach beyond the order
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

// TestAnyTwoPointsAreAdded adds what the fast addition cannot.
func TestAnyTwoPointsAreAdded(t *testing.T) {
	t.Parallel()
	curve := sm2.P256()
	key := newPrivate(t)
	q := pointOf(bytesOf(key.X), bytesOf(key.Y))
	opposite := q
	opposite.y.sub(&element{}, &q.y)
	var sum point
	sum.addAny(&q)
	wantPoint(t, "0 + Q", sum, key.X, key.Y)
	sum.addAny(&q)
	x, y := curve.ScalarMult(key.X, key.Y, []byte{2}) //nolint:staticcheck // the arithmetic to compare with
	wantPoint(t, "Q + Q", sum, x, y)
	sum.addAny(&opposite)
	wantPoint(t, "2Q − Q", sum, key.X, key.Y)
	if sum.addAny(&opposite); !sum.isInfinity() {
		t.Error("Q − Q is not infinity")
	}
	sum.addAny(&opposite)
	sum.addAny(&opposite)
	sum.addAny(&q)
	sum.addAny(&q)
	if !sum.isInfinity() {
		t.Error("−2Q + 2Q is not infinity")
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

func wantPoint(t *testing.T, what string, p point, x, y *big.Int) {
	t.Helper()
	if p.isInfinity() {
		t.Fatalf("%s is infinity", what)
	}
	got := affinely([]point{p})[0]
	if gotX, gotY := got.x.bytes(), got.y.bytes(); gotX != *bytesOf(x) || gotY != *bytesOf(y) {
		t.Errorf("%s is (%x, %x), want (%x, %x)", what, gotX, gotY, x, y)
	}
}
