package fastrsa_test

import (
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
)

func TestNewPublicRefuses(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t, 1024)
	n := key.N
	for name, public := range map[string]*rsa.PublicKey{
		"no modulus":      {N: new(big.Int), E: 65537},
		"even modulus":    {N: new(big.Int).Add(n, big.NewInt(1)), E: 65537},
		"1023 bits":       {N: new(big.Int).SetBit(n, 1023, 0), E: 65537},
		"1032 bits":       {N: new(big.Int).SetBit(n, 1031, 1), E: 65537},
		"even exponent":   {N: n, E: 65536},
		"no exponent":     {N: n},
		"exponent of one": {N: n, E: 1},
		"below zero":      {N: n, E: -3},
	} {
		if k, err := fastrsa.NewPublic(public); err == nil || k != nil {
			t.Errorf("%s: %v, %v", name, k, err)
		}
	}
}

// TestRaise compares with big.Int, also at the edges and with other exponents.
func TestRaise(t *testing.T) {
	t.Parallel()
	for _, bits := range []int{2048, 1024} {
		key, _ := newKey(t, bits)
		for _, e := range []int{3, 17, 65537, 1<<31 - 1} {
			public := &rsa.PublicKey{N: key.N, E: e}
			k, err := fastrsa.NewPublic(public)
			if err != nil {
				t.Fatal(err)
			}
			numbers := edges(key)
			for range 100 {
				x, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), uint(bits)))
				if err != nil {
					t.Fatal(err)
				}
				numbers = append(numbers, x)
			}
			for _, x := range numbers {
				wantRaised(t, k, public, x.FillBytes(make([]byte, bits/8)))
			}
			wantRaised(t, k, public, make([]byte, bits/8-1))
			wantRaised(t, k, public, make([]byte, bits/8+1))
			wantRaised(t, k, public, nil)
		}
	}
}

// FuzzRaise gives a prepared key and big.Int the same number.
func FuzzRaise(f *testing.F) {
	key, _ := newKey(f, 1024)
	k, err := fastrsa.NewPublic(&key.PublicKey)
	if err != nil {
		f.Fatal(err)
	}
	for _, x := range edges(key) {
		f.Add(x.FillBytes(make([]byte, 128)))
	}
	f.Fuzz(func(t *testing.T, x []byte) { wantRaised(t, k, &key.PublicKey, x) })
}

func wantRaised(t *testing.T, k *fastrsa.PublicKey, public *rsa.PublicKey, x []byte) {
	t.Helper()
	number := new(big.Int).SetBytes(x)
	wantOK := len(x) == public.Size() && number.Cmp(public.N) < 0
	power, ok := k.Raise(x)
	if ok != wantOK {
		t.Fatalf("%x: %v, want %v", x, ok, wantOK)
	}
	if !ok {
		return
	}
	want := number.Exp(number, big.NewInt(int64(public.E)), public.N).FillBytes(make([]byte, len(x)))
	if string(power) != string(want) {
		t.Errorf("%x to the power %d is %x, want %x", x, public.E, power, want)
	}
}
