package fastrsa_test

import (
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	randv2 "math/rand/v2"
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
	"github.com/paybridge/paybridge/tests/leakage"
)

// BenchmarkTiming asks, as dudect does, whether the time of a decryption tells one
// class of inputs from another: a fixed ciphertext from random ones, one with good
// padding from one with broken padding. It measures a whole decryption alone, and a
// batch of four roots whose inputs are all of one class; their paddings are judged by
// each caller alone, later. It prints the t of [leakage.Compare].
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
	decrypt := func(in [][]byte) {
		if _, err := k.Decrypt(rand.Reader, in[0], &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8}); err != nil {
			b.Fatal(err)
		}
	}
	var w fastrsa.Space
	keys := []*fastrsa.Key{k, k, k, k}
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
		var inputs [2][512][]byte // made beforehand: how they are made takes different times
		for i := range inputs[0] {
			inputs[0][i], inputs[1][i] = slices.Clone(c.first()), slices.Clone(c.other())
		}
		for _, way := range []struct {
			name    string
			callers int
			do      func(in [][]byte)
		}{
			{"alone", 1, decrypt},
			{"batch", len(keys), func(in [][]byte) { w.Run(b, keys, in) }},
		} {
			b.Run(c.name+"/"+way.name, func(b *testing.B) {
				in := make([][]byte, way.callers) // of both classes: where an input lies takes different times, too
				for i := range in {
					in[i] = make([]byte, key.Size())
				}
				t := leakage.Compare(b.N, func(class int) func() {
					for i := range in {
						copy(in[i], inputs[class][randv2.IntN(len(inputs[class]))])
					}
					return func() { way.do(in) }
				})
				b.ReportMetric(t, "t")
			})
		}
	}
}
