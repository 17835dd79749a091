package sm2fixed

import (
	"math/big"
	randv2 "math/rand/v2"
	"testing"

	"github.com/paybridge/paybridge/tests/leakage"
)

// BenchmarkTiming asks, as dudect does, whether the time of an encryption, a signature or
// a decryption tells one class of secret numbers from another: one number from many, 1 from
// many. It prints the t of [leakage.Compare].
func BenchmarkTiming(b *testing.B) {
	private := newPrivate(b)
	table, signer, message := newPair(b, private).multiples(), prepared(b, private), make([]byte, 16)
	random := func() *big.Int {
		n := new(big.Int)
		for range 4 {
			n.Add(n.Lsh(n, 64), new(big.Int).SetUint64(randv2.Uint64()))
		}
		return n.Mod(n, order)
	}
	fixed := random()
	operations := map[string]func(*scalar){
		"encrypt": func(number *scalar) {
			sent, _ := sumOf(term{generator(), number})
			shared, _ := sumOf(term{table, number})
			encrypt([]point{sent, shared}, message)
		},
		"sign": func(number *scalar) {
			multiple, _ := sumOf(term{generator(), number})
			signer.pair(&scalar{12345}, number, &multiple)
		},
	}
	if kernel != nil {
		of := pointOf(bytesOf(private.X), bytesOf(private.Y))
		operations["decrypt"] = func(number *scalar) {
			multiple := wideTimes(&of, number)
			secretOf(&affinely([]point{multiple})[0]).xor(message)
		}
	}
	for operation, run := range operations {
		for _, c := range []struct {
			name         string
			first, other func() *big.Int
		}{
			{"fixed_and_random", func() *big.Int { return fixed }, random},
			{"one_and_random", func() *big.Int { return big.NewInt(1) }, random},
			{"random_and_random", random, random}, // what chance does
		} {
			b.Run(operation+"/"+c.name, func(b *testing.B) {
				var numbers [2][512]scalar // made beforehand: how they are made takes different times
				for i := range numbers[0] {
					numbers[0][i], numbers[1][i] = newScalar(bytesOf(c.first())), newScalar(bytesOf(c.other()))
				}
				b.ResetTimer()
				b.ReportMetric(leakage.Compare(b.N, func(class int) func() {
					number := numbers[class][randv2.IntN(len(numbers[class]))]
					return func() { run(&number) }
				}), "t")
			})
		}
	}
}
