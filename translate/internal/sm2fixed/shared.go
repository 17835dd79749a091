package sm2fixed

import (
	"crypto/ecdsa"
	"runtime"
	"sync"
	"sync/atomic"
	"weak"
)

// maxTables is how many keys may have a table at the same time.
const maxTables = 64

var (
	tables atomic.Int64

	keysMu sync.Mutex
	keys   = map[affine]weak.Pointer[Key]{}
)

// Of returns the key for a public key, the same one to all who ask while one of them
// still has it. It fails for what is no public key of SM2.
func Of(public *ecdsa.PublicKey) (*Key, error) {
	fresh, err := newKey(public)
	if err != nil {
		return nil, err
	}
	keysMu.Lock()
	defer keysMu.Unlock()
	if known := keys[fresh.point].Value(); known != nil {
		return known, nil
	}
	keys[fresh.point] = weak.Make(fresh)
	runtime.AddCleanup(fresh, forget, fresh.point)
	return fresh, nil
}

// forget takes a key that is gone from the list, unless there is another one by now.
func forget(point affine) {
	keysMu.Lock()
	defer keysMu.Unlock()
	if keys[point].Value() == nil {
		delete(keys, point)
	}
}

// reserve reports whether there is room for the table of one more key, and keeps it
// until the key is gone.
func reserve(k *Key) bool {
	for n := tables.Load(); ; n = tables.Load() {
		if n >= maxTables {
			return false
		}
		if tables.CompareAndSwap(n, n+1) {
			break
		}
	}
	runtime.AddCleanup(k, func(struct{}) { tables.Add(-1) }, struct{}{})
	return true
}
