package caddymodule

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// loggedMembers is all that the log line of a v1 request may hold: Caddy's own
// members and ours.
var loggedMembers = []string{
	"level", "ts", "logger", "msg",
	"interface", "remote_ip", "tls", "respcode", "took", "merid", "orderid", "resultcode", "trace_id",
	"req_received", "previous_sign_key", "merchant_hung_up", "error", "cause",
}

func TestNoCanaryIsLoggedOrShown(t *testing.T) { // not parallel: one Caddy a process
	causes := make(causeSink, 100)
	rememberTo(t, causes)
	s := startServer(t, "")
	var sent []url.Values
	pay := func(orderID, action, change, key string) {
		message := strings.Replace(strings.TrimSuffix(payJSON(orderID), "}")+change+"}", "WxSao", action, 1)
		form := sealed(message, key)
		sent = append(sent, form)
		s.postForm(t, "/api/mpgateway", form)
	}
	secrets := `,"openid":"canary-openid","code":"280000000canary000","ip":"203.0.113.77","fronturl":"https://shop.example/front?canary-fronturl=1"`
	pay("T20261121000000001", "WxSao", secrets, signKey)
	pay("T20261121000000001", "WxCode", secrets, signKey) // the same number, other contents
	pay("T20261121000000002", "WxJsApi", secrets, oldSignKey)
	pay("T20261121000000003", "WxSao", secrets, "canary-wrong-key")
	pay("T20261121000000004", "WxSao", secrets+`,"txnamt":"canary-amount-1e2"`, signKey)
	for i, answer := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "merchant_id=1&msg_enc=canaryenc")
		},
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "msg_enc=canary-half-an-answer")
		},
	} {
		s.gateway.answerWith(answer)
		pay(fmt.Sprintf("T2026112100000001%d", i), "WxSao", secrets, signKey)
	}
	s.postForm(t, "/test/panic", sent[0])
	s.postForm(t, "/api/query", sealed(`{"merid":"89900001","orderid":"T20261121000000001","queryid":"canary-queryid"}`, signKey))
	s.postForm(t, "/api/mpgateway", url.Values{"req": {"canary-req"}, "sign": {"canary-sign"}})
	s.postForm(t, inbound.NotifyPath, s.gateway.noticeForm(t, "O00000001", "11", "19.99"))
	s.postForm(t, inbound.NotifyPath, url.Values{"merchant_id": {gatewayMerchant}, "msg_enc": {"canary"}, "key_enc": {"canary"}, "sign": {"canary"}})

	for range 4 { // other contents, wrong key, no amount, no req: each has been logged once more then
		<-causes
	}
	forbidden := []string{"canary", "280000000", "203.0.113.77", "PRIVATE KEY"}
	for _, form := range sent {
		forbidden = append(forbidden, form.Get("req"), form.Get("req")[:24], form.Get("sign"))
	}
	mustNotHold(t, "log", s.log.String(), forbidden)
	mustNotHold(t, "configuration", shownConfig(t), forbidden)
	mustLogOnlyAllowed(t, s.log.lines(t))
}

// TestRefusalsNameTheMember: whatever is refused with 90 for its contents names the member
// in the line of its request.
func TestRefusalsNameTheMember(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	change := func(part, becomes string) string {
		return strings.Replace(payJSON("T20261121000000001"), part, becomes, 1)
	}
	for want, message := range map[string]string{
		"backurl: not an absolute http or https URL":  change("https://shop.example", ""),
		"backurl: missing":                            change("backurl", "x"),
		"orderid: begins with PAYBRIDGETRY, which is": payJSON("PAYBRIDGETRY00001"),
		"orderid: given twice":                        change("{", `{"orderid":"1",`),
		"code: missing: this action needs":            change("WxSao", "WxCode"),
		"ip: not an address: this action needs":       change("WxSao", "WxH5"),
		"fronturl: not an absolute http or https URL": change(`"WxSao"`, `"WxJsApi","fronturl":"x"`),
	} {
		mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(message, signKey)), "90", signKey)
		s.awaitLine(t, `"msg":"v1 request"`, `"respcode":"90"`, `"error":"`+want)
	}
}

// shownConfig is what an operator can see of the running configuration.
func shownConfig(t *testing.T) string {
	t.Helper()
	app, err := caddy.ActiveContext().App("paybridge")
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(config), "{env.PAYBRIDGE_TEST_SIGN_KEY}") {
		t.Fatalf("this is not the configuration: %s", config)
	}
	return string(config) + fmt.Sprintf("%+v", app.(*App).Merchants)
}

func mustNotHold(t *testing.T, what, text string, forbidden []string) {
	t.Helper()
	for line := range strings.Lines(text) {
		for _, secret := range forbidden {
			if strings.Contains(line, secret) {
				t.Errorf("%s holds %q: %s", what, secret, line)
			}
		}
	}
}

func mustLogOnlyAllowed(t *testing.T, lines []map[string]any) {
	t.Helper()
	requests, refused := 0, 0
	for _, line := range lines {
		switch line["msg"] {
		case "v1 request":
			requests++
		case "v1 request refused":
			refused++
		default:
			continue
		}
		for member := range maps.Keys(line) {
			if !slices.Contains(loggedMembers, member) {
				t.Errorf("a request's line holds %s: %v", member, line)
			}
		}
	}
	if requests != 12 {
		t.Errorf("%d lines for 12 requests", requests)
	}
	if refused != 3 {
		t.Errorf("%d lines with causes for 3 requests that are wrong by themselves", refused)
	}
}

// The placeholders must resolve, or the canaries prove nothing.
func TestCanariesAreSet(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"PAYBRIDGE_TEST_SIGN_KEY": signKey, "PAYBRIDGE_TEST_OLD_SIGN_KEY": oldSignKey,
	} {
		if got := os.Getenv(name); got != want || !strings.Contains(want, "canary") {
			t.Errorf("%s is %q", name, got)
		}
	}
}
