package sm2fixed

import (
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Verify reports whether signature is the key's for a digest of 32 bytes, that of
// GB/T 32918.2 with the signer's Z in it. A signature is the DER of r and s.
func (k *Key) Verify(digest *[32]byte, signature []byte) bool {
	table := k.multiples()
	if table == nil {
		return sm2.VerifyASN1(k.public, digest[:], signature)
	}
	r, s, ok := parseSignature(signature)
	if !ok {
		return false
	}
	t := new(big.Int).Add(r, s)
	if t.Mod(t, order).Sign() == 0 {
		return false
	}
	// The point sG + tQ has an abscissa that is r − e modulo the order.
	byG, byQ := newScalar(bytesOf(s)), newScalar(bytesOf(t))
	sum, known := publicSumOf(term{generator(), &byG}, term{table, &byQ})
	if !known {
		return sm2.VerifyASN1(k.public, digest[:], signature)
	}
	x := new(big.Int).SetBytes(digest[:])
	x.Mod(x.Sub(r, x), order)
	return sum.hasAbscissa(x) || sum.hasAbscissa(x.Add(x, order))
}

// parseSignature reads r and s, both from 1 to below the order.
func parseSignature(signature []byte) (r, s *big.Int, ok bool) {
	r, s = new(big.Int), new(big.Int)
	var pair cryptobyte.String
	input := cryptobyte.String(signature)
	ok = input.ReadASN1(&pair, asn1.SEQUENCE) && input.Empty() &&
		pair.ReadASN1Integer(r) && pair.ReadASN1Integer(s) && pair.Empty() &&
		r.Sign() > 0 && s.Sign() > 0 && r.Cmp(order) < 0 && s.Cmp(order) < 0
	return r, s, ok
}

// hasAbscissa reports whether a point other than infinity has the abscissa x. None has one
// that is not less than the prime.
func (p *point) hasAbscissa(x *big.Int) bool {
	var want element
	if x.BitLen() > 256 || !want.setBytes(bytesOf(x)) {
		return false
	}
	want.mul(&want, &p.z)
	want.mul(&want, &p.z)
	return want == p.x
}
