package caddymodule

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/command"
)

// payMessage is a merchant's message with canaries where a payer's members are.
const payMessage = `{"action":"WxCode","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001",` +
	`"code":"280000000000canary1","openid":"oCanaryOpenID","backurl":"http://shop.example/canary-backurl"}`

// offlineCaddyfile writes the configuration of one merchant.
func offlineCaddyfile(t *testing.T) string {
	t.Helper()
	keys, err := filepath.Abs(filepath.Join("testdata", "keys"))
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "Caddyfile", `{
	paybridge {
		public_url https://pay.example.com
		gateway https://gw.example.com/onePayService/onePay.do
		order_prefix BJ1
		merchant 89900001 {
			sign_key {env.PAYBRIDGE_TEST_SIGN_KEY}
			gateway_merchant 473053110001
			private_key `+filepath.Join(keys, "merchant_private.pem")+`
			gateway_key `+filepath.Join(keys, "gateway_public.pem")+`
			subject "tea {orderid}"
		}
	}
}
`)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// execute runs a command with arguments and what it reads from standard input.
func execute(name, input string, args ...string) (string, error) {
	var out bytes.Buffer
	cmd := &cobra.Command{Use: "paybridge"}
	command.AddTo(cmd, offline{})
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetIn(strings.NewReader(input))
	cmd.SetArgs(append([]string{name}, args...))
	cmd.SilenceUsage = true
	err := cmd.Execute()
	return out.String(), err
}

// payForm is what a merchant's program POSTs, its md5 made here.
func payForm(message, key string) string {
	text := base64.StdEncoding.EncodeToString([]byte(message))
	sum := md5.Sum([]byte(text + key))
	return "req=" + url.QueryEscape(text) + "&sign=" + hex.EncodeToString(sum[:])
}

// pageLink is the address to which merchants send payers who order and pay in one step.
const pageLink = "https://pay.example.com/apis/wxjspaygateway?"

func TestExplainCommand(t *testing.T) {
	t.Parallel()
	config := offlineCaddyfile(t)
	for name, tc := range map[string]struct {
		input string
		args  []string
		says  string
		fails bool
	}{
		"standard input": {payForm(payMessage, signKey), nil, "VERIFIED, and the bridge takes", false},
		"a dash":         {payForm(payMessage, signKey), []string{"-"}, "VERIFIED, and the bridge takes", false},
		"a file":         {"", []string{write(t, "body.txt", payForm(payMessage, signKey))}, "VERIFIED, and the bridge takes", false},
		"a URL":          {"", []string{pageLink + payForm(strings.Replace(payMessage, `"WxCode"`, `"WxJsApi"`, 1), signKey)}, "pay in the WeChat browser", false},
		"no action":      {"", []string{pageLink + payForm(strings.Replace(payMessage, `"action":"WxCode",`, "", 1), signKey)}, "VERIFIED, and the bridge takes", false},
		"scanned":        {"", []string{pageLink + payForm(payMessage, signKey)}, "action_not_of_page", true},
		"kept for tries": {payForm(strings.Replace(payMessage, "T20261121000000001", "PAYBRIDGETRY0001", 1), signKey), nil, "orderid_reserved", true},
		"a wrong key":    {payForm(payMessage, "other"), nil, "unknown_key_or_text", true},
		"a named merid":  {payForm(strings.Replace(payMessage, "89900001", "", 1), signKey), []string{"--merid", "89900001"}, "merid_missing", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := execute("explain", tc.input, append(tc.args, "--config", config)...)
			if (err != nil) != tc.fails || !strings.Contains(out, tc.says) {
				t.Errorf("error %v, output without %q:\n%s", err, tc.says, out)
			}
			mustHideSecrets(t, out)
		})
	}
}

// TestExplainCommandBesideOldGateway: what goes to the old gateway is told, with
// merchants and on the first day, without.
func TestExplainCommandBesideOldGateway(t *testing.T) {
	t.Parallel()
	const front = "{\n\tpaybridge {\n\t\told_gateway https://10.20.0.5\n\t}\n}\n"
	text, err := os.ReadFile(offlineCaddyfile(t))
	if err != nil {
		t.Fatal(err)
	}
	beside := strings.Replace(string(text), "order_prefix BJ1", "old_gateway https://10.20.0.5\n\t\tdefault_route old", 1)
	strangers := payForm(strings.Replace(payMessage, "89900001", "77700009", 1), "its own key")
	for name, tc := range map[string]struct {
		config, input, says string
		fails               bool
	}{
		"a merchant that is not configured": {beside, strangers, "PASSED ON to the old gateway", false},
		"one that is":                       {beside, payForm(payMessage, signKey), "without one by default_route old", false},
		"its wrong key":                     {beside, payForm(payMessage, "other"), "respcode 91", true},
		"the first day":                     {front, strangers, "No merchant is configured", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := execute("explain", tc.input, "--config", write(t, "Caddyfile", tc.config))
			if (err != nil) != tc.fails || !strings.Contains(out, tc.says) {
				t.Errorf("error %v, output without %q:\n%s", err, tc.says, out)
			}
		})
	}
}

