package v2

import (
	"bytes"
	"crypto/rsa"
	"slices"
	"testing"
)

func TestSealingBlock(t *testing.T) {
	t.Parallel()
	for _, size := range []int{128, 256, 257, 1024} {
		for _, message := range []string{"", "\x00", "12345678", "\x00\x00\x00\x00\x00\x00\x00\x00"} {
			seen := map[string]bool{}
			for range 50 { // among 6,000 random bytes some are zero
				block := sealingBlock(size, []byte(message))
				filling := block[2 : len(block)-len(message)-1]
				want := slices.Concat([]byte{0, 2}, filling, []byte{0}, []byte(message))
				if len(block) != size || !bytes.Equal(block, want) || bytes.IndexByte(filling, 0) >= 0 {
					t.Fatalf("%d bytes with %q: %x", size, message, block)
				}
				seen[string(filling)] = true
			}
			if len(seen) != 50 {
				t.Errorf("%d bytes with %q: the padding came again", size, message)
			}
		}
	}
}

// TestWithRSAPower: what was given for the peer's key does both of its operations, and
// nothing else.
func TestWithRSAPower(t *testing.T) {
	t.Parallel()
	us, gateway := partyOf(t, Intl, "merchant"), partyOf(t, Intl, "gateway")
	standard, err := standardPower(gateway.public.(*rsa.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	calls, sick := 0, false
	prepare := func(peer *rsa.PublicKey) RSAPower {
		if !peer.Equal(gateway.public) {
			t.Errorf("asked about another key than the peer's")
		}
		return func(x []byte) ([]byte, bool) {
			calls++
			if sick {
				return nil, false
			}
			return standard(x)
		}
	}
	ours, err := NewCodec(Intl, us.own, gateway.public, WithRSAPower(prepare))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := NewCodec(Intl, gateway.own, us.public, WithRSAPower(func(*rsa.PublicKey) RSAPower { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	request, err := ours.Seal("m", "n", []byte("request"))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := theirs.Open(request); string(text) != "request" || err != nil {
		t.Errorf("the peer opens %q, %v", text, err)
	}
	answer, err := theirs.Seal("m", "n", []byte("answer"))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := ours.Open(answer); string(text) != "answer" || err != nil {
		t.Errorf("we open %q, %v", text, err)
	}
	if calls != 2 {
		t.Errorf("%d operations, want one to seal and one to verify", calls)
	}
	sick = true
	if e, err := ours.Seal("m", "n", []byte("request")); err == nil {
		t.Errorf("sealed without the peer's key: %+v", e)
	}
	if text, err := ours.Open(answer); err == nil {
		t.Errorf("opened without the peer's key: %q", text)
	}
}

// TestRSAPowerIsOfIntl: suite gm has no such key.
func TestRSAPowerIsOfIntl(t *testing.T) {
	t.Parallel()
	us, gateway := partyOf(t, GM, "merchant"), partyOf(t, GM, "gateway")
	asked := false
	if _, err := NewCodec(GM, us.own, gateway.public, WithRSAPower(func(*rsa.PublicKey) RSAPower {
		asked = true
		return nil
	})); err != nil || asked {
		t.Errorf("asked %v, %v", asked, err)
	}
}
