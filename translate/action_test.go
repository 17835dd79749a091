package translate

import (
	"errors"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// request is a pay request with all that any action needs.
func request(action v1.Action) v1.PayRequest {
	return v1.PayRequest{
		Action: action, TxnAmt: testFen, MerID: "89900001", OrderID: "T20261121000000001",
		Code: "134567890123456789", OpenID: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", IP: "203.0.113.9",
		BackURL: "https://shop.example/notify",
	}
}

func TestRuleFor(t *testing.T) {
	t.Parallel()
	for _, want := range []Rule{
		{v1.WxCode, "00", MerchantScans, false},
		{v1.WxSao, "00", PayerScans, false},
		{v1.WxJsApi, "00", OfficialAccount, false},
		{v1.WxH5, "00", PhoneBrowser, true},
		{v1.AliCode, "01", MerchantScans, false},
		{v1.AliSao, "01", PayerScans, false},
		{v1.AliWap, "01", PhoneBrowser, false},
		{v1.QQCode, "02", MerchantScans, false},
		{v1.QQSao, "02", PayerScans, false},
		{v1.USao, "05", PayerScans, false},
	} {
		t.Run(string(want.Action), func(t *testing.T) {
			t.Parallel()
			if got, err := RuleFor(request(want.Action)); err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
			if got, known := RuleOf(want.Action); !known || got != want {
				t.Errorf("RuleOf: %+v, %v; want %+v", got, known, want)
			}
			if got := want.MovesMoneyAtOnce(); got != (want.Mode == "01") {
				t.Errorf("moves money at once: %v", got)
			}
		})
	}
}

// What v1 refuses of an optional member, for the action that uses it, is what the rules
// need.
func TestRulesNeedWhatV1Reads(t *testing.T) {
	t.Parallel()
	for _, rule := range Rules() {
		for member, needed := range map[string]bool{
			"code": rule.Mode == MerchantScans, "ip": rule.NeedsIP, "fronturl": rule.PaidInBrowser(), "openid": rule.PaidInBrowser(), "payway": false,
		} {
			_, err := v1.ParsePay([]byte(`{"merid":"89900001","orderid":"T20261121000000001","action":"` + string(rule.Action) +
				`","txnamt":1999,"backurl":"https://shop.example/notify","` + member + `":[]}`))
			if refused := err != nil; refused != needed {
				t.Errorf("%s of %s: %v", member, rule.Action, err)
			}
		}
	}
}

func TestRuleForRefuses(t *testing.T) {
	t.Parallel()
	without := func(action v1.Action, change func(*v1.PayRequest)) v1.PayRequest {
		p := request(action)
		change(&p)
		return p
	}
	noCode := func(p *v1.PayRequest) { p.Code = "" }
	ip := func(text string) func(*v1.PayRequest) { return func(p *v1.PayRequest) { p.IP = text } }
	for _, c := range []struct {
		name    string
		request v1.PayRequest
		code    v1.Code
		field   string
	}{
		{"no action", request(""), v1.CodeUnsupported, "action"},
		{"unknown action", request("Cashier"), v1.CodeUnsupported, "action"},
		{"action in other case", request("wxsao"), v1.CodeUnsupported, "action"},
		{"WxCode without code", without(v1.WxCode, noCode), v1.CodeBadRequest, "code"},
		{"AliCode without code", without(v1.AliCode, noCode), v1.CodeBadRequest, "code"},
		{"QQCode without code", without(v1.QQCode, noCode), v1.CodeBadRequest, "code"},
		{"WxH5 without ip", without(v1.WxH5, ip("")), v1.CodeBadRequest, "ip"},
		{"WxH5 with a name for ip", without(v1.WxH5, ip("localhost")), v1.CodeBadRequest, "ip"},
		{"WxH5 with half an ip", without(v1.WxH5, ip("203.0.113")), v1.CodeBadRequest, "ip"},
		{"WxH5 with ip and port", without(v1.WxH5, ip("203.0.113.9:80")), v1.CodeBadRequest, "ip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rule, err := RuleFor(c.request)
			refusal, ok := errors.AsType[*v1.Error](err)
			if !ok || refusal.Code != c.code || refusal.Field != c.field || refusal.Reason == "" {
				t.Errorf("%v; want code %s for %s", err, c.code, c.field)
			}
			if rule != (Rule{}) {
				t.Errorf("refused, but with rule %+v", rule)
			}
		})
	}
}

// What an action does not need must not refuse it.
func TestRuleForTolerates(t *testing.T) {
	t.Parallel()
	bare := v1.PayRequest{TxnAmt: 1, MerID: "89900001", OrderID: "T20261121000000001"}
	for _, action := range []v1.Action{v1.WxSao, v1.WxJsApi, v1.AliSao, v1.AliWap, v1.QQSao, v1.USao} {
		bare.Action = action
		if _, err := RuleFor(bare); err != nil {
			t.Errorf("%s: %v", action, err)
		}
	}
}

// TestRulesAreComplete keeps the actions that v1 reads and those that have a rule
// the same.
func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	rules := Rules()
	if len(rules) != len(v1.Actions()) {
		t.Errorf("%d rules for %d actions", len(rules), len(v1.Actions()))
	}
	for _, action := range v1.Actions() {
		if rule, known := RuleOf(action); !known || rule.Action != action {
			t.Errorf("%s: rule %+v, known %v", action, rule, known)
		}
		if rule := ruleOf[action]; rule.PaidInBrowser() != (rule.Mode == OfficialAccount) {
			t.Errorf("%s: paid in the browser: %v, by mode %s", action, rule.PaidInBrowser(), rule.Mode)
		}
	}
	rules[0].Channel = "spoilt"
	if Rules()[0].Channel == "spoilt" {
		t.Error("a caller can change the rules")
	}
}
