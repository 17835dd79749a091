package sm2fixed

import (
	"crypto/subtle"
	"errors"
	"io"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
)

// Lengths in bytes of a point, 04 and two coordinates, and of what stands before the
// ciphertext: a point and a digest.
const (
	pointForm = 4
	pointLen  = 1 + 64
	overhead  = pointLen + sm3.Size
)

var plainly = sm2.NewPlainEncrypterOpts(sm2.MarshalUncompressed, sm2.C1C3C2)

// Encrypt encrypts a short message to the key by GB/T 32918.4: C1 (04, x, y), C3 (a
// digest), C2, which is as long as the message. It fails for an empty message, and where
// random does.
func (k *Key) Encrypt(random io.Reader, message []byte) ([]byte, error) {
	if len(message) == 0 {
		return nil, errors.New("there is nothing to encrypt")
	}
	table := k.multiples()
	if table == nil {
		return sm2.Encrypt(random, k.public, message, plainly)
	}
	for {
		number, err := randomScalar(random)
		if err != nil {
			return nil, err
		}
		sent, known := sumOf(term{generator(), number})
		shared, sharedKnown := sumOf(term{table, number})
		*number = scalar{}
		if !known || !sharedKnown {
			return sm2.Encrypt(random, k.public, message, plainly)
		}
		if out, ok := encrypt([]point{sent, shared}, message); ok {
			return out, nil
		}
	}
}

// encrypt encrypts with the multiples of the base point and of the key that a random number
// has. ok is false where it takes another number: every bit of the key stream is 0, and the
// message would be sent as it is.
func encrypt(multiples []point, message []byte) (out []byte, ok bool) {
	points := affinely(multiples)
	sent, shared := points[0], secretOf(&points[1])
	defer clear(shared[:])
	clear(points)
	sealed, ok := shared.xor(message)
	if !ok {
		return nil, false
	}
	out = make([]byte, pointLen, overhead+len(message))
	out[0] = pointForm
	x, y := sent.x.bytes(), sent.y.bytes()
	copy(out[1:], x[:])
	copy(out[33:], y[:])
	out = shared.appendDigest(out, message)
	return append(out, sealed...), true
}

// secret is a point that only the two sides of a message know: x, y.
type secret [64]byte

func secretOf(p *affine) *secret {
	x, y := p.x.bytes(), p.y.bytes()
	var s secret
	copy(s[:], x[:])
	copy(s[32:], y[:])
	return &s
}

// xor encrypts a message, and decrypts what it was encrypted to. ok is false where every
// bit of the key stream is 0.
func (s *secret) xor(message []byte) (out []byte, ok bool) {
	stream := sm3.Kdf(s[:], len(message))
	ok = subtle.ConstantTimeCompare(stream, make([]byte, len(stream))) == 0
	subtle.XORBytes(stream, stream, message)
	return stream, ok
}

// appendDigest appends C3.
func (s *secret) appendDigest(to, message []byte) []byte {
	digest := sm3.New()
	digest.Write(s[:32])
	digest.Write(message)
	digest.Write(s[32:])
	return digest.Sum(to)
}

// randomScalar returns a random number from 1 to below the order.
func randomScalar(random io.Reader) (*scalar, error) {
	var b [32]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, err
		}
		k := newScalar(&b)
		clear(b[:])
		if k.isNumber() {
			return &k, nil
		}
	}
}
