package v2

import (
	"testing"

	"github.com/paybridge/paybridge/translate/internal/sm2fixed"
)

// TestStandardSM2 has a codec with our own arithmetic and one with gmsm's open each other's
// messages, and looks whether each has what it was told.
func TestStandardSM2(t *testing.T) {
	t.Parallel()
	ours, theirs := partyOf(t, GM, "merchant"), partyOf(t, GM, "gateway")
	var codecs [2]*Codec
	for i, opts := range [][]Option{nil, {WithStandardSM2()}} {
		codec, err := NewCodec(GM, ours.own, theirs.public, opts...)
		if err != nil {
			t.Fatal(err)
		}
		keys, ok := codec.keys.(*sm2Keys)
		if !ok {
			t.Fatal("no SM2 keys")
		}
		_, own := keys.own.(*sm2fixed.PrivateKey)
		_, peer := keys.peer.(*sm2fixed.Key)
		if want := i == 0; own != want || peer != want {
			t.Errorf("with %d options own arithmetic: %v and %v", len(opts), own, peer)
		}
		codecs[i] = codec
	}
	for _, opts := range [][]Option{nil, {WithStandardSM2()}} {
		gateway, err := NewCodec(GM, theirs.own, ours.public, opts...)
		if err != nil {
			t.Fatal(err)
		}
		for _, codec := range codecs {
			exchange(t, codec, gateway)
			exchange(t, gateway, codec)
		}
	}
}

// exchange has one side open what the other has sealed.
func exchange(t *testing.T, from, to *Codec) {
	t.Helper()
	sealed, err := from.Seal("89900001", "1", []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := to.Open(sealed); err != nil || string(opened) != "message" {
		t.Errorf("opened: %q, %v", opened, err)
	}
}
