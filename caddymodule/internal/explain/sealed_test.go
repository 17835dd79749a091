package explain_test

import (
	"crypto"
	_ "crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// gmNotice is the notice of the merchant of suite gm.
var gmNotice = strings.ReplaceAll(notice, "473053110001", "473053110003")

var (
	rightOrder = sm2.NewPlainEncrypterOpts(sm2.MarshalUncompressed, sm2.C1C3C2)
	otherOrder = sm2.NewPlainEncrypterOpts(sm2.MarshalUncompressed, sm2.C1C2C3)
)

// edited is a form with one parameter changed.
func edited(v url.Values, name string, edit func(string) string) url.Values {
	v.Set(name, edit(v.Get(name)))
	return v
}

// wrongSealed are messages that do not open, or say nothing that can be used.
var wrongSealed = map[string]struct {
	form  func(t *testing.T) url.Values
	cause string
}{
	"no key_enc": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "key_enc", func(string) string { return "" })
	}, "parameter_missing"},
	"base64 for hex": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "sign", func(s string) string { return b64(raw(s)) })
	}, "not_hex"},
	"a digit lost": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "msg_enc", func(s string) string { return s[1:] })
	}, "odd_length"},
	"block cut off": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "msg_enc", func(s string) string { return s[:len(s)-2] })
	}, "msg_enc_cut_off"},
	"last block lost": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "msg_enc", func(s string) string { return s[:len(s)-16] })
	}, "padding_broken"},
	"no merchant_id": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "merchant_id", func(string) string { return "" })
	}, "merchant_id_missing"},
	"unknown merchant": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "merchant_id", func(string) string { return "473053110009" })
	}, "merchant_id_unknown"},
	"merid for merchant_id": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "merchant_id", func(string) string { return "89900001" })
	}, "merchant_id_is_merid"},
	"a number with blanks": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "mer_order_id", func(string) string { return "A 2345678" })
	}, "parameter_refused"},
	"suite gm at an intl merchant": {func(t *testing.T) url.Values {
		return edited(sealGM(t, notice, nil, rightOrder), "merchant_id", func(string) string { return "473053110001" })
	}, "wrong_suite"},
	"suite intl at a gm merchant": {func(t *testing.T) url.Values {
		return edited(intl(gmNotice).seal(t), "merchant_id", func(string) string { return "473053110003" })
	}, "wrong_suite"},
	"key_enc cut off": {func(t *testing.T) url.Values {
		return edited(intl(notice).seal(t), "key_enc", func(s string) string { return s[:len(s)-2] })
	}, "key_enc_length"},
	"our own request": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.from, l.to = "merchant_private.pem", "gateway_public.pem"
		return l.seal(t)
	}, "own_message"},
	"sealed to another merchant": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.to = "merchant_old_public.pem"
		return l.seal(t)
	}, "key_of_other_merchant"},
	"sealed to nobody": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.to = "gateway_public.pem"
		return l.seal(t)
	}, "session_key_does_not_open"},
	"session key of 3DES": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.sessionKey = []byte("123456781234567812345678")
		return l.seal(t)
	}, "session_key_length"},
	"SM2 in the old order": {func(t *testing.T) url.Values {
		return sealGM(t, gmNotice, nil, otherOrder)
	}, "sm2_order"},
	"IV of zeros": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.iv = make([]byte, 8)
		return l.seal(t)
	}, "zero_iv"},
	"IV of zeros in gm": {func(t *testing.T) url.Values {
		return sealGM(t, gmNotice, make([]byte, 16), rightOrder)
	}, "zero_iv"},
	"SHA256withRSA": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.hash = crypto.SHA256
		return l.seal(t)
	}, "signed_with_other_hash"},
	"another text signed": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.signedText = strings.ReplaceAll(notice, "19.99", "0.01")
		return l.seal(t)
	}, "signed_other_text"},
	"another merchant's gateway key": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.from = "gateway_old_private.pem"
		return l.seal(t)
	}, "gateway_key_of_other_merchant"},
	"nobody's gateway key": {func(t *testing.T) url.Values {
		l := intl(notice)
		l.from = "merchant_old_private.pem"
		return l.seal(t)
	}, "gateway_key_wrong"},
	"another text in gm": {func(t *testing.T) url.Values {
		v := sealGM(t, gmNotice, nil, rightOrder)
		v.Set("sign", sealGM(t, notice, nil, rightOrder).Get("sign"))
		return v
	}, "gateway_key_wrong"},
	"no JSON": {func(t *testing.T) url.Values { return intl("success").seal(t) }, "message_unreadable"},
	"another merchant's notice": {func(t *testing.T) url.Values {
		return intl(gmNotice).seal(t)
	}, "merchant_differs"},
	"no order": {func(t *testing.T) url.Values {
		return intl(strings.ReplaceAll(notice, "merOrderId", "number")).seal(t)
	}, "order_number_missing"},
	"no state": {func(t *testing.T) url.Values {
		return intl(strings.ReplaceAll(notice, `"state"`, `"result"`)).seal(t)
	}, "state_missing"},
	"unknown state": {func(t *testing.T) url.Values {
		return intl(strings.ReplaceAll(notice, `"11"`, `"19"`)).seal(t)
	}, "state_unknown"},
	"paid, but how much": {func(t *testing.T) url.Values {
		return intl(strings.ReplaceAll(notice, "totalAmt", "amount")).seal(t)
	}, "amount_missing"},
	"two amounts": {func(t *testing.T) url.Values {
		return intl(strings.ReplaceAll(notice, `"totalAmt":`, `"tranAmt":"1.99","totalAmt":`)).seal(t)
	}, "members_contradict"},
	"two refund states": {func(t *testing.T) url.Values {
		return intl(strings.ReplaceAll(notice, `"state":"11"`, `"refundState":"31","state":"33"`)).seal(t)
	}, "members_contradict"},
}

