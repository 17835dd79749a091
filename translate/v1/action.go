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

// Actions lists every action that ParsePay accepts.
func Actions() []Action { return slices.Clone(actions) }
