package v2

import (
	"io"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"github.com/paybridge/paybridge/translate/internal/sm2fixed"
)

// TestFastSM2 has codecs with our own arithmetic and with gmsm's open each other's messages,
// and looks whether each has what it was told, and tries that.
func TestFastSM2(t *testing.T) {
	t.Parallel()
	if err := CheckFastSM2(); err != nil {
		t.Fatal(err)
	}
	ours, theirs := partyOf(t, GM, "merchant"), partyOf(t, GM, "gateway")
	var codecs, gateways []*Codec
	for _, opts := range [][]Option{nil, {WithFastSM2()}} {
		codec, err := NewCodec(GM, ours.own, theirs.public, opts...)
		if err != nil {
			t.Fatal(err)
		}
		gateway, err := NewCodec(GM, theirs.own, ours.public, opts...)
		if err != nil {
			t.Fatal(err)
		}
		keys, ok := codec.keys.(*sm2Keys)
		if !ok {
			t.Fatal("no SM2 keys")
		}
		_, own := keys.own.(*sm2fixed.PrivateKey)
		_, peer := keys.peer.(*sm2fixed.Key)
		if want := len(opts) > 0; own != want || peer != want {
			t.Errorf("with %d options own arithmetic: %v and %v", len(opts), own, peer)
		}
		codecs, gateways = append(codecs, codec), append(gateways, gateway)
	}
	for _, gateway := range gateways {
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

// wrongPrivate signs what nobody has asked for.
type wrongPrivate struct{ sm2Private }

func (k wrongPrivate) Sign(random io.Reader, digest *[sm3.Size]byte) ([]byte, error) {
	other := *digest
	other[0] ^= 1
	return k.sm2Private.Sign(random, &other)
}

// TestSelfTestTriesWhatWorks has a codec whose private half signs wrongly.
func TestSelfTestTriesWhatWorks(t *testing.T) {
	t.Parallel()
	ours, theirs := partyOf(t, GM, "merchant"), partyOf(t, GM, "gateway")
	codec, err := NewCodec(GM, ours.own, theirs.public, WithFastSM2())
	if err != nil {
		t.Fatal(err)
	}
	if err := codec.SelfTest(); err != nil {
		t.Error(err)
	}
	keys := codec.keys.(*sm2Keys) //nolint:forcetypeassert // a codec of suite gm
	keys.own = wrongPrivate{keys.own}
	if codec.SelfTest() == nil {
		t.Error("a wrong signature is good enough")
	}
}
