package v1

import "slices"

// Action is what a pay request asks for (v1 §3.1.2). What each means at the new
// gateway is told in package translate.
type Action string

// The actions. *Code: the merchant scans the payer's code; *Sao: the payer
// scans the code that is shown. AliWap, Alipay in a phone's browser, is not in
// the specification but seen in the field.
const (
	WxCode  Action = "WxCode"
	WxSao   Action = "WxSao"
	WxJsApi Action = "WxJsApi"
	WxH5    Action = "WxH5"
	AliCode Action = "AliCode"
	AliSao  Action = "AliSao"
	AliWap  Action = "AliWap"
	QQCode  Action = "QQCode"
	QQSao   Action = "QQSao"
	USao    Action = "USao"
)

var actions = []Action{WxCode, WxSao, WxJsApi, WxH5, AliCode, AliSao, AliWap, QQCode, QQSao, USao}

// paidInBrowser are the actions of which [Action.PaidInBrowser] is true.
var paidInBrowser = []Action{WxJsApi}

// uses are the optional members of a pay request that an action acts on (v1 §3.1.2).
// They come on any action (seen in the field), and nothing acts on payway.
var uses = map[Action][]string{
	WxCode: {"code"}, AliCode: {"code"}, QQCode: {"code"},
	WxH5:    {"ip"},
	WxJsApi: {"openid", "fronturl"},
}

// Actions lists every action that ParsePay accepts.
func Actions() []Action { return slices.Clone(actions) }

// PaidInBrowser reports whether an order is paid in the payer's own browser: its
// merchant gets a PayId instead of a code or link of the gateway (v1 §3.3). With
// that the payer's browser comes to the bridge, pays, and returns to fronturl.
func (a Action) PaidInBrowser() bool { return slices.Contains(paidInBrowser, a) }
