package v2

import (
	"crypto/ecdsa"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"github.com/paybridge/paybridge/translate/internal/sm2fixed"
)

// TestRareProducts has points whose product in the field was wrong on amd64 with a library
// before v0.44.1 (emmansun/gmsm issue 560): one answer in some forty million could not be
// opened. The first is a key_enc sealed with math/big to a point that was chosen so, the
// second the issue's own signature.
func TestRareProducts(t *testing.T) {
	t.Parallel()
	own, err := sm2.NewPrivateKey(unhex(t, "dcd04908f0596704c70689c9872dbedb46bb550cd075bb303fd236f1703edc0c"))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := newSM2Keys(own, own.Public())
	if err != nil {
		t.Fatal(err)
	}
	wrapped := unhex(t, "048af25036373e6c55cc47e1c679efffb14a19b9b7c7c381bfe03e5c096fa275f239e00364f8cf7d8e59f4813d530f74a5666afe694b1e01863c18821c16b982eda"+
		"f7e7bd08c0eb40a969778407082068dd3e5886772cfadd733a2e1bdd1a31d0f969a8b0798ed113dca643deae5225da2")
	key := make([]byte, maxBlock)
	if keys.unwrap(wrapped, key) != 1 || string(key) != "0123456789abcdef" {
		t.Errorf("a good key_enc is refused, or opens to %q", key)
	}
	public, err := smx509.ParsePKIXPublicKey(unhex(t, "3059301306072a8648ce3d020106082a811ccf5501822d03420004ef4de57af00ae424c00c4caadff7193f804a19dd73a7e2954db9d0d15ab4cbb"+
		"a67728c3f4572878b7a674735da9fde1682fe2d9e0799c4a5cde57e3d473039a2"))
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := sm2fixed.Of(public.(*ecdsa.PublicKey)) //nolint:forcetypeassert // it is one
	if err != nil {
		t.Fatal(err)
	}
	signature := unhex(t, "3046022100BE0EA64E1EC06F0D247093F3CCBBADCFB6260224272F86DDB78326E7CD6C7560022100E9F6AB2FCC48A2CEF94838E66B5C7E21FD8E4DE25990DD98CA5243F4966F2853")
	if !fixed.Verify(new([32]byte), signature) || !sm2.VerifyASN1(public.(*ecdsa.PublicKey), make([]byte, 32), signature) { //nolint:forcetypeassert // as above
		t.Error("a good signature is refused")
	}
}
