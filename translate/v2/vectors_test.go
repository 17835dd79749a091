package v2

import (
	"strings"
	"testing"
)

// TestVectors runs every known answer over every entry point.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s, err := LookupSuite(v.Suite)
			if err != nil {
				t.Fatal(err)
			}
			sender, receiver := codecs(t, s, withSessionKey(t, v.SessionKey))
			if v.Direction != "request" {
				sender, receiver = receiver, sender
			}
			checkOpen(t, receiver, v)
			checkWire(t, receiver, v)
			checkSeal(t, sender, receiver, v)
			checkMessage(t, v)
		})
	}
}

// checkOpen opens the vector as it is, in the other case of hex, and with and
// without the leading 04 of SM2.
func checkOpen(t *testing.T, receiver *Codec, v vector) {
	t.Helper()
	forms := map[string]func(*Envelope){
		"as given": func(*Envelope) {},
		"upper case": func(e *Envelope) {
			e.MsgEnc, e.KeyEnc, e.Sign = strings.ToUpper(e.MsgEnc), strings.ToUpper(e.KeyEnc), strings.ToUpper(e.Sign)
		},
		"lower case": func(e *Envelope) {
			e.MsgEnc, e.KeyEnc, e.Sign = strings.ToLower(e.MsgEnc), strings.ToLower(e.KeyEnc), strings.ToLower(e.Sign)
		},
	}
	if v.Suite == "gm" {
		forms["without 04"] = func(e *Envelope) { e.KeyEnc = e.KeyEnc[2:] }
	}
	for name, change := range forms {
		e := v.envelope()
		change(&e)
		plain, err := receiver.Open(e)
		if err != nil || string(plain) != v.Plaintext {
			t.Errorf("%s: Open = %q, %v; want the vector's plaintext", name, plain, err)
		}
	}
}

// checkWire sends the vector through both ways of reading an envelope.
func checkWire(t *testing.T, receiver *Codec, v vector) {
	t.Helper()
	want := v.envelope()
	answer := "sign=" + v.Sign + "&key_enc=" + v.KeyEnc + "&merchant_id=" + v.MerchantID + "&xml_enc=" + v.MsgEnc + "&mer_order_id=" + v.MerOrderID + "\r\n"
	for name, raw := range map[string]string{"as sent": want.Encode(), "as answered": answer} {
		got, err := ParseEnvelope([]byte(raw))
		if err != nil || got != want {
			t.Errorf("%s: ParseEnvelope = %.40v, %v", name, got, err)
		}
	}
	form := map[string]string{"merchant_id": v.MerchantID, "xml_enc": v.MsgEnc, "key_enc": v.KeyEnc, "sign": v.Sign, "mer_order_id": v.MerOrderID}
	got, err := EnvelopeFrom(func(name string) string { return form[name] })
	if err != nil || got != want {
		t.Errorf("EnvelopeFrom = %.40v, %v", got, err)
	}
	if plain, err := receiver.Open(got); err != nil || string(plain) != v.Plaintext {
		t.Errorf("Open of a parsed envelope: %v", err)
	}
}

// checkSeal seals the plaintext with the vector's session key: the same msg_enc,
// for RSA the same signature, and the receiver opens it.
func checkSeal(t *testing.T, sender, receiver *Codec, v vector) {
	t.Helper()
	e, err := sender.Seal(v.MerchantID, v.MerOrderID, []byte(v.Plaintext))
	if err != nil {
		t.Fatal(err)
	}
	if e.MsgEnc != strings.ToLower(v.MsgEnc) {
		t.Errorf("MsgEnc = %s\nwant %s", e.MsgEnc, v.MsgEnc)
	}
	if v.Suite == "intl" && e.Sign != v.Sign {
		t.Errorf("Sign = %s\nwant %s", e.Sign, v.Sign)
	}
	if v.Suite == "gm" && !strings.HasPrefix(e.KeyEnc, "04") {
		t.Errorf("KeyEnc = %s; want a leading 04", e.KeyEnc)
	}
	if e.MerchantID != v.MerchantID || e.MerOrderID != v.MerOrderID {
		t.Errorf("Seal changed the numbers: %s, %s", e.MerchantID, e.MerOrderID)
	}
	if e.KeyEnc != strings.ToLower(e.KeyEnc) || e.Sign != strings.ToLower(e.Sign) {
		t.Error("Seal wrote hex that is not lower case")
	}
	if plain, err := receiver.Open(e); err != nil || string(plain) != v.Plaintext {
		t.Errorf("Open of what was sealed: %v", err)
	}
}

// checkMessage reads the plaintext as the message that its direction makes it.
func checkMessage(t *testing.T, v vector) {
	t.Helper()
	m, err := ParseMessage([]byte(v.Plaintext))
	if err != nil {
		t.Fatal(err)
	}
	if m.Head.MerchantID != v.MerchantID || m.Head.TranFlowID != v.MerOrderID || m.Head.Version != ProtocolVersion {
		t.Errorf("Head = %+v", m.Head)
	}
	name := strings.TrimSuffix(v.Name, " (gm)")
	switch name {
	case "request compact", "request php escapes, upper-case msg_enc":
		r, err := readMembers("body", payMembers, m.body)
		if err != nil || r.Subject != "这是Subject" || r.NotifyURL != "http://10.10.10.103:12222/notify" || r.SpbillCreateIP != "127.0.0.1" {
			t.Errorf("request = %+v, %v", r, err)
		}
	case "response accepted":
		r := m.PayReply()
		if r.Err != nil || Classify(m.Head.RespCode) != Processed || r.TranState != TranProcessing || r.CodeURL != "weixin://wxpay/bizpayurl?pr=Nf547CJ" {
			t.Errorf("reply = %+v", r)
		}
	case "response error, empty body":
		r := m.PayReply()
		if r.Err != nil || Classify(m.Head.RespCode) != Repeated || r != (Statement{Head: m.Head}) || m.Head.RespDesc != "重复操作" {
			t.Errorf("reply = %+v", r)
		}
	case "notice paid":
		wantOrderState(t, m, Statement{OrderNo: "O47305311000180460965", TranState: TranSuccess, Amount: "0.01", Time: "20240930131015"})
	case "notice with unknown members, numeric amount":
		wantOrderState(t, m, Statement{OrderNo: "A2345678", TranState: TranSuccess, Amount: "1", Time: "20240930131015"})
	default:
		t.Errorf("vector %q has no expectation here", name)
	}
}

func wantOrderState(t *testing.T, m Message, want Statement) {
	t.Helper()
	want.Head = m.Head
	if got := m.Notice(); got != want {
		t.Errorf("Notice = %+v; want %+v", got, want)
	}
}
