package fastrsa_test

import (
	"crypto/rand"
	"crypto/rsa"
	"math"
	"math/big"
	randv2 "math/rand/v2"
	"slices"
	"testing"
	"time"
)

// BenchmarkTiming asks, as dudect does, whether the time of a decryption tells one
// class of inputs from another: a fixed ciphertext from random ones, one with good
// padding from one with broken padding. It prints Welch's t of the two, without
// the slowest tenth; beyond 4.5, and growing with the number of operations, is a
// leak. Chance may bring a single 3.
func BenchmarkTiming(b *testing.B) {
	key, k := newKey(b, 2048)
	random := func() []byte {
		x, err := rand.Int(rand.Reader, key.N)
		if err != nil {
			b.Fatal(err)
		}
		return x.FillBytes(make([]byte, key.Size()))
	}
	good := func() []byte {
		c, err := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, []byte("12345678"))
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	fixed, one := random(), big.NewInt(1).FillBytes(make([]byte, key.Size()))
	for _, c := range []struct {
		name         string
		first, other func() []byte
	}{
		{"fixed_and_random", func() []byte { return fixed }, random},
		{"one_and_random", func() []byte { return one }, random},
		{"good_and_broken_padding", good, random},
		{"random_and_random", random, random}, // what chance does
	} {
		b.Run(c.name, func(b *testing.B) {
			var inputs [2][512][]byte // made beforehand: how they are made takes different times
			for i := range inputs[0] {
				inputs[0][i], inputs[1][i] = slices.Clone(c.first()), slices.Clone(c.other())
			}
			var times [2][]float64
			b.ResetTimer()
			for range b.N {
				class := randv2.IntN(2)
				in := inputs[class][randv2.IntN(len(inputs[class]))]
				start := time.Now()
				_, err := k.Decrypt(rand.Reader, in, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8})
				times[class] = append(times[class], float64(time.Since(start)))
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(math.Abs(welch(quickest(times[0]), quickest(times[1]))), "t")
		})
	}
}

// quickest leaves out the slowest tenth, which the machine's other work made.
func quickest(times []float64) []float64 {
	slices.Sort(times)
	return times[:len(times)*9/10]
}

// welch is the t of Welch's test.
func welch(a, b []float64) float64 {
	meanA, errA := meanAndError(a)
	meanB, errB := meanAndError(b)
	return (meanA - meanB) / math.Sqrt(errA+errB)
}

// meanAndError are the mean and its variance.
func meanAndError(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	n := float64(len(x))
	return mean, variance / (n - 1) / n
}
