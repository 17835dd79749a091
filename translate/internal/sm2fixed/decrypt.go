package sm2fixed

import (
	"crypto/subtle"
	"errors"

	"github.com/emmansun/gmsm/sm2"
)

var (
	plainOpening = sm2.NewPlainDecrypterOpts(sm2.C1C3C2)
	errSealed    = errors.New("not encrypted to this key")
)

// Decrypt decrypts by GB/T 32918.4 what [Key.Encrypt] writes: C1 (04, x, y), C3, C2. One
// error says that it is not encrypted to the key, whatever is wrong.
func (k *PrivateKey) Decrypt(sealed []byte) ([]byte, error) {
	if len(sealed) <= overhead || sealed[0] != pointForm {
		return nil, errSealed
	}
	var sent affine
	xFits, yFits := sent.x.setBytes((*[32]byte)(sealed[1:])), sent.y.setBytes((*[32]byte)(sealed[33:]))
	if whole := (point{sent.x, sent.y, one}); !xFits || !yFits || !whole.isOfCurve() {
		return nil, errSealed
	}
	if kernel == nil {
		return k.private.Decrypt(nil, sealed, plainOpening)
	}
	multiple := wideTimes(&sent, &k.number)
	if !multiple.isOfCurve() {
		return k.private.Decrypt(nil, sealed, plainOpening)
	}
	points := affinely([]point{multiple})
	shared := secretOf(&points[0])
	defer clear(shared[:])
	clear(points)
	message, ok := shared.xor(sealed[overhead:])
	if !ok || subtle.ConstantTimeCompare(shared.appendDigest(nil, message), sealed[pointLen:overhead]) == 0 {
		return nil, errSealed
	}
	return message, nil
}