func TestWrongSealed(t *testing.T) {
	t.Parallel()
	for name, tc := range wrongSealed {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := tc.form(t)
			r := explain.Explain([]byte(sent.Encode()), world(t))
			if got := names(r); len(got) == 0 || got[0] != tc.cause || r.Accepted || r.Kind != explain.KindSealed {
				t.Errorf("causes %v, accepted %v; want %s first\n%s", got, r.Accepted, tc.cause, printed(t, r))
			}
			mustKeepSecrets(t, r, canaries...)
			for _, parameter := range []string{"msg_enc", "key_enc", "sign"} {
				if value := sent.Get(parameter); len(value) > 16 {
					mustKeepSecrets(t, r, value[:16])
				}
			}
		})
	}
}

func TestWrongSealedShapes(t *testing.T) {
	t.Parallel()
	whole := intl(notice).seal(t)
	members := map[string]string{}
	for name := range whole {
		members[name] = whole.Get(name)
	}
	object, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ input, cause string }{
		"plain text": {notice, "not_sealed"},
		"JSON body":  {string(object), "json_body"},
		"encoded":    {url.QueryEscape(whole.Encode()), "form_encoded_twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := explain.Explain([]byte(tc.input), world(t))
			if got := names(r); len(got) == 0 || got[0] != tc.cause || r.Accepted {
				t.Errorf("causes %v, accepted %v; want %s first", got, r.Accepted, tc.cause)
			}
			mustKeepSecrets(t, r, canaries...)
		})
	}
}

