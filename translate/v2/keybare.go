package v2

import (
	"crypto/elliptic"
	"errors"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
)

// Lengths of the bare numbers of an SM2 key, in bytes: vendors hand out d and
// 04‖x‖y in hex or base64, without any structure around them.
const (
	sm2Scalar     = 32
	sm2Compressed = 33
	sm2Point      = 1 + sm2Coordinates
)

// The forms of bare numbers.
var (
	bareScalar = keyForm{
		name:    "the bare number d of an SM2 private key",
		private: func(d []byte, _ string) (any, error) { return sm2.NewPrivateKeyFromInt(new(big.Int).SetBytes(d)) },
	}
	barePoint = keyForm{name: "the bare point x, y of an SM2 public key", public: parsePoint}
)

// bareFormOf recognises a bare number by its length and first byte.
func bareFormOf(contents []byte) (*keyForm, error) {
	switch n := len(contents); {
	case n == sm2Scalar, n == sm2Scalar+1 && contents[0] == 0: // big numbers get a 00 in front
		return &bareScalar, nil
	case n == sm2Coordinates, n == sm2Point && contents[0] == sm2PointForm,
		n == sm2Compressed && (contents[0] == 2 || contents[0] == 3):
		return &barePoint, nil
	case n == minRSABits/8, n == minRSABits/4, n == minRSABits/2, n == minRSABits/8+1, n == minRSABits/4+1, n == minRSABits/2+1:
		return nil, fmt.Errorf("found a bare number of %d bytes, perhaps the modulus or exponent of an RSA key alone: ask for the whole key in PEM", n)
	}
	return nil, errNoKey
}

var errNoKey = errors.New("the contents are no key, certificate or PKCS#12 file: cut short or damaged")

// parsePoint reads a point of the SM2 curve: 04‖x‖y, x‖y, or compressed.
func parsePoint(point []byte) (any, error) {
	if len(point) == sm2Compressed {
		x, y := elliptic.UnmarshalCompressed(sm2.P256(), point)
		if x == nil {
			return nil, errNoPoint
		}
		point = append(x.FillBytes(make([]byte, sm2Scalar)), y.FillBytes(make([]byte, sm2Scalar))...)
	}
	if len(point) == sm2Coordinates {
		point = append([]byte{sm2PointForm}, point...)
	}
	key, err := sm2.NewPublicKey(point)
	if err != nil {
		return nil, errNoPoint
	}
	return key, nil
}

var errNoPoint = errors.New("found a number as long as an SM2 public key that is no point of its curve: ask for the key in PEM")
