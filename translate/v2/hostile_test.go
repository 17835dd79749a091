package v2

import (
	"crypto"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// place names one hex parameter of an envelope.
type place struct {
	name string
	at   func(*Envelope) *string
}

var places = []place{
	{"msg_enc", func(e *Envelope) *string { return &e.MsgEnc }},
	{"key_enc", func(e *Envelope) *string { return &e.KeyEnc }},
	{"sign", func(e *Envelope) *string { return &e.Sign }},
}

// flip inverts bits of the byte at index i of a hex text.
func flip(text string, i int, bits byte) string {
	data, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	data[i] ^= bits
	return hex.EncodeToString(data)
}

// damages are changes of one hex parameter that must each be noticed.
var damages = []struct {
	name   string
	damage func(string) string
}{
	{"empty", func(string) string { return "" }},
	{"one digit", func(string) string { return "0" }},
	{"one byte", func(string) string { return "00" }},
	{"last byte cut", func(s string) string { return s[:len(s)-2] }},
	{"last digit cut", func(s string) string { return s[:len(s)-1] }},
	{"first byte cut", func(s string) string { return s[2:] }},
	{"half", func(s string) string { return s[:len(s)/4*2] }},
	{"first eight bytes cut", func(s string) string { return s[16:] }},
	{"last sixteen bytes cut", func(s string) string { return s[:len(s)-32] }},
	{"byte added", func(s string) string { return s + "00" }},
	{"byte in front", func(s string) string { return "00" + s }},
	{"sixteen bytes added", func(s string) string { return s + strings.Repeat("10", 16) }},
	{"doubled", func(s string) string { return s + s }},
	{"zeros", func(s string) string { return strings.Repeat("0", len(s)) }},
	{"ones", func(s string) string { return strings.Repeat("f", len(s)) }},
	{"not hex", func(s string) string { return "zz" + s[2:] }},
	{"blank inside", func(s string) string { return s[:4] + " " + s[5:] }},
	{"NUL inside", func(s string) string { return s[:4] + "\x00" + s[5:] }},
	{"not ASCII", func(s string) string { return "é" + s[2:] }},
	{"enormous", func(string) string { return strings.Repeat("00", MaxEnvelope) }},
}

func TestOpenRefusesDamage(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		merchant, gateway := codecs(t, s)
		good, err := gateway.Seal("473053110001", "n1", []byte(strings.Repeat("plain text ", 20)))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range places {
			t.Run(s.Name()+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				for _, d := range damages {
					if s == GM && p.name == "key_enc" && d.name == "first byte cut" {
						continue // the leading 04, which may be missing
					}
					e := good
					*p.at(&e) = d.damage(*p.at(&e))
					mustRefuse(t, merchant, e)
				}
				n := len(*p.at(&good)) / 2
				for i := 0; i < n; i++ { // every byte, one bit or all
					e := good
					*p.at(&e) = flip(*p.at(&e), i, [...]byte{0x01, 0x80, 0xff}[i%3])
					mustRefuse(t, merchant, e)
				}
			})
		}
	}
}

func TestOpenRefusesSwaps(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			merchant, gateway := codecs(t, s)
			one, err1 := gateway.Seal("m", "n", []byte("message one"))
			two, err2 := gateway.Seal("m", "n", []byte("message two"))
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			for _, p := range places { // between messages
				e := one
				*p.at(&e) = *p.at(&two)
				mustRefuse(t, merchant, e)
			}
			for i, p := range places { // between parameters
				for _, q := range places[i+1:] {
					e := one
					*p.at(&e), *q.at(&e) = *q.at(&e), *p.at(&e)
					mustRefuse(t, merchant, e)
				}
			}
			mustRefuse(t, gateway, one) // sent back to its sender
			mustRefuse(t, merchant, Envelope{})
			if _, err := merchant.Open(one); err != nil {
				t.Errorf("the undamaged message does not open: %v", err)
			}
		})
	}
}

