package caddymodule

import (
	"errors"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/command"
)

const payAnswer = `{"head":{"merchantId":"473053110001","tranCode":"OP1001","respCode":"S0000000"},` +
	`"body":{"tranState":"11","orderNo":"X1234567"}}`

func TestTranslateCommand(t *testing.T) {
	t.Parallel()
	request, answer := write(t, "request.json", payMessage), write(t, "answer.json", payAnswer)
	cancel := write(t, "cancel.json", `{"merid":"89900001","orderid":"T20261121000000001"}`)
	config := offlineCaddyfile(t)
	for name, tc := range map[string]struct {
		args []string
		want map[string]string
	}{
		"examples": {nil, map[string]string{
			"interface": "pay", "tran_code": "OP1001", "request.head.merchantId": "000000000000", "request.body.totalAmt": "19.99",
			"request.body.notifyUrl": "https://pay.example.com/onepay/notify", "request.body.authCode": "***",
		}},
		"configuration": {[]string{"--config", config}, map[string]string{
			"request.head.merchantId": "473053110001", "request.body.subject": "tea T20261121000000001",
		}},
		"answer": {[]string{"--config", config, "--answer", answer}, map[string]string{
			"state": "paid", "reply.respcode": "00", "reply.orderid": "T20261121000000001",
		}},
		"cancel": {[]string{"--interface", "cancel", "--in", cancel}, map[string]string{"tran_code": "OP1003"}},
		"payer":  {[]string{"--show-payer"}, map[string]string{"request.body.authCode": "280000000000canary1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := execute("translate", "", append([]string{"--json", "--in", request}, tc.args...)...)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for path, want := range tc.want {
				if got := gjson.Get(out, path).String(); got != want {
					t.Errorf("%s = %q, want %q", path, got, want)
				}
			}
			if name != "payer" {
				mustHideSecrets(t, out)
			}
		})
	}
}

func TestTranslateCommandInWords(t *testing.T) {
	t.Parallel()
	answer := write(t, "answer.json", payAnswer)
	out, err := execute("translate", payForm(payMessage, "any"), "--in", "-", "--answer", answer)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"v1 pay → v2 OP1001, before it is sealed", `"totalAmt": "19.99"`, "Made up here",
		"The answer means: paid", "v1 reply, before it is signed", `"respcode": "00"`, "Note:",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("output without %q:\n%s", part, out)
		}
	}
	mustHideSecrets(t, out)
}

// A message that the bridge would refuse is answered with the refusal.
func TestTranslateCommandRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		message, answer, want string
	}{
		"amount":           {strings.Replace(payMessage, "1999", "19.99", 1), payAnswer, `"respcode": "98"`},
		"another merchant": {payMessage, strings.Replace(payAnswer, "473053110001", "473053110002", 1), "message does not match the order: head.merchantId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := execute("translate", "", "--config", offlineCaddyfile(t),
				"--in", write(t, "request.json", tc.message), "--answer", write(t, "answer.json", tc.answer))
			if !errors.Is(err, command.ErrRefused) || !strings.Contains(out, tc.want) {
				t.Errorf("error %v, output:\n%s", err, out)
			}
			mustHideSecrets(t, out)
		})
	}
}