func TestExplainCommandInJSON(t *testing.T) {
	t.Parallel()
	out, err := execute("explain", payForm(payMessage, "other"), "--json", "--config", offlineCaddyfile(t))
	if err == nil {
		t.Error("no error for a message that does not verify")
	}
	var report struct {
		Kind, Merchant string
		Verified       bool
		Steps          []struct{ Step, Result string }
		Causes         []struct{ Name, Happened, Advice string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if report.Kind != "v1 request" || report.Merchant != "89900001" || report.Verified ||
		len(report.Steps) < 4 || len(report.Causes) != 1 || report.Causes[0].Advice == "" {
		t.Errorf("%+v", report)
	}
	mustHideSecrets(t, out)
}

// What cannot be carried out is said, and is no verdict about a message.
func TestOfflineCommandErrors(t *testing.T) {
	t.Parallel()
	config := offlineCaddyfile(t)
	request := write(t, "request.json", payMessage)
	for name, tc := range map[string]struct {
		cmd  string
		args []string
		want string
	}{
		"no such message":  {"explain", []string{"absent.txt", "--config", config}, "absent.txt"},
		"no such config":   {"explain", []string{"-", "--config", "absent.json"}, "absent.json"},
		"no config here":   {"explain", []string{"-"}, "name the configuration with --config"},
		"no paybridge":     {"explain", []string{"-", "--config", write(t, "Caddyfile", "localhost\n")}, "no paybridge block"},
		"unreadable key":   {"explain", []string{"-", "--config", write(t, "Caddyfile", withoutKey)}, "merchant 89900001: sign_key"},
		"broken Caddyfile": {"explain", []string{"-", "--config", write(t, "Caddyfile", "{\n\tpaybridge {\n\t\tbogus\n\t}\n}\n")}, "bogus"},
		"broken JSON":      {"explain", []string{"-", "--config", write(t, "c.json", `{"apps":{"paybridge":{"bogus":1}}}`)}, "bogus"},
		"unknown merid":    {"explain", []string{"-", "--merid", "89900009", "--config", config}, "89900009"},
		"two messages":     {"explain", []string{"a", "b"}, "accepts at most 1 arg"},
		"unknown flag":     {"explain", []string{"--bogus"}, "bogus"},
		"no --in":          {"translate", nil, "--in"},
		"no v1 message":    {"translate", []string{"--in", write(t, "x", "hello")}, "found no v1 message"},
		"interface":        {"translate", []string{"--in", request, "--interface", "bogus"}, "pay, query or cancel"},
		"no v2 answer":     {"translate", []string{"--in", request, "--answer", request}, "--answer"},
		"other merchant":   {"translate", []string{"--in", write(t, "r", strings.Replace(payMessage, "89900001", "89900002", 1)), "--config", config}, "no merchant with the merid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := execute(tc.cmd, payForm(payMessage, signKey), tc.args...)
			if err == nil || !strings.Contains(err.Error(), tc.want) || errors.Is(err, command.ErrRefused) {
				t.Errorf("error %v, want one about %q", err, tc.want)
			}
		})
	}
}

// withoutKey is a configuration whose key is not there.
const withoutKey = `{
	paybridge {
		public_url https://pay.example.com
		gateway https://gw.example.com/
		merchant 89900001 {
			sign_key {env.PAYBRIDGE_TEST_EMPTY}
			gateway_merchant 473053110001
			private_key absent.pem
			gateway_key absent.pem
		}
	}
}
`

// mustHideSecrets insists that an output shows neither keys nor who pays.
func mustHideSecrets(t *testing.T, out string) {
	t.Helper()
	for _, secret := range []string{signKey, "280000000000canary1", "oCanaryOpenID", "canary-backurl"} {
		if strings.Contains(out, secret) {
			t.Errorf("the output shows %q:\n%s", secret, out)
		}
	}
}
