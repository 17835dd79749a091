package sandbox

import (
	"bytes"
	"context"
	"crypto"
	"crypto/cipher"
	"crypto/des"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"
)

// testMerchant is the merchant of the known answers; gmMerchant its twin.
const (
	testMerchant = "473053110001"
	gmMerchant   = "473053110002"
)

func readKey[K any](t testing.TB, name string, parse func([]byte) (K, error)) K {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	key, err := parse(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return key
}

// merchants returns the two test merchants as the gateway knows them.
func merchants(t testing.TB) []Merchant {
	return []Merchant{{
		ID: testMerchant, Suite: SuiteIntl,
		MerchantKey: readKey(t, "merchant_public.pem", ParsePublicKey),
		GatewayKey:  readKey(t, "gateway_private.pem", ParsePrivateKey),
	}, {
		ID: gmMerchant, Suite: SuiteGM,
		MerchantKey: readKey(t, "merchant_sm2_public.pem", ParsePublicKey),
		GatewayKey:  readKey(t, "gateway_sm2_private.pem", ParsePrivateKey),
	}}
}

// peer is the merchant's side of the wire, on the primitives and not on the
// package's own codec.
type peer struct {
	t    testing.TB
	id   string
	url  string
	http *http.Client
}

var flowNumber atomic.Int64

func newFlow(merchantID string) string {
	return fmt.Sprintf("%s%s%06d", merchantID, time.Now().In(beijing).Format(wireLayout), flowNumber.Add(1))
}

// start serves a gateway and returns it with a peer for each merchant.
func start(t testing.TB, change func(*Config)) (*Gateway, *peer, *peer) {
	t.Helper()
	config := Config{Merchants: merchants(t)}
	if change != nil {
		change(&config)
	}
	g, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		g.Close()
		server.Close()
	})
	intl := &peer{t: t, id: testMerchant, url: server.URL + OnePayPath, http: server.Client()}
	gm := *intl
	gm.id = gmMerchant
	return g, intl, &gm
}

// payBody is a correct OP1001 body with changes.
func payBody(orderID string, changes map[string]any) map[string]any {
	body := map[string]any{
		"payChannel": "00", "payMode": "00", "orderId": orderID, "totalAmt": "0.01", "subject": "测试", "body": "",
		"attach": "", "deviceInfo": "", "spbillCreatIp": "127.0.0.1", "notifyUrl": "http://127.0.0.1:1/notify",
		"exprieTime": "", "goodsTag": "", "productId": "", "authCode": "", "wxIsRaw": "", "wxSubOpenid": "",
		"userId": "", "subAppId": "", "wxCallbackUrl": "", "js_code": "",
	}
	return changed(body, changes)
}

func refundBodyOf(orderID, flowID, amount string) map[string]any {
	return map[string]any{
		"oriMerOrderId": orderID, "merRefundFlowId": flowID, "refundAmt": amount, "refundChannel": "00",
		"merNotifyUrl": "", "refundReason": "", "splitRefundAmt": "",
	}
}

func orderBody(orderID string) map[string]any {
	return map[string]any{"oriMerOrderId": orderID, "orderId": orderID}
}

// changed applies changes to an object; a nil value removes a member.
func changed(object, changes map[string]any) map[string]any {
	for name, value := range changes {
		if object[name] = value; value == nil {
			delete(object, name)
		}
	}
	return object
}

func (p *peer) head(code string) map[string]any {
	return map[string]any{
		"version": "2.0.0", "tranType": "01", "merchantId": p.id, "tranCode": code,
		"tranTime": time.Now().In(beijing).Format(wireLayout), "tranFlowid": newFlow(p.id),
	}
}

// answerOf is an opened response.
type answerOf struct {
	Head struct{ RespCode, RespDesc, TranCode, TranFlowid, TranType, MerchantID string }
	Body map[string]any
}

// call sends a correct request and opens the answer.
func (p *peer) call(code string, body map[string]any) (answerOf, error) {
	return p.callWith(p.head(code), body)
}

func (p *peer) callWith(head, body map[string]any) (answerOf, error) {
	status, text, err := p.post(p.form(head, body))
	if err != nil {
		return answerOf{}, err
	}
	if status != http.StatusOK {
		return answerOf{}, fmt.Errorf("status %d", status)
	}
	return p.open(text)
}

// must is call for answers that have to come.
func (p *peer) must(code string, body map[string]any) answerOf {
	p.t.Helper()
	a, err := p.call(code, body)
	if err != nil {
		p.t.Fatalf("%s: %v", code, err)
	}
	return a
}

func (p *peer) form(head, body map[string]any) url.Values {
	p.t.Helper()
	plaintext, err := json.Marshal(map[string]any{"head": head, "body": body})
	if err != nil {
		p.t.Fatal(err)
	}
	form := p.seal(plaintext)
	form.Set("mer_order_id", fmt.Sprint(head["tranFlowid"]))
	return form
}

func (p *peer) post(form url.Values) (status int, body string, err error) {
	return p.postWith(p.t.Context(), form)
}

