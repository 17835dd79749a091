package sm2fixed

import (
	"crypto/ecdsa"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/emmansun/gmsm/sm2"
)

// Key is a public key of SM2 with a table of its multiples, which is made when it is
// first needed. Its methods may be called from many goroutines.
type Key struct {
	public *ecdsa.PublicKey
	point  affine
	making sync.Mutex
	table  atomic.Pointer[table] // nil while there are too many
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

// multiples returns the key's table, nil while it has to do without.
func (k *Key) multiples() *table {
	if made := k.table.Load(); made != nil || tables.Load() >= maxTables {
		return made
	}
	k.making.Lock()
	defer k.making.Unlock()
	if k.table.Load() == nil && reserve(k) {
		k.table.Store(newTable(&k.point))
	}
	return k.table.Load()
}

// generator returns the table of the curve's base point G.
var generator = sync.OnceValue(func() *table {
	curve := sm2.P256().Params()
	g := pointOf(bytesOf(curve.Gx), bytesOf(curve.Gy))
	return newTable(&g)
})
