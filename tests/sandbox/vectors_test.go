package sandbox

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// vector is a known answer, made with OpenSSL.
type vector struct {
	Name, Suite, Direction, Plaintext string
	SessionKey                        string `json:"session_key"`
	MerchantID                        string `json:"merchant_id"`
	MerOrderID                        string `json:"mer_order_id"`
	MsgEnc                            string `json:"msg_enc"`
	KeyEnc                            string `json:"key_enc"`
	Sign                              string `json:"sign"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/v2.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no vectors")
	}
	return all
}

func (v vector) envelope() envelope {
	return envelope{v.MerchantID, v.MsgEnc, v.KeyEnc, v.Sign, v.MerOrderID}
}

// gatewayOf returns the gateway's view of a vector's merchant.
func gatewayOf(t testing.TB, v vector) *Merchant {
	for _, m := range merchants(t) {
		if string(m.Suite) == v.Suite {
			return &m
		}
	}
	t.Fatalf("no merchant with suite %q", v.Suite)
	return nil
}

func TestVectorsOpen(t *testing.T) {
	t.Parallel()
	opened := 0
	for _, v := range vectors(t) {
		if v.Direction != "request" {
			continue
		}
		opened++
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			m := gatewayOf(t, v)
			plaintext, err := m.openEnvelope(v.envelope())
			if err != nil {
				t.Fatal(err)
			}
			if string(plaintext) != v.Plaintext {
				t.Errorf("opened %q, want %q", plaintext, v.Plaintext)
			}
			for _, part := range []string{"msg_enc", "key_enc", "sign"} {
				if _, err := m.openEnvelope(v.tampered(part)); err == nil {
					t.Errorf("opened with a changed %s", part)
				}
			}
		})
	}
	if opened == 0 {
		t.Error("no request among the vectors")
	}
}

// tampered changes the first digits of one part.
func (v vector) tampered(part string) envelope {
	e := v.envelope()
	target := map[string]*string{"msg_enc": &e.msgEnc, "key_enc": &e.keyEnc, "sign": &e.sign}[part]
	first := "00"
	if strings.HasPrefix(*target, first) {
		first = "01"
	}
	*target = first + (*target)[2:]
	return e
}

func TestVectorsEncrypt(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			key, err := hex.DecodeString(v.SessionKey)
			if err != nil {
				t.Fatal(err)
			}
			ciphertext, err := suites[Suite(v.Suite)].encrypt(key, []byte(v.Plaintext))
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(ciphertext); got != strings.ToLower(v.MsgEnc) {
				t.Errorf("msg_enc is %s, want %s", got, v.MsgEnc)
			}
			if v.Suite != string(SuiteIntl) || v.Direction == "request" {
				return // SM2 signatures are randomised, requests are the merchant's
			}
			m := gatewayOf(t, v)
			signature, err := suites[m.Suite].sign(m.GatewayKey, []byte(v.Plaintext))
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(signature); got != v.Sign {
				t.Errorf("sign is %s, want %s", got, v.Sign)
			}
		})
	}
}

// TestSealOpensAtMerchant opens what the gateway seals with the peer's own
// code and the merchant's key.
func TestSealOpensAtMerchant(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		if v.Direction == "request" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			m := gatewayOf(t, v)
			e, err := m.sealEnvelope([]byte(v.Plaintext), []byte(v.Plaintext), v.MerOrderID)
			if err != nil {
				t.Fatal(err)
			}
			p := &peer{t: t, id: m.ID}
			for name, sealed := range map[string]envelope{"own": e, "vector's": v.envelope()} {
				plaintext, err := p.openText(map[string]string{
					"msg_enc": sealed.msgEnc, "key_enc": sealed.keyEnc, "sign": sealed.sign,
				})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if string(plaintext) != v.Plaintext {
					t.Errorf("%s: opened %q, want %q", name, plaintext, v.Plaintext)
				}
			}
		})
	}
}

func FuzzOpenEnvelope(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Suite, v.MsgEnc, v.KeyEnc, v.Sign)
	}
	f.Add("intl", "", "", "")
	f.Add("gm", "00", "04", "30")
	f.Fuzz(func(t *testing.T, suite, msgEnc, keyEnc, sign string) {
		if _, known := suites[Suite(suite)]; !known {
			return
		}
		m := gatewayOf(t, vector{Suite: suite})
		plaintext, err := m.openEnvelope(envelope{m.ID, msgEnc, keyEnc, sign, "1"})
		if err == nil && !strings.HasPrefix(string(plaintext), "{") {
			t.Errorf("opened %q", plaintext)
		}
	})
}

func FuzzReadRequest(f *testing.F) {
	g, err := New(Config{Merchants: merchants(f)})
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range vectors(f) {
		f.Add([]byte(v.Plaintext))
	}
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		r := g.readRequest(plaintext)
		if len(r.violations) > 0 {
			return
		}
		if _, known := g.interfaceOf(r.code); !known || r.orderID == "" && r.code != CodeRefundQuery {
			t.Errorf("no violation in %q", plaintext)
		}
	})
}
