package v2

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func FuzzParseEnvelope(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add([]byte(v.envelope().Encode()))
	}
	f.Add([]byte("<html>"))
	f.Add([]byte("merchant_id=1&xml_enc=aa&msg_enc=aa&key_enc=%62&sign=cc"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := ParseEnvelope(raw)
		if err != nil {
			if len(err.Error()) > 150 || strings.ContainsAny(err.Error(), "\r\n\x00\x1b") {
				t.Fatalf("the error is not fit for a log: %q", err)
			}
			return
		}
		again, err := ParseEnvelope([]byte(e.Encode()))
		if e.MsgEnc == "" || e.KeyEnc == "" || e.Sign == "" {
			t.Fatalf("an envelope with a hole: %+v", e)
		}
		if printable(e.MsgEnc+e.KeyEnc+e.Sign) && !strings.Contains(e.MsgEnc+e.KeyEnc+e.Sign+e.MerchantID+e.MerOrderID, "%") && (err != nil || again != e) {
			t.Fatalf("encoding and parsing gave %+v, %v; want %+v", again, err, e)
		}
	})
}

func FuzzParseMessage(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add([]byte(v.Plaintext))
	}
	f.Add(answer(`{"wc_pay_data":{"a":"b"},"refundState":30,"tranState":11,"state":"11"}`))
	f.Add([]byte(`{"head":{},"body":""}`))
	f.Fuzz(func(t *testing.T, plain []byte) {
		m, err := ParseMessage(plain)
		if err != nil {
			return
		}
		for _, read := range []reading{asPayReply, asOrderState, asRefundState, asNotice} {
			if err := read(m).Err; err != nil && !strings.HasPrefix(err.Error(), "body.") {
				t.Fatalf("an error without its field: %v", err)
			}
		}
		if r := m.PayReply(); r.Err == nil && r.WcPayData != "" && r.WcPayData[0] != '{' && strings.TrimSpace(r.WcPayData)[0] != '{' {
			t.Fatalf("pay data that is no object: %q", r.WcPayData)
		}
	})
}

func FuzzOpen(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.MsgEnc, v.KeyEnc, v.Sign)
	}
	f.Add("", "", "")
	f.Add(strings.Repeat("00", 16), strings.Repeat("04", 113), "3006020101020101")
	var all []*Codec
	for _, s := range []Suite{Intl, GM} {
		merchant, gateway := codecs(f, s)
		all = append(all, merchant, gateway)
	}
	known := map[string]bool{}
	for _, v := range vectors(f) {
		known[v.Plaintext] = true
	}
	f.Fuzz(func(t *testing.T, msgEnc, keyEnc, sign string) {
		for _, c := range all {
			plain, err := c.Open(Envelope{MsgEnc: msgEnc, KeyEnc: keyEnc, Sign: sign})
			if err == nil && !known[string(plain)] {
				t.Fatalf("forged: %q", plain)
			}
			if err != nil && (err != ErrRefused || plain != nil) { //nolint:errorlint // exactly this error
				t.Fatalf("Open = %q, %v", plain, err)
			}
		}
	})
}

func FuzzSealOpen(f *testing.F) {
	f.Add("473053110001", "n", []byte("message"))
	f.Add("", "", []byte{})
	f.Add("商户", "&=+% ", bytes.Repeat([]byte{8}, 64))
	type pair struct{ merchant, gateway *Codec }
	var pairs []pair
	for _, s := range []Suite{Intl, GM} {
		merchant, gateway := codecs(f, s)
		pairs = append(pairs, pair{merchant, gateway})
	}
	f.Fuzz(func(t *testing.T, merchantID, merOrderID string, plain []byte) {
		for _, p := range pairs {
			e, err := p.merchant.Seal(merchantID, merOrderID, plain)
			if err != nil {
				if len(plain) <= MaxMessage {
					t.Fatal(err)
				}
				continue
			}
			got, err := p.gateway.Open(e)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("Open = %x, %v; want %x", got, err, plain)
			}
			if _, err := hex.DecodeString(e.MsgEnc + e.KeyEnc + e.Sign); err != nil || e.MerchantID != merchantID || e.MerOrderID != merOrderID {
				t.Fatalf("a strange envelope: %+v", e)
			}
		}
	})
}

// keyFiles seeds the fuzzing of key files with one of each kind.
var keyFiles = []string{
	"merchant_private.pem", "merchant_sm2_private.pem", "merchant_public.pem", "merchant_sm2_public.pem",
	"merchant_certificate.pem", "merchant_sm2_certificate.pem",
}

func FuzzParsePrivateKey(f *testing.F) {
	for _, name := range keyFiles {
		f.Add(file(f, name), "")
		f.Add(derOf(f, name), "")
	}
	for _, name := range []string{"merchant_aes.pfx", "merchant_rc2.pfx", "merchant_nomac.pfx", "merchant_sm2.pfx"} {
		f.Add(file(f, name), "secret")
	}
	for _, name := range []string{"F8-cfca-der.sm2", "F8-sm2-d-hex.key", "F16-openssl-encrypted-pkcs8.pem", "trad-sm2.pem", "v1md5.pem"} {
		f.Add(keyFile(f, name), "123456")
	}
	for _, name := range []string{"F9-key-without-certificate.p12", "lone-sm2.p12", "two.p12"} {
		f.Add(keyFile(f, name), "secret1")
	}
	f.Fuzz(func(t *testing.T, data []byte, password string) { checkParsed(t, data, password) })
}

func FuzzParsePublicKey(f *testing.F) {
	for _, name := range keyFiles {
		f.Add(file(f, name))
		f.Add(derOf(f, name))
	}
	f.Add(keyFile(f, "F8-sm2-public-04xy-hex.key"))
	f.Add(keyFile(f, "F22-chain.p7b"))
	f.Fuzz(func(t *testing.T, data []byte) { checkParsed(t, data, "") })
}