func (p *peer) postWith(ctx context.Context, form url.Values) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// seal seals a request with the merchant's key, for the gateway.
func (p *peer) seal(plaintext []byte) url.Values {
	p.t.Helper()
	var ciphertext, sealedKey, signature []byte
	var err error
	if p.id == gmMerchant {
		key := make([]byte, 16)
		rand.Read(key)
		block, blockErr := sm4.NewCipher(key)
		if blockErr != nil {
			p.t.Fatal(blockErr)
		}
		ciphertext = padAndEncrypt(block, key, plaintext)
		gateway := readKey(p.t, "gateway_sm2_public.pem", ParsePublicKey).(*ecdsa.PublicKey)
		own := readKey(p.t, "merchant_sm2_private.pem", ParsePrivateKey).(*sm2.PrivateKey)
		if sealedKey, err = sm2.Encrypt(rand.Reader, gateway, key, nil); err == nil {
			signature, err = own.Sign(rand.Reader, plaintext, sm2.NewSM2SignerOption(true, []byte("1234567812345678")))
		}
	} else {
		key := make([]byte, 8)
		rand.Read(key)
		block, blockErr := des.NewCipher(key)
		if blockErr != nil {
			p.t.Fatal(blockErr)
		}
		ciphertext = padAndEncrypt(block, key, plaintext)
		gateway := readKey(p.t, "gateway_public.pem", ParsePublicKey).(*rsa.PublicKey)
		own := readKey(p.t, "merchant_private.pem", ParsePrivateKey).(*rsa.PrivateKey)
		digest := sha1.Sum(plaintext)
		if sealedKey, err = rsa.EncryptPKCS1v15(rand.Reader, gateway, key); err == nil {
			signature, err = own.Sign(rand.Reader, digest[:], crypto.SHA1)
		}
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return url.Values{
		"merchant_id": {p.id}, "msg_enc": {hex.EncodeToString(ciphertext)},
		"key_enc": {hex.EncodeToString(sealedKey)}, "sign": {hex.EncodeToString(signature)},
	}
}

func padAndEncrypt(block cipher.Block, iv, plaintext []byte) []byte {
	pad := block.BlockSize() - len(plaintext)%block.BlockSize()
	padded := append(bytes.Clone(plaintext), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(padded, padded)
	return padded
}

// openText opens what the gateway has sealed for the merchant.
func (p *peer) openText(parameters map[string]string) ([]byte, error) {
	var parts [3][]byte
	for i, name := range []string{"msg_enc", "key_enc", "sign"} {
		part, err := hex.DecodeString(parameters[name])
		if err != nil || len(part) == 0 {
			return nil, fmt.Errorf("%s: no hex: %q", name, parameters[name])
		}
		parts[i] = part
	}
	ciphertext, sealedKey, signature := parts[0], parts[1], parts[2]
	if p.id == gmMerchant {
		key, err := sm2.Decrypt(readKey(p.t, "merchant_sm2_private.pem", ParsePrivateKey).(*sm2.PrivateKey), sealedKey)
		if err != nil {
			return nil, err
		}
		block, err := sm4.NewCipher(key)
		if err != nil {
			return nil, err
		}
		plaintext := decryptAndUnpad(block, key, ciphertext)
		gateway := readKey(p.t, "gateway_sm2_public.pem", ParsePublicKey).(*ecdsa.PublicKey)
		if !sm2.VerifyASN1WithSM2(gateway, []byte("1234567812345678"), plaintext, signature) {
			return nil, errBadSignature
		}
		return plaintext, nil
	}
	key, err := rsa.DecryptPKCS1v15(nil, readKey(p.t, "merchant_private.pem", ParsePrivateKey).(*rsa.PrivateKey), sealedKey)
	if err != nil {
		return nil, err
	}
	block, err := des.NewCipher(key)
	if err != nil {
		return nil, err
	}
	plaintext := decryptAndUnpad(block, key, ciphertext)
	digest := sha1.Sum(plaintext)
	gateway := readKey(p.t, "gateway_public.pem", ParsePublicKey).(*rsa.PublicKey)
	if rsa.VerifyPKCS1v15(gateway, crypto.SHA1, digest[:], signature) != nil {
		return nil, errBadSignature
	}
	return plaintext, nil
}

var errBadSignature = errors.New("bad signature")

// decryptAndUnpad trusts the padding; the signature tells if it was wrong.
func decryptAndUnpad(block cipher.Block, iv, ciphertext []byte) []byte {
	plaintext := make([]byte, len(ciphertext))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plaintext, ciphertext)
	return plaintext[:len(plaintext)-int(plaintext[len(plaintext)-1])]
}

// open reads a response by name, as raw text.
func (p *peer) open(text string) (answerOf, error) {
	parameters := make(map[string]string)
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		parameters[name] = value
	}
	if parameters["merchant_id"] != p.id {
		return answerOf{}, fmt.Errorf("not an envelope: %.80q", text)
	}
	plaintext, err := p.openText(parameters)
	if err != nil {
		return answerOf{}, err
	}
	var a answerOf
	err = json.Unmarshal(plaintext, &a)
	return a, err
}
