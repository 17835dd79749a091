package v2

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"hash"
	"math/big"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

// TestDiagnoseOtherForms: the right keys in a form that is not the suite's are
// told apart from wrong keys, and Open refuses them all the same.
func TestDiagnoseOtherForms(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		suite  Suite
		change func(t *testing.T, e *Envelope, merchant party, key []byte)
		want   func(Diagnosis) bool
	}{
		"OAEP, SHA-1":   {Intl, oaepKey(sha1.New), func(d Diagnosis) bool { return d.OAEP == "SHA-1" && d.SignatureGood }},
		"OAEP, SHA-256": {Intl, oaepKey(sha256.New), func(d Diagnosis) bool { return d.OAEP == "SHA-256" && d.SignatureGood }},
		"SM2 key in ASN.1": {GM, func(t *testing.T, e *Envelope, merchant party, key []byte) {
			t.Helper()
			public, err := sm2.NewPublicKey(pointOf(merchant))
			if err != nil {
				t.Fatal(err)
			}
			e.KeyEnc = hex.EncodeToString(must(t)(sm2.EncryptASN1(rand.Reader, public, key)))
		}, func(d Diagnosis) bool { return d.ASN1Key && d.SignatureGood }},
		"SM2 signature as r and s": {GM, func(t *testing.T, e *Envelope, _ party, _ []byte) {
			t.Helper()
			var numbers struct{ R, S *big.Int }
			if _, err := asn1.Unmarshal(unhexed(e.Sign), &numbers); err != nil {
				t.Fatal(err)
			}
			raw := append(numbers.R.FillBytes(make([]byte, 32)), numbers.S.FillBytes(make([]byte, 32))...)
			e.Sign = hex.EncodeToString(raw)
		}, func(d Diagnosis) bool { return d.RawSignature && d.Signer == SignerPeer && !d.SignatureGood }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			merchant, gateway := codecs(t, tc.suite)
			e, err := gateway.Seal("473053110001", "", []byte(`{"head":{},"body":{}}`))
			if err != nil {
				t.Fatal(err)
			}
			key := merchant.sessionKey(&Diagnosis{}, unhexed(e.KeyEnc))
			tc.change(t, &e, partyOf(t, tc.suite, "merchant"), key)
			if d := merchant.Diagnose(e); !tc.want(d) {
				t.Errorf("%+v", d)
			}
			if plain, err := merchant.Open(e); plain != nil || err != ErrRefused { //nolint:errorlint // it is this error and no other
				t.Errorf("Open = %q, %v", plain, err)
			}
		})
	}
}

func oaepKey(newHash func() hash.Hash) func(*testing.T, *Envelope, party, []byte) {
	return func(t *testing.T, e *Envelope, merchant party, key []byte) {
		t.Helper()
		public, ok := merchant.public.(*rsa.PublicKey)
		if !ok {
			t.Fatal("not an RSA key")
		}
		e.KeyEnc = hex.EncodeToString(must(t)(rsa.EncryptOAEP(newHash(), rand.Reader, public, key, nil)))
	}
}

// pointOf is a party's SM2 public key as a bare point.
func pointOf(p party) []byte {
	own, ok := p.own.(*sm2.PrivateKey)
	if !ok {
		return nil
	}
	return append([]byte{4}, append(own.X.FillBytes(make([]byte, 32)), own.Y.FillBytes(make([]byte, 32))...)...)
}