func TestAcceptedSealed(t *testing.T) {
	t.Parallel()
	older := intl(notice).seal(t)
	older.Set("xml_enc", older.Get("msg_enc"))
	older.Del("msg_enc")
	answer := intl(strings.Replace(notice, `"tranType":"01"`, `"tranType":"02","respCode":"E8000001"`, 1)).seal(t)
	for name, tc := range map[string]struct {
		input  string
		causes []string
	}{
		"notice":          {intl(notice).seal(t).Encode(), nil},
		"notice in gm":    {sealGM(t, gmNotice, nil, rightOrder).Encode(), nil},
		"GBK":             {intl(strings.Replace(notice, `"openid"`, "\"note\":\"\xb3\xc9\xb9\xa6\",\"openid\"", 1)).seal(t).Encode(), nil},
		"byte order mark": {intl("\ufeff" + notice).seal(t).Encode(), nil},
		"of a refund":     {intl(strings.Replace(notice, `"state":"11"`, `"refundState":"31","merRefundFlowId":"R1"`, 1)).seal(t).Encode(), nil},
		"takes itself back": {
			intl(strings.Replace(notice, `"tranType":"01"`, `"tranType":"01","respCode":"E9999999"`, 1)).seal(t).Encode(),
			[]string{"notice_proves_nothing"},
		},
		"xml_enc":         {older.Encode(), []string{"old_parameter_name"}},
		"answer":          {answer.Encode(), nil},
		"answer, raw":     {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + answer.Encode(), nil},
		"upper-case hex":  {edited(intl(notice).seal(t), "msg_enc", strings.ToUpper).Encode(), nil},
		"request by POST": {"POST /onepay/notify HTTP/1.1\r\nHost: pay.example.com\r\n\r\n" + intl(notice).seal(t).Encode(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := explain.Explain([]byte(tc.input), world(t))
			if !r.Verified || !r.Accepted || !slices.Equal(names(r), tc.causes) {
				t.Errorf("causes %v, verified %v, accepted %v:\n%s", names(r), r.Verified, r.Accepted, printed(t, r))
			}
			mustKeepSecrets(t, r, canaries...)
		})
	}
}

// While keys are changed, a message for the previous ones is told from one for
// those whose day is over.
func TestSealedForPreviousKeys(t *testing.T) {
	t.Parallel()
	loader := merchants.Loader{Resolve: func(s string) string { return strings.Replace(s, "{env.A}", shopKey, 1) }}
	r, err := loader.Load([]merchants.Config{{
		MerID: "89900001", GatewayMerchant: "473053110001", SignKey: "{env.A}",
		PrivateKey: keyPath("merchant_private.pem"), GatewayKey: keyPath("gateway_public.pem"),
		PreviousPrivateKey: keyPath("merchant_old_private.pem"), PreviousPrivateKeyUntil: "2026-11-30",
	}})
	if err != nil {
		t.Fatal(err)
	}
	l := intl(notice)
	l.to = "merchant_old_public.pem"
	sent := []byte(l.seal(t).Encode())

	during := explain.Explain(sent, explain.World{Merchants: r, Now: now})
	if !during.Accepted || !slices.Equal(names(during), []string{"previous_key_used"}) {
		t.Errorf("while the key is accepted: causes %v, accepted %v", names(during), during.Accepted)
	}
	after := explain.Explain(sent, explain.World{Merchants: r, Now: now.Add(30 * 24 * time.Hour)})
	if after.Accepted || names(after)[0] != "old_key_expired" {
		t.Errorf("after its day: causes %v, accepted %v", names(after), after.Accepted)
	}
}

// An answer names no merchant; the operator does.
func TestOperatorNamesTheMerchantOfAnAnswer(t *testing.T) {
	t.Parallel()
	sent := intl(notice).seal(t)
	sent.Del("merchant_id")
	w := world(t)
	w.MerID = "89900001"
	if r := explain.Explain([]byte(sent.Encode()), w); !r.Accepted || r.Merchant != "473053110001" {
		t.Errorf("causes %v, merchant %q", names(r), r.Merchant)
	}
}

// The known answers of OpenSSL are explained as what they are.
func TestSealedVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../../translate/v2/testdata/v2.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name, Suite, Direction string
		MsgEnc                 string `json:"msg_enc"`
		KeyEnc                 string `json:"key_enc"`
		Sign                   string
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 10 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	numbers := map[string]string{"intl": "473053110001", "gm": "473053110003"}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			text, err := hex.DecodeString(v.MsgEnc)
			if err != nil || len(text) == 0 {
				t.Fatal("no msg_enc")
			}
			sent := url.Values{
				"merchant_id": {numbers[v.Suite]}, "msg_enc": {v.MsgEnc}, "key_enc": {v.KeyEnc}, "sign": {v.Sign},
			}
			r := explain.Explain([]byte(sent.Encode()), world(t))
			if want := v.Direction != "request"; r.Verified != want {
				t.Errorf("verified %v, want %v: causes %v", r.Verified, want, names(r))
			}
		})
	}
}