func TestOpenRefusesOtherKeysAndSuites(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			newParty := func() party { return newRSA(t, 2048) }
			if s == GM {
				newParty = func() party { return newSM2(t) }
			}
			merchant, gateway := partyOf(t, s, "merchant"), partyOf(t, s, "gateway")
			stranger := newParty()
			_, gatewayCodec := codecsOf(t, s, merchant, gateway)
			e, err := gatewayCodec.Seal("m", "n", []byte("message"))
			if err != nil {
				t.Fatal(err)
			}
			eavesdropper, _ := codecsOf(t, s, stranger, gateway)
			mustRefuse(t, eavesdropper, e)
			deceived, _ := codecsOf(t, s, merchant, stranger)
			mustRefuse(t, deceived, e)

			other := GM
			if s == GM {
				other = Intl
			}
			otherMerchant, _ := codecs(t, other)
			mustRefuse(t, otherMerchant, e)
		})
	}
}

// forge seals with a chosen padded text, which Seal would not make, and signs
// what the receiver will take for the plain text.
func forge(t *testing.T, c *Codec, padded, signed []byte) Envelope {
	t.Helper()
	key := make([]byte, c.suite.size)
	if _, err := rand.Read(key); err != nil {
		t.Fatal(err)
	}
	block, err := c.suite.newBlock(key)
	if err != nil {
		t.Fatal(err)
	}
	sealed := make([]byte, len(padded))
	cipher.NewCBCEncrypter(block, key).CryptBlocks(sealed, padded)
	wrapped, err := c.keys.wrap(key)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := c.keys.sign(signed)
	if err != nil {
		t.Fatal(err)
	}
	return Envelope{MsgEnc: hex.EncodeToString(sealed), KeyEnc: hex.EncodeToString(wrapped), Sign: hex.EncodeToString(signature)}
}

// TestOpenJudgesPadding has the peer itself send broken padding with a signature
// over exactly the text that is verified then: the padding alone must refuse it.
func TestOpenJudgesPadding(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			seen := &reasons{}
			merchant, gateway := codecs(t, s, WithObserver(seen.observe))
			size := suites[s].size
			for end := range 256 {
				padded := make([]byte, 2*size)
				for i := range padded {
					padded[i] = 0xaa
				}
				padded[len(padded)-1] = byte(end)
				if end == 1 {
					if _, err := merchant.Open(forge(t, gateway, padded, padded[:len(padded)-1])); err != nil {
						t.Errorf("padding 01: %v", err)
					}
					continue
				}
				mustRefuse(t, merchant, forge(t, gateway, padded, padded))
				if why, n := seen.last(); why != ReasonPadding || n != 1 {
					t.Fatalf("padding %02x: reason %s, told %d times; want padding, once", end, why, n)
				}
			}
		})
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		suite  Suite
		change func(*testing.T, *Envelope, *Codec)
		want   Reason
	}{
		{"not hex", Intl, func(_ *testing.T, e *Envelope, _ *Codec) { e.Sign = "zz" + e.Sign[2:] }, ReasonShape},
		{"not whole blocks", Intl, func(_ *testing.T, e *Envelope, _ *Codec) { e.MsgEnc = e.MsgEnc[2:] }, ReasonShape},
		{"key not below the modulus", Intl, func(_ *testing.T, e *Envelope, _ *Codec) { e.KeyEnc = strings.Repeat("ff", len(e.KeyEnc)/2) }, ReasonKey},
		{"signature cut", Intl, func(_ *testing.T, e *Envelope, _ *Codec) { e.Sign = e.Sign[2:] }, ReasonShape},
		{"signature too long", GM, func(_ *testing.T, e *Envelope, _ *Codec) { e.Sign += "0000000000" }, ReasonShape},
		{"signature", Intl, func(_ *testing.T, e *Envelope, _ *Codec) { e.Sign = flip(e.Sign, 9, 1) }, ReasonSignature},
		{"key", GM, func(_ *testing.T, e *Envelope, _ *Codec) { e.KeyEnc = flip(e.KeyEnc, 100, 1) }, ReasonKey},
		{"point form", GM, func(_ *testing.T, e *Envelope, _ *Codec) { e.KeyEnc = "06" + e.KeyEnc[2:] }, ReasonKey},
		{"signature", GM, func(t *testing.T, e *Envelope, gateway *Codec) {
			other, err := gateway.Seal("m", "n", []byte("another message"))
			if err != nil {
				t.Fatal(err)
			}
			e.Sign = other.Sign
		}, ReasonSignature},
	}
	for _, test := range tests {
		t.Run(test.suite.Name()+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			seen := &reasons{}
			merchant, gateway := codecs(t, test.suite, WithObserver(seen.observe))
			e, err := gateway.Seal("m", "n", []byte("message"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := merchant.Open(e); err != nil {
				t.Fatal(err)
			}
			if _, n := seen.last(); n != 0 {
				t.Error("the observer was told of a message that opened")
			}
			test.change(t, &e, gateway)
			mustRefuse(t, merchant, e)
			if why, n := seen.last(); why != test.want || n != 1 {
				t.Errorf("reason %s, told %d times; want %s, once", why, n, test.want)
			}
		})
	}
}

