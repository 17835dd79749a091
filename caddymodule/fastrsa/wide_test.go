package fastrsa

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"testing"
)

// TestBatches does one to four operations in one go of the wide kernels.
func TestBatches(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		operations, wants := signatures(t, s)
		for n := 1; n <= batch; n++ {
			w := new(wideSpace)
			w.run(s, operations[:n])
			for i, o := range operations[:n] {
				if !bytes.Equal(o.out, wants[i]) {
					t.Errorf("%d bits, %d at once: number %d is %x, want %x", 8*s.bytes, n, i, o.out, wants[i])
				}
				o.out = nil
			}
			if *w != (wideSpace{}) {
				t.Error("the work space was not cleared")
			}
		}
		w := new(pairSpace)
		if w.run(operations[0]); !bytes.Equal(operations[0].out, wants[0]) || *w != (pairSpace{}) {
			t.Errorf("%d bits alone: %x, want %x, or the work space was not cleared", 8*s.bytes, operations[0].out, wants[0])
		}
	}
}

// signatures are four operations of different keys, and what crypto/rsa signs.
func signatures(t *testing.T, s *size) (operations []*operation, wants [][]byte) {
	t.Helper()
	standards := standardKeys(t, s)
	keys, _ := countingKeys(t, standards)
	for i, k := range keys {
		digest := sha1.Sum([]byte{byte(i)})
		in, _ := k.encode(digest[:], crypto.SHA1)
		want, err := standards[i].Sign(nil, digest[:], crypto.SHA1)
		if err != nil {
			t.Fatal(err)
		}
		operations, wants = append(operations, &operation{key: prepared(t, k), in: in}), append(wants, want)
	}
	return operations, wants
}

// TestKernelsByNumber: one and two operations are done in the kernels for pairs, three and
// four in the wide ones, each in what is faster for it.
func TestKernelsByNumber(t *testing.T) {
	t.Parallel()
	needKernels(t)
	for _, s := range sizes {
		operations, _ := signatures(t, s)
		var pair, wide bool
		own := *s
		own.pairMul = func(res, a, b, m, k0 *uint64) { pair = true; s.pairMul(res, a, b, m, k0) }
		own.wideMul = func(res, a, b, m, k0 *uint64) { wide = true; s.wideMul(res, a, b, m, k0) }
		for n := range batch {
			pair, wide = false, false
			operations[n].key.size = &own
			if new(space).run(operations[:n+1]); pair != (n < 2) || wide != (n >= 2) {
				t.Errorf("%d at once: kernels for pairs %v, wide kernels %v", n+1, pair, wide)
			}
		}
	}
}
