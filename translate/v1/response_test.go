package v1_test

import (
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestParseReply(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	success := v1.PayReply{RespCode: v1.CodeOK, TxnAmt: 1, MerID: "89900001"}.JSON()
	refusal := v1.BuildRefusal(v1.CodeBadRequest, "")
	for _, c := range []struct {
		name   string
		body   []byte
		want   string
		signed bool
	}{
		{"signed", v1.SealReply(success, key), string(success), true},
		{"signed refusal", v1.SealReply(refusal, key), string(refusal), true},
		{"unsigned refusal", v1.SealReply(refusal, v1.Key{}), string(refusal), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := v1.ParseReply(c.body, key)
			if err != nil || string(r.JSON) != c.want || r.Signed != c.signed {
				t.Errorf("ParseReply = %s, signed %t, %v", r.JSON, r.Signed, err)
			}
		})
	}
}

func TestParseReplyRefuses(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	success := v1.PayReply{RespCode: v1.CodeOK, TxnAmt: 1, MerID: "89900001"}.JSON()
	sealed := string(v1.SealReply(success, key))
	for _, c := range []struct {
		name, body    string
		key           v1.Key
		code          v1.Code
		field, reason string
	}{
		{"HTML", "<html>", key, v1.CodeBadRequest, "body", "not JSON"},
		{"no resp", `{"sign":""}`, key, v1.CodeBadRequest, "resp", "missing"},
		{"resp twice", strings.Replace(sealed, "{", `{"resp":"",`, 1), key, v1.CodeBadRequest, "resp", "given twice"},
		{"unsigned success", string(v1.SealReply(success, v1.Key{})), key, v1.CodeSignature, "sign", "missing"},
		{"unsigned, no respcode", string(v1.SealReply([]byte(`{}`), v1.Key{})), key, v1.CodeSignature, "sign", "missing"},
		{"other key", sealed, v1.NewKey("other"), v1.CodeSignature, "sign", "does not match"},
		{"zero key", sealed, v1.Key{}, v1.CodeSignature, "sign", "does not match"},
		{"signature cut short", strings.Replace(sealed, `"}`, ``, 1)[:len(sealed)-3] + `"}`, key, v1.CodeSignature, "sign", "does not match"},
		{"signed, not base64", `{"resp":"?","sign":"` + key.Sign("?") + `"}`, key, v1.CodeBadRequest, "resp", "not base64"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := v1.ParseReply([]byte(c.body), c.key)
			refused(t, err, c.code, c.field, c.reason)
			if r.JSON != nil {
				t.Errorf("a refused reply holds %s", r.JSON)
			}
		})
	}
}
