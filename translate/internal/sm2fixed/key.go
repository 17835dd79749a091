package sm2fixed

import (
	"crypto/ecdsa"
	"errors"
	"sync"

	"github.com/emmansun/gmsm/sm2"
)

// Key is a public key of SM2 with a table of its multiples, which is made when it is
// first needed. Its methods may be called from many goroutines.
type Key struct {
	public *ecdsa.PublicKey
	point  affine
	once   sync.Once
	table  *table // nil where there were too many when it was needed
}

var errNoKey = errors.New("not a public key of SM2")

// newKey returns a key without a table.
func newKey(public *ecdsa.PublicKey) (*Key, error) {
	ecdh, err := sm2.PublicKeyToECDH(public) // is it a point of the curve?
	if err != nil {
		return nil, errNoKey
	}
	encoded := ecdh.Bytes() // 04, x, y
	return &Key{public: public, point: pointOf((*[32]byte)(encoded[1:]), (*[32]byte)(encoded[33:]))}, nil
}

// pointOf returns the point of these coordinates.
func pointOf(x, y *[32]byte) (p affine) {
	p.x.setBytes(x)
	p.y.setBytes(y)
	return p
}

// multiples returns the key's table, nil where it has to do without.
func (k *Key) multiples() *table {
	k.once.Do(func() {
		if reserve(k) {
			k.table = newTable(&k.point)
		}
	})
	return k.table
}

// generator returns the table of the curve's base point G.
var generator = sync.OnceValue(func() *table {
	curve := sm2.P256().Params()
	g := pointOf(bytesOf(curve.Gx), bytesOf(curve.Gy))
	return newTable(&g)
})
