package sm2fixed

import (
	"crypto/sha512"
	"io"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

var digestOnly = sm2.NewSM2SignerOption(false, nil) // what is signed is a digest

// Sign signs a digest of 32 bytes, that of GB/T 32918.2 with the signer's Z in it, and
// returns the DER of r and s. It fails where random does.
func (k *PrivateKey) Sign(random io.Reader, digest *[32]byte) ([]byte, error) {
	var e scalar
	e.setReduced(limbsOf(digest), 0)
	hedged := &hedge{random: random, private: &k.number, digest: digest}
	for {
		number, err := randomScalar(hedged)
		if err != nil {
			return nil, err
		}
		multiple, known := sumOf(term{generator(), number})
		if !known {
			*number = scalar{}
			return k.private.Sign(random, digest[:], digestOnly)
		}
		r, s, ok := k.pair(&e, number, &multiple)
		*number = scalar{}
		if ok {
			return encodeSignature(&r, &s), nil
		}
	}
}

// pair returns r and s of a signature of e with a random number, whose multiple of the
// base point is given. ok is false where it takes another number.
func (k *PrivateKey) pair(e, number *scalar, multiple *point) (r, s scalar, ok bool) {
	x := multiple.abscissa()
	r.setReduced(limbsOf(&x), 0)
	r.add(&r, e)
	// s = (number − r·d)/(1 + d), which is (number + r)/(1 + d) − r.
	s.add(number, &r)
	usable := 1 ^ s.isZero()
	s.mul(&s, &k.inverse)
	s.sub(&s, &r)
	return r, s, usable&^(r.isZero()|s.isZero()) == 1
}

// hedge gives random bytes that nobody can foresee, nor are they twice the same for two
// digests, even where random fails to be random: they are hashed with the private key, the
// digest and how often it was asked.
type hedge struct {
	random  io.Reader
	private *scalar
	digest  *[32]byte
	reads   byte
}

// Read fills 32 bytes.
func (h *hedge) Read(b []byte) (int, error) {
	if _, err := io.ReadFull(h.random, b); err != nil {
		return 0, err
	}
	var all [3*32 + 1]byte
	private := bytesOfLimbs(*h.private)
	copy(all[:], private[:])
	copy(all[32:], b)
	copy(all[64:], h.digest[:])
	all[96] = h.reads
	h.reads++
	hash := sha512.Sum512(all[:])
	clear(all[:])
	return copy(b, hash[:]), nil
}

// encodeSignature writes the DER of r and s.
func encodeSignature(r, s *scalar) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, n := range []*scalar{r, s} {
			digits := bytesOfLimbs(*n)
			b.AddASN1BigInt(new(big.Int).SetBytes(digits[:]))
		}
	})
	return b.BytesOrPanic()
}
