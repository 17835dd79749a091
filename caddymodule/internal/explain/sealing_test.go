package explain_test

import (
	"bytes"
	"crypto"
	"crypto/cipher"
	"crypto/des"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"net/url"
	"os"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// notice is a notice that the gateway might send.
const notice = `{"head":{"version":"2.0.0","tranType":"01","merchantId":"473053110001","tranTime":"20261122120000",` +
	`"tranFlowid":"47305311000120261122120000000001","tranCode":"OP3001"},` +
	`"body":{"merOrderId":"A2345678","state":"11","totalAmt":"19.99","openid":"oCanaryOpenID000000000000001"}}`

// letter is a sealed message that a test makes by hand, right in every respect
// that it does not change.
type letter struct {
	plain, signedText string // what is sealed, and what is signed when that differs
	sessionKey, iv    []byte
	from, to          string // key files: the private key that signs, the public key it is sealed to
	hash              crypto.Hash
}

// intl is a right letter of suite intl.
func intl(plain string) letter {
	return letter{
		plain: plain, signedText: plain, sessionKey: []byte("12345678"), iv: []byte("12345678"),
		from: "gateway_private.pem", to: "merchant_public.pem", hash: crypto.SHA1,
	}
}

func private(t testing.TB, name string) crypto.Signer {
	t.Helper()
	data, err := os.ReadFile(keyPath(name))
	if err != nil {
		t.Fatal(err)
	}
	key, err := v2.ParsePrivateKey(data, "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func public(t testing.TB, name string) crypto.PublicKey {
	t.Helper()
	data, err := os.ReadFile(keyPath(name))
	if err != nil {
		t.Fatal(err)
	}
	key, err := v2.ParsePublicKey(data)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// seal encrypts and signs a letter of suite intl. A session key of another length
// is sealed as it is, and the text encrypted with its first 8 bytes.
func (l letter) seal(t testing.TB) url.Values {
	t.Helper()
	block, err := des.NewCipher(l.sessionKey[:8])
	if err != nil {
		t.Fatal(err)
	}
	h := l.hash.New()
	h.Write([]byte(l.signedText))
	signature, err := rsa.SignPKCS1v15(nil, private(t, l.from).(*rsa.PrivateKey), l.hash, h.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := rsa.EncryptPKCS1v15(rand.Reader, public(t, l.to).(*rsa.PublicKey), l.sessionKey)
	if err != nil {
		t.Fatal(err)
	}
	return envelope("473053110001", encrypted(block, l.iv, l.plain), wrapped, signature)
}

// sealGM encrypts and signs a text for the merchant of suite gm.
func sealGM(t testing.TB, plain string, iv []byte, opts *sm2.EncrypterOpts) url.Values {
	t.Helper()
	key := []byte("1234567812345678")
	if iv == nil {
		iv = key
	}
	block, err := sm4.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := sm2.Encrypt(rand.Reader, public(t, "merchant_sm2_public.pem").(*ecdsa.PublicKey), key, opts)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := private(t, "gateway_sm2_private.pem").Sign(rand.Reader, []byte(plain), sm2.DefaultSM2SignerOpts)
	if err != nil {
		t.Fatal(err)
	}
	return envelope("473053110003", encrypted(block, iv, plain), wrapped, signature)
}

func encrypted(block cipher.Block, iv []byte, plain string) []byte {
	size := block.BlockSize()
	padding := size - len(plain)%size
	text := append([]byte(plain), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(text, text)
	return text
}

func envelope(merchant string, text, wrapped, signature []byte) url.Values {
	return url.Values{
		"merchant_id": {merchant}, "mer_order_id": {"A2345678"},
		"msg_enc": {hex.EncodeToString(text)}, "key_enc": {hex.EncodeToString(wrapped)}, "sign": {hex.EncodeToString(signature)},
	}
}
