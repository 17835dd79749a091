package fastrsa_test

import (
	"crypto/rand"
	"crypto/rsa"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	sound, _ := newKey(t, 2048)
	longer, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	bare := *sound
	bare.Precomputed = rsa.PrecomputedValues{}
	one := *sound
	one.Primes = one.Primes[:1]
	even := *sound
	even.E = 2
	for name, key := range map[string]*rsa.PrivateKey{"3072 bits": longer, "even exponent": &even, "nothing worked out": &bare, "one prime": &one} {
		if k, err := fastrsa.New(key, nil); err == nil || k != nil {
			t.Errorf("%s: %v, %v", name, k, err)
		}
	}
}

// TestPrimesInEitherOrder has the smaller prime first and last.
func TestPrimesInEitherOrder(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t, 1024)
	turned := &rsa.PrivateKey{PublicKey: key.PublicKey, D: key.D, Primes: append(key.Primes[1:2:2], key.Primes[0])}
	turned.Precompute()
	if err := turned.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, k := range []*rsa.PrivateKey{key, turned} {
		for _, c := range ciphertexts(t, key) {
			same(t, func(d privateKey) ([]byte, error) {
				return d.Decrypt(zeros{}, c, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8})
			}, key, fast(t, k))
		}
	}
}

// turnedOff is the environment in which the processor seems to lack what this
// package needs.
const turnedOff = "GODEBUG=cpu.avx512ifma=off"

// TestTurnedOff runs this test once more in such an environment.
func TestTurnedOff(t *testing.T) {
	t.Parallel()
	if !strings.Contains(os.Getenv("GODEBUG"), "avx512ifma=off") {
		again := exec.Command(os.Args[0], "-test.run", "^TestTurnedOff$", "-test.v")
		again.Env = append(os.Environ(), turnedOff)
		if out, err := again.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestTurnedOff") {
			t.Errorf("turned off: %v\n%s", err, out)
		}
		return
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if k, err := fastrsa.New(key, nil); err == nil || k != nil {
		t.Errorf("%v, %v", k, err)
	}
}
