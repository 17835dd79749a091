package translate

import (
	"net/netip"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Mode is the v2 payMode: who scans what.
type Mode string

// The v2 pay modes that v1 actions need (v2, OP1001; 03 and 04 are unknown).
const (
	PayerScans      Mode = "00" // we show a code, the payer scans it
	MerchantScans   Mode = "01" // the merchant scanned the payer's code: money may move at once
	OfficialAccount Mode = "02" // official account, JS in the WeChat browser
	PhoneBrowser    Mode = "05" // H5, a link opened by the payer's phone
)

// Rule says what one v1 action becomes in v2.
type Rule struct {
	Action  v1.Action
	Channel string // v2 payChannel: 00 WeChat, 01 Alipay, 02 QQ, 05 UnionPay QR
	Mode    Mode
	NeedsIP bool // WeChat refuses H5 without the payer's real address
}

// rules is the action table of docs/merchants.md: v1 §3.1 and, for AliWap, the field.
var rules = []Rule{
	{Action: v1.WxCode, Channel: "00", Mode: MerchantScans},
	{Action: v1.WxSao, Channel: "00", Mode: PayerScans},
	{Action: v1.WxJsApi, Channel: "00", Mode: OfficialAccount},
	{Action: v1.WxH5, Channel: "00", Mode: PhoneBrowser, NeedsIP: true},
	{Action: v1.AliCode, Channel: "01", Mode: MerchantScans},
	{Action: v1.AliSao, Channel: "01", Mode: PayerScans},
	{Action: v1.AliWap, Channel: "01", Mode: PhoneBrowser},
	{Action: v1.QQCode, Channel: "02", Mode: MerchantScans},
	{Action: v1.QQSao, Channel: "02", Mode: PayerScans},
	{Action: v1.USao, Channel: "05", Mode: PayerScans},
}

var ruleOf = func() map[v1.Action]Rule {
	m := make(map[v1.Action]Rule, len(rules))
	for _, r := range rules {
		m[r.Action] = r
	}
	return m
}()

// Rules lists what every supported action becomes, in the order of v1 §3.1.
func Rules() []Rule { return append([]Rule(nil), rules...) }

// RuleOf finds the rule of an action, as of an order that was accepted before.
func RuleOf(a v1.Action) (Rule, bool) {
	rule, ok := ruleOf[a]
	return rule, ok
}

// RuleFor finds the rule of a v1 request and checks the members that this
// action needs. The error is a *v1.Error: 97 for an action that is not
// supported, 90 for a missing or malformed member.
func RuleFor(p v1.PayRequest) (Rule, error) {
	rule, ok := ruleOf[p.Action]
	if !ok {
		return Rule{}, &v1.Error{Code: v1.CodeUnsupported, Field: "action", Reason: "not an action of this bridge"}
	}
	if rule.Mode == MerchantScans && p.Code == "" {
		return Rule{}, &v1.Error{Code: v1.CodeBadRequest, Field: "code", Reason: "missing: this action needs the code that was scanned"}
	}
	if rule.NeedsIP {
		if _, err := netip.ParseAddr(p.IP); err != nil {
			return Rule{}, &v1.Error{Code: v1.CodeBadRequest, Field: "ip", Reason: "not an address: this action needs the payer's real address"}
		}
	}
	return rule, nil
}

// MovesMoneyAtOnce reports whether submitting the order may already take the
// payer's money. Such a call is never sent twice.
func (r Rule) MovesMoneyAtOnce() bool { return r.Mode == MerchantScans }

// PaidInBrowser is [v1.Action.PaidInBrowser] of the action.
func (r Rule) PaidInBrowser() bool { return r.Action.PaidInBrowser() }
