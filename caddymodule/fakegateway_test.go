package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// gatewayMerchant is the v2 number of the merchants in these tests.
const gatewayMerchant = "473053110001"

// fakeGateway is a v2 gateway of suite intl that accepts every payment and
// shows a code for it, unless a test gives it another answer.
type fakeGateway struct {
	*httptest.Server
	codec *v2.Codec
	// former also opens what the merchant sends, while keys are being changed.
	former *v2.Codec

	mu     sync.Mutex
	forms  []string         // what was POSTed, undecoded order numbers
	answer http.HandlerFunc // nil: shows a code
	paid   bool             // and says that it is paid
}

// newFakeGateway starts a gateway for the length of a test.
func newFakeGateway(t testing.TB) *fakeGateway {
	t.Helper()
	codec, err := gatewayCodec()
	if err != nil {
		t.Fatal(err)
	}
	g := &fakeGateway{codec: codec}
	g.Server = httptest.NewServer(http.HandlerFunc(g.serve))
	t.Cleanup(g.Close)
	return g
}

// gatewayCodec is the gateway's side of the keys in testdata.
func gatewayCodec() (*v2.Codec, error) {
	private, err := os.ReadFile(keyPath("gateway_private.pem"))
	if err != nil {
		return nil, err
	}
	own, err := v2.ParsePrivateKey(private, "")
	if err != nil {
		return nil, err
	}
	public, err := os.ReadFile(keyPath("merchant_public.pem"))
	if err != nil {
		return nil, err
	}
	peer, err := v2.ParsePublicKey(public)
	if err != nil {
		return nil, err
	}
	return v2.NewCodec(v2.Intl, own, peer)
}

// keyPath returns the absolute path of a key in testdata.
func keyPath(name string) string {
	path, err := filepath.Abs(filepath.Join("testdata", "keys", name))
	if err != nil {
		panic(err) // there is no working directory
	}
	return path
}

// answerWith changes what the gateway does with a POST; nil puts it back.
func (g *fakeGateway) answerWith(answer http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer = answer
}

// answerPaid makes every payment paid from now on.
func (g *fakeGateway) answerPaid() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.paid = true
}

// posts returns how many POSTs the gateway has seen.
func (g *fakeGateway) posts() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.forms)
}

func (g *fakeGateway) serve(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	g.forms = append(g.forms, r.PostForm.Get("mer_order_id"))
	answer := g.answer
	g.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	if err := g.show(w, r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// show answers a pay message, of 19.99 yuan, with a code to be scanned, and a
// query with the state of all payments.
func (g *fakeGateway) show(w http.ResponseWriter, r *http.Request) error {
	request, err := g.read(r)
	if err != nil {
		return err
	}
	orderNo := request.Body["orderId"]
	switch request.Head["tranCode"] {
	case v2.TranPay:
	case v2.TranQuery:
		orderNo = request.Body["oriMerOrderId"]
	default:
		return errors.New("neither a payment nor a query")
	}
	head := request.Head
	head["tranType"], head["respCode"], head["respDesc"] = "02", "S0000000", "ok"
	g.mu.Lock()
	state := "12"
	if g.paid {
		state = "11"
	}
	g.mu.Unlock()
	body := map[string]string{"tranState": state, "codeUrl": shownCode, "orderNo": orderNo, "totalAmt": "19.99", "jytOrderId": "OP1"}
	if request.Body["wxIsRaw"] == "1" {
		body["wc_pay_data"] = shownPayData
	}
	return g.seal(w, map[string]any{"head": head, "body": body})
}

// shownPayData is what the gateway gives to WeChat's payment.
const shownPayData = `{"appId":"wx0123456789abcdef","timeStamp":"1795262400","nonceStr":"n1",` +
	`"package":"prepay_id=wx1","signType":"RSA","paySign":"canarypaysign"}`

// gatewayMessage is a message as tests look at it.
type gatewayMessage struct{ Head, Body map[string]string }

// read opens the message in a request's form.
func (g *fakeGateway) read(r *http.Request) (gatewayMessage, error) {
	if err := r.ParseForm(); err != nil {
		return gatewayMessage{}, err
	}
	envelope, err := v2.EnvelopeFrom(r.PostForm.Get)
	if err != nil {
		return gatewayMessage{}, err
	}
	plain, err := g.open(envelope)
	if err != nil {
		return gatewayMessage{}, err
	}
	var message gatewayMessage
	err = json.Unmarshal(plain, &message)
	return message, err
}

func (g *fakeGateway) open(e v2.Envelope) ([]byte, error) {
	plain, err := g.codec.Open(e)
	if err != nil && g.former != nil {
		return g.former.Open(e)
	}
	return plain, err
}

// shownCode is the code that the gateway shows.
const shownCode = "weixin://wxpay/bizpayurl?pr=canary-shown-code"

func (g *fakeGateway) seal(w http.ResponseWriter, message any) error {
	plain, err := json.Marshal(message)
	if err != nil {
		return err
	}
	e, err := g.codec.Seal(gatewayMerchant, "", plain)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "merchant_id=%s&msg_enc=%s&key_enc=%s&sign=%s", e.MerchantID, e.MsgEnc, e.KeyEnc, e.Sign)
	return err
}
