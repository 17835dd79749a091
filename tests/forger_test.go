package tests

import (
	"bytes"
	"crypto"
	"crypto/cipher"
	"crypto/des"
	"crypto/ecdsa"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// forger makes notices that nobody should believe. It knows what a stranger may know:
// both public keys, and genuine notices that it has seen on the wire, but not what is in
// them.
type forger struct {
	t        testing.TB
	shop     shop
	merchant crypto.PublicKey
	seen     []v2.Envelope // by the merchant's gateway
	others   []v2.Envelope // by the gateway, to the merchant of the other suite
	stranger *v2.Codec     // seals to the merchant, with a key of nobody
	turn     *rand.Rand
}

// newForger makes a forger of notices to a suite's merchant.
func newForger(t testing.TB, suite string, seed uint64) *forger {
	t.Helper()
	other := map[string]string{"intl": "gm", "gm": "intl"}[suite]
	f := &forger{t: t, shop: shops[suite], turn: rand.New(rand.NewPCG(seed, 0)), seen: seenOnTheWire(t, suite), others: seenOnTheWire(t, other)}
	f.merchant, _ = gatewayKeys(t, suite)
	var nobody crypto.Signer
	var err error
	if suite == "intl" {
		nobody, err = rsa.GenerateKey(cryptorand.Reader, 2048)
	} else {
		nobody, err = sm2.GenerateKey(cryptorand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	f.stranger = codecOf(t, suite, nobody, f.merchant)
	return f
}

// gatewayKeys are the gateway's keys for a suite's merchant.
func gatewayKeys(t testing.TB, suite string) (merchant crypto.PublicKey, own crypto.Signer) {
	t.Helper()
	merchant, err := v2.ParsePublicKey(readKey(t, gatewaySide[suite][0]))
	if err != nil {
		t.Fatal(err)
	}
	if own, err = v2.ParsePrivateKey(readKey(t, gatewaySide[suite][1]), ""); err != nil {
		t.Fatal(err)
	}
	return merchant, own
}

func codecOf(t testing.TB, suite string, own crypto.Signer, peer crypto.PublicKey) *v2.Codec {
	t.Helper()
	c, err := v2.NewCodec(map[string]v2.Suite{"intl": v2.Intl, "gm": v2.GM}[suite], own, peer)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// seenOnTheWire are notices that the gateway has sealed, of many lengths.
func seenOnTheWire(t testing.TB, suite string) (list []v2.Envelope) {
	t.Helper()
	merchant, own := gatewayKeys(t, suite)
	gateway := codecOf(t, suite, own, merchant)
	for i := range 32 {
		e, err := gateway.Seal(shops[suite].Gateway, fmt.Sprintf("N%d", i), []byte(`{"head":{"tranCode":"OP3001"},"body":{"merOrderId":"`+strings.Repeat("7", i+1)+`"}}`))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// multipartStart begins the forged notices that are multipart forms.
const multipartStart = "--xyz\r\n"

// forgeries are the kinds of forged notices: what is posted, as a form.
var forgeries = []struct {
	name string
	make func(f *forger) string
}{
	{"random bytes", func(f *forger) string {
		e := f.genuine()
		e.MsgEnc, e.KeyEnc, e.Sign = f.random(len(e.MsgEnc)/2), f.random(len(e.KeyEnc)/2), f.random(len(e.Sign)/2)
		return e.Encode()
	}},
	{"a message changed", changed(func(e *v2.Envelope) *string { return &e.MsgEnc })},
	{"a session key changed", changed(func(e *v2.Envelope) *string { return &e.KeyEnc })},
	{"a signature changed", changed(func(e *v2.Envelope) *string { return &e.Sign })},
	{"the padding of a message tried out", func(f *forger) string {
		e := f.genuine()
		text := unhex(e.MsgEnc)
		text[len(text)-1-f.shop.block()] ^= byte(1 + f.turn.IntN(255)) // Vaudenay
		e.MsgEnc = hex.EncodeToString(text)
		return e.Encode()
	}},
	{"the padding of a session key tried out", func(f *forger) string {
		e := f.genuine()
		e.KeyEnc = f.multiplied(e.KeyEnc) // Bleichenbacher
		return e.Encode()
	}},
	{"a session key of our choice, a message that pads well", func(f *forger) string { return f.chosen(1 + f.turn.IntN(f.shop.block())) }},
	{"a session key of our choice, a message that pads badly", func(f *forger) string { return f.chosen(0) }},
	{"a session key that is no key", func(f *forger) string {
		e := f.genuine()
		e.KeyEnc = hex.EncodeToString(f.wrap(make([]byte, f.turn.IntN(40))))
		return e.Encode()
	}},
	{"blocks of a message in another order", func(f *forger) string {
		e := f.genuine()
		text, size := unhex(e.MsgEnc), f.shop.block()
		n := len(text) / size
		i, j := f.turn.IntN(n-1), n-1
		block := bytes.Clone(text[i*size : (i+1)*size])
		copy(text[i*size:], text[j*size:(j+1)*size])
		copy(text[j*size:], block)
		e.MsgEnc = hex.EncodeToString(text)
		return e.Encode()
	}},
	{"a message shortened", func(f *forger) string {
		e := f.genuine()
		e.MsgEnc = e.MsgEnc[:2*f.turn.IntN(len(e.MsgEnc)/2)]
		return e.Encode()
	}},
	{"a message lengthened", func(f *forger) string {
		e := f.genuine()
		e.MsgEnc += f.random(f.shop.block() * (1 + f.turn.IntN(8)))
		return e.Encode()
	}},
	{"parts of two notices", func(f *forger) string {
		i := f.turn.IntN(len(f.seen) - 1)
		e, other := f.seen[i], f.seen[i+1]
		switch f.turn.IntN(3) {
		case 0:
			e.MsgEnc = other.MsgEnc
		case 1:
			e.KeyEnc = other.KeyEnc
		default:
			e.Sign = other.Sign
		}
		return e.Encode()
	}},
	{"signed by a stranger", func(f *forger) string {
		e, err := f.stranger.Seal(f.shop.Gateway, "N1", []byte(strings.Repeat("x", f.turn.IntN(300))))
		if err != nil {
			f.t.Error(err)
		}
		return e.Encode()
	}},
	{"a notice to another merchant", func(f *forger) string {
		e := f.others[f.turn.IntN(len(f.others))]
		e.MerchantID = f.shop.Gateway
		return e.Encode()
	}},
	{"a merchant of nobody", func(f *forger) string {
		e := f.genuine()
		e.MerchantID = fmt.Sprintf("4730%08d", f.turn.IntN(1e8))
		return e.Encode()
	}},
	{"numbers at the edge as signature", func(f *forger) string {
		e := f.genuine()
		e.Sign = f.edge(len(e.Sign) / 2)
		return e.Encode()
	}},
	{"numbers at the edge as session key", func(f *forger) string {
		e := f.genuine()
		e.KeyEnc = f.edge(len(e.KeyEnc) / 2)
		return e.Encode()
	}},
	{"not hexadecimal", func(f *forger) string {
		e := f.genuine()
		e.KeyEnc = "zz" + e.KeyEnc[2:]
		return e.Encode()
	}},
	{"a parameter missing", func(f *forger) string {
		parts := strings.Split(f.genuine().Encode(), "&")
		i := f.turn.IntN(4) // but mer_order_id, which is only a hint
		return strings.Join(append(parts[:i:i], parts[i+1:]...), "&")
	}},
	{"a multipart form that breaks off", func(f *forger) string {
		return multipartStart + "Content-Disposition: form-data; name=\"msg_enc\"\r\n\r\n" + f.genuine().MsgEnc
	}},
	{"empty", func(*forger) string { return "" }},
	{"no form", func(f *forger) string { return f.random(f.turn.IntN(4000)) }},
}

// changed changes one byte of a part of a genuine notice, or some.
func changed(part func(*v2.Envelope) *string) func(*forger) string {
	return func(f *forger) string {
		e := f.genuine()
		data := unhex(*part(&e))
		for range 1 + f.turn.IntN(3)*f.turn.IntN(5) {
			data[f.turn.IntN(len(data))] ^= byte(1 + f.turn.IntN(255))
		}
		*part(&e) = hex.EncodeToString(data)
		return e.Encode()
	}
}

// genuine is one of the notices that were seen.
func (f *forger) genuine() v2.Envelope { return f.seen[f.turn.IntN(len(f.seen))] }

// random is so many bytes, in hexadecimal.
func (f *forger) random(n int) string {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(f.turn.Uint32())
	}
	return hex.EncodeToString(data)
}

// chosen is a notice with a session key and a message of the forger's choice, with so
// many bytes of padding, or broken padding for 0, and a signature that was seen.
func (f *forger) chosen(padding int) string {
	e := f.genuine()
	f.choose(&e, 1+f.turn.IntN(20), padding)
	return e.Encode()
}

// choose puts a session key and a message of so many blocks into a notice.
func (f *forger) choose(e *v2.Envelope, blocks, padding int) {
	size := f.shop.block()
	key, text := unhex(f.random(size)), unhex(f.random(size*blocks))
	for i := range padding {
		text[len(text)-1-i] = byte(padding)
	}
	if padding == 0 {
		text[len(text)-1] = byte(size + 1 + f.turn.IntN(200))
	}
	block, err := f.shop.cipher(key)
	if err != nil {
		f.t.Error(err)
		return
	}
	cipher.NewCBCEncrypter(block, key).CryptBlocks(text, text)
	e.MsgEnc, e.KeyEnc = hex.EncodeToString(text), hex.EncodeToString(f.wrap(key))
}

// wrap seals a session key to the merchant.
func (f *forger) wrap(key []byte) []byte {
	var sealed []byte
	var err error
	switch public := f.merchant.(type) {
	case *rsa.PublicKey:
		sealed, err = rsa.EncryptPKCS1v15(cryptorand.Reader, public, key)
	case *ecdsa.PublicKey:
		sealed, err = sm2.Encrypt(cryptorand.Reader, public, append(key, make([]byte, max(0, 1-len(key)))...), nil)
	}
	if err != nil {
		f.t.Error(err)
	}
	return sealed
}

// multiplied is an RSA ciphertext times one of a small number; of SM2, whose
// ciphertexts cannot be, one whose point is another.
func (f *forger) multiplied(sealed string) string {
	data := unhex(sealed)
	public, isRSA := f.merchant.(*rsa.PublicKey)
	if !isRSA {
		copy(data[1:65], f.wrap(make([]byte, 16))[1:65])
		return hex.EncodeToString(data)
	}
	factor := new(big.Int).Exp(big.NewInt(2+int64(f.turn.IntN(1<<20))), big.NewInt(int64(public.E)), public.N)
	product := factor.Mul(factor, new(big.Int).SetBytes(data))
	return hex.EncodeToString(product.Mod(product, public.N).FillBytes(data))
}

// edge is a number at the edge of what arithmetic takes, in so many bytes.
func (f *forger) edge(n int) string {
	texts := []string{strings.Repeat("00", n), strings.Repeat("ff", n), strings.Repeat("00", n-1) + "01", "3006020100020100" + strings.Repeat("00", max(0, n-8))}
	if public, isRSA := f.merchant.(*rsa.PublicKey); isRSA {
		texts = append(texts, fmt.Sprintf("%0*x", 2*n, public.N), fmt.Sprintf("%0*x", 2*n, new(big.Int).Sub(public.N, big.NewInt(1))))
	}
	return texts[f.turn.IntN(len(texts))]
}

// block is the size of the suite's cipher, which is that of its keys too.
func (s shop) block() int { return map[string]int{"intl": des.BlockSize, "gm": sm4.BlockSize}[s.Suite] }

func (s shop) cipher(key []byte) (cipher.Block, error) {
	if s.Suite == "gm" {
		return sm4.NewCipher(key)
	}
	return des.NewCipher(key)
}

func unhex(text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil {
		panic(err) // the test wrote it
	}
	return data
}
