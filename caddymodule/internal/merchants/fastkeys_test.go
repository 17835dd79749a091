package merchants_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	randv2 "math/rand/v2"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestFastKeysJudgeAsStandard gives the same envelopes, good ones and thousands
// that somebody has changed, to a codec on either kind of key.
func TestFastKeysJudgeAsStandard(t *testing.T) {
	t.Parallel()
	if err := fastrsa.Available(); err != nil {
		t.Skip(err)
	}
	for _, bits := range []int{2048, 1024} {
		own, peer := generate(t, bits), generate(t, bits)
		quick, err := fastrsa.New(own, func() { t.Error("a fault") })
		if err != nil {
			t.Fatal(err)
		}
		prepared, err := fastrsa.NewPublic(&peer.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		power := v2.WithRSAPower(func(*rsa.PublicKey) v2.RSAPower { return prepared.Raise })
		standard, fast := codec(t, own, &peer.PublicKey), codec(t, quick, &peer.PublicKey, power)
		gateway := codec(t, peer, &own.PublicKey)
		for i := range 600 {
			sealed, err := gateway.Seal("473053110001", "H1", bytes.Repeat([]byte("pay"), i%40))
			if err != nil {
				t.Fatal(err)
			}
			if i%3 > 0 {
				sealed = change(sealed)
			}
			want, wantErr := standard.Open(sealed)
			got, gotErr := fast.Open(sealed)
			if !bytes.Equal(got, want) || (gotErr == nil) != (wantErr == nil) {
				t.Fatalf("opened %q, %v; want %q, %v", got, gotErr, want, wantErr)
			}
			if i%3 == 0 && gotErr != nil {
				t.Fatalf("a good envelope: %v", gotErr)
			}
		}
		if err := fast.SelfTest(); err != nil {
			t.Error(err)
		}
		said, err := fast.Seal("473053110001", "H1", []byte("hello"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := gateway.Open(said); err != nil || string(got) != "hello" {
			t.Errorf("the gateway opened %q, %v", got, err)
		}
	}
}

func generate(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func codec(t *testing.T, own crypto.Signer, peer crypto.PublicKey, opts ...v2.Option) *v2.Codec {
	t.Helper()
	c, err := v2.NewCodec(v2.Intl, own, peer, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// change turns a bit over somewhere in an envelope.
func change(e v2.Envelope) v2.Envelope {
	member := []*string{&e.MsgEnc, &e.KeyEnc, &e.Sign}[randv2.IntN(3)]
	data, _ := hex.DecodeString(*member)
	data[randv2.IntN(len(data))] ^= 1 << randv2.IntN(8)
	*member = hex.EncodeToString(data)
	return e
}
