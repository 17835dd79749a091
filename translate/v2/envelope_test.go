package v2

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	got := Envelope{MerchantID: "473053110001", MsgEnc: "aa", KeyEnc: "bb", Sign: "cc", MerOrderID: "a&b=c d"}.Encode()
	want := "merchant_id=473053110001&msg_enc=aa&key_enc=bb&sign=cc&mer_order_id=a%26b%3Dc+d"
	if got != want {
		t.Errorf("Encode = %s; want %s", got, want)
	}
}

func TestParseEnvelope(t *testing.T) {
	t.Parallel()
	whole := Envelope{MerchantID: "473053110001", MsgEnc: "aa", KeyEnc: "bb", Sign: "cc"}
	tests := []struct {
		name, raw string
		want      Envelope
	}{
		{"as the page has it", "merchant_id=473053110001&msg_enc=aa&key_enc=bb&sign=cc", whole},
		{"other order, unknown names", "x=1&sign=cc&key_enc=bb&&msg_enc=aa&y&merchant_id=473053110001", whole},
		{"older name", "merchant_id=473053110001&xml_enc=aa&key_enc=bb&sign=cc", whole},
		{"both names, same value", "merchant_id=473053110001&xml_enc=aa&msg_enc=aa&key_enc=bb&sign=cc", whole},
		{"both names, one empty", "merchant_id=473053110001&xml_enc=&msg_enc=aa&key_enc=bb&sign=cc", whole},
		{"blanks and BOM", "\ufeff\r\nmerchant_id=473053110001& msg_enc=zz&msg_enc= aa &key_enc=bb&sign=cc\r\n", whole},
		{"percent-encoded", "merchant_id=4730531%310001&msg_enc=%61a&key_enc=bb&sign=cc", whole},
		{"no merchant", "msg_enc=aa&key_enc=bb&sign=cc", Envelope{MsgEnc: "aa", KeyEnc: "bb", Sign: "cc"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseEnvelope([]byte(test.raw))
			if err != nil || got != test.want {
				t.Errorf("ParseEnvelope = %+v, %v; want %+v", got, err, test.want)
			}
		})
	}
}

func TestParseEnvelopeErrors(t *testing.T) {
	t.Parallel()
	html := "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>secret openid=o12345</body></html>"
	tests := []struct{ name, raw, class, text string }{
		{"nothing", "", ArrivedNothing, "not an envelope: empty"},
		{"blanks", " \r\n\t", ArrivedNothing, "not an envelope: empty"},
		{"html", html, ArrivedHTML, `not an envelope: html: "<!DOCTYPE html>.<html><head><title>502 B"`},
		{"xml", "<?xml version='1.0'?><a/>", ArrivedXML, `not an envelope: xml: "<?xml version='1.0'?><a/>"`},
		{"json", `{"code":"500"}`, ArrivedJSON, `not an envelope: json: "{.code.:.500.}"`},
		{"json array", `[1]`, ArrivedJSON, `not an envelope: json: "[1]"`},
		{"text", "merchant not found", ArrivedText, `not an envelope: text: "merchant not found"`},
		{"chinese", "商户不存在", ArrivedText, `not an envelope: text: "....."`},
		{"line break", "a\r\nb\x1b[31m", ArrivedText, `not an envelope: text: "a..b.[31m"`},
		{"binary", "\x1f\x8b\xff\x00", ArrivedBinary, "not an envelope: binary"},
		{"NUL", "a\x00b", ArrivedBinary, "not an envelope: binary"},
		{"too long", strings.Repeat("a", MaxEnvelope+1), ArrivedOversize, "not an envelope: oversize"},
		{"cut short", "merchant_id=473053110001&msg_enc=aa&key_", ArrivedIncomplete, "not an envelope: incomplete: key_enc is missing"},
		{"no sign", "msg_enc=aa&key_enc=bb&sign=", ArrivedIncomplete, "not an envelope: incomplete: sign is missing"},
		{"twice", "msg_enc=aa&key_enc=bb&sign=cc&sign=dd", ArrivedIncomplete, "not an envelope: incomplete: sign is given twice"},
		{"both names", "msg_enc=aa&xml_enc=ab&key_enc=bb&sign=cc", ArrivedIncomplete, "not an envelope: incomplete: msg_enc is given twice"},
		{"bad percent", "msg_enc=aa&key_enc=bb&sign=%zz", ArrivedIncomplete, "not an envelope: incomplete: sign is percent-encoded wrongly"},
		{"long sign", "msg_enc=aa&key_enc=bb&sign=" + strings.Repeat("a", 2*maxSealedKey+1), ArrivedIncomplete, "not an envelope: incomplete: sign is too long"},
		{"long number", "msg_enc=aa&key_enc=bb&sign=cc&merchant_id=" + strings.Repeat("1", MaxID+1), ArrivedIncomplete, "not an envelope: incomplete: merchant_id is too long"},
		{"line break in number", "msg_enc=aa&key_enc=bb&sign=cc&merchant_id=1%0a2", ArrivedIncomplete, "not an envelope: incomplete: merchant_id has characters that no number has"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseEnvelope([]byte(test.raw))
			var arrival *ArrivalError
			if !errors.As(err, &arrival) || arrival.Class != test.class || err.Error() != test.text {
				t.Errorf("ParseEnvelope: %v; want %s", err, test.text)
			}
			if got != (Envelope{}) {
				t.Errorf("ParseEnvelope returned %+v beside the error", got)
			}
		})
	}
}

func TestEnvelopeFrom(t *testing.T) {
	t.Parallel()
	whole := Envelope{MerchantID: "473053110001", MsgEnc: "aa", KeyEnc: "bb", Sign: "cc", MerOrderID: "n"}
	tests := []struct{ name, form, want string }{
		{"whole", "merchant_id=473053110001&msg_enc=aa&key_enc=bb&sign=cc&mer_order_id=n", ""},
		{"older name", "merchant_id=473053110001&xml_enc=aa&key_enc=bb&sign=cc&mer_order_id=n", ""},
		{"two opinions", "merchant_id=473053110001&xml_enc=ab&msg_enc=aa&key_enc=bb&sign=cc", "msg_enc is given twice"},
		{"no merchant", "msg_enc=aa&key_enc=bb&sign=cc", "merchant_id is missing"},
		{"no message", "merchant_id=473053110001&key_enc=bb&sign=cc", "msg_enc is missing"},
		{"bad percent", "merchant_id=%25zz", "merchant_id is percent-encoded wrongly"},
		{"empty", "", "merchant_id is missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			got, err := EnvelopeFrom(form.Get)
			if test.want == "" {
				if err != nil || got != whole {
					t.Errorf("EnvelopeFrom = %+v, %v", got, err)
				}
				return
			}
			if err == nil || !strings.HasSuffix(err.Error(), test.want) || got != (Envelope{}) {
				t.Errorf("EnvelopeFrom = %+v, %v; want ...%s", got, err, test.want)
			}
		})
	}
}
