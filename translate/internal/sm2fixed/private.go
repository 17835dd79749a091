package sm2fixed

import (
	"errors"

	"github.com/emmansun/gmsm/sm2"
)

// PrivateKey is a private key of SM2 that signs and decrypts. Its methods may be called from
// many goroutines.
type PrivateKey struct {
	private *sm2.PrivateKey
	number  scalar // d
	inverse scalar // of 1 + d, see invert
}

var errPrivate = errors.New("not a private key of SM2")

// NewPrivateKey prepares a key. It fails for what is none.
func NewPrivateKey(private *sm2.PrivateKey) (*PrivateKey, error) {
	if private.Curve != sm2.P256() || private.D.Sign() <= 0 || private.D.Cmp(order) >= 0 {
		return nil, errPrivate
	}
	k := &PrivateKey{private: private, number: newScalar(bytesOf(private.D))}
	var more scalar
	more.add(&k.number, &scalar{1})
	k.inverse.invert(&more)
	if k.inverse.isZero() == 1 { // with d = n − 1 nobody can sign
		return nil, errPrivate
	}
	return k, nil
}