// countingKey stands for a key device: it is no *rsa.PrivateKey, and it counts.
type countingKey struct {
	*rsa.PrivateKey
	decrypted int
	answer    func([]byte, error) ([]byte, error)
}

func (k *countingKey) Decrypt(random io.Reader, text []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	k.decrypted++
	return k.answer(k.PrivateKey.Decrypt(random, text, opts))
}

// TestKeyDeviceThatIsAway: a message is refused, by an error of its own, since it may
// be good; the device is not asked about what the peer has not signed; and a
// previous key that is there still opens.
func TestKeyDeviceThatIsAway(t *testing.T) {
	t.Parallel()
	w := newChanging(t, Intl)
	own, ok := w.merchant.own.(*rsa.PrivateKey)
	if !ok {
		t.Fatal("not an RSA key")
	}
	device := &countingKey{PrivateKey: own, answer: func([]byte, error) ([]byte, error) { return nil, errors.New("device is off") }}
	ring, err := NewKeyring(Intl, device, w.gateway.public, Previous{Own: w.merchant0.own, OwnUntil: ownEnds}, WithObserver(w.seen.observe))
	if err != nil {
		t.Fatal(err)
	}
	seal := func(to, by party) Envelope {
		_, sender := codecsOf(t, Intl, to, by)
		e, err := sender.Seal("m", "n", []byte("message"))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	now := ownEnds.Add(-time.Hour)
	for range 2 {
		if plain, _, err := ring.Open(seal(w.merchant, w.gateway), now); plain != nil || !errors.Is(err, ErrKeyUnavailable) || !errors.Is(err, ErrRefused) {
			t.Errorf("Open = %q, %v", plain, err)
		}
	}
	if why, n := w.seen.last(); why != ReasonUnavailable || n != 2 {
		t.Errorf("told %d times, last that %s", n, why)
	}
	asked := device.decrypted
	if _, _, err := ring.Open(seal(w.merchant, w.gateway0), now); !errors.Is(err, ErrRefused) || errors.Is(err, ErrKeyUnavailable) {
		t.Errorf("by a stranger: %v", err)
	}
	if device.decrypted != asked {
		t.Error("a stranger's message was taken to the device")
	}
	if plain, used, err := ring.Open(seal(w.merchant0, w.gateway), now); string(plain) != "message" || !used.PreviousOwn {
		t.Errorf("for the previous key: %q, %v", plain, err)
	}
}

// TestOpenWithKeyDevice checks that a key device's odd answers refuse the message
// and nothing worse.
func TestOpenWithKeyDevice(t *testing.T) {
	t.Parallel()
	merchant, gateway := partyOf(t, Intl, "merchant"), partyOf(t, Intl, "gateway")
	_, sender := codecsOf(t, Intl, merchant, gateway)
	e, err := sender.Seal("m", "n", []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	answers := []struct {
		name   string
		answer func([]byte, error) ([]byte, error)
		opens  bool
	}{
		{"as it is", func(k []byte, err error) ([]byte, error) { return k, err }, true},
		{"nothing", func([]byte, error) ([]byte, error) { return nil, nil }, false},
		{"too short", func(k []byte, err error) ([]byte, error) { return k[1:], err }, false},
		{"too long", func(k []byte, err error) ([]byte, error) { return append(k, 0), err }, false},
	}
	for _, a := range answers {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			own, ok := merchant.own.(*rsa.PrivateKey)
			if !ok {
				t.Fatal("not an RSA key")
			}
			device := &countingKey{PrivateKey: own, answer: a.answer}
			c, err := NewCodec(Intl, device, gateway.public)
			if err != nil {
				t.Fatal(err)
			}
			if a.opens {
				if plain, err := c.Open(e); err != nil || string(plain) != "message" {
					t.Errorf("Open = %q, %v", plain, err)
				}
			} else {
				mustRefuse(t, c, e)
			}
			if device.decrypted != 1 {
				t.Errorf("the device decrypted %d times", device.decrypted)
			}
		})
	}
}
