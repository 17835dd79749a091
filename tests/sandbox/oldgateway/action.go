package oldgateway

// action is how the gateway treats one way to pay (v1 §3.1.2).
type action struct {
	link string // begins what the payer is shown; "" where the merchant scans the payer's code
	code bool   // the payer's code is needed, and the order is charged at once
}

// actions are those of the specification and AliWap, which the field has beside it.
// Cashier is what the cashier page submits.
var actions = map[string]action{
	"WxCode":   {code: true},
	"AliCode":  {code: true},
	"QQCode":   {code: true},
	"WxSao":    {link: "weixin://wxpay/bizpayurl?pr="},
	"AliSao":   {link: "https://qr.alipay.com/bax"},
	"QQSao":    {link: "https://qpay.qq.com/qr/"},
	"USao":     {link: "https://qr.95516.com/00010000/"},
	"WxH5":     {link: "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id="},
	"AliWap":   {link: "https://mclient.alipay.com/h5pay/"},
	"WxJsApi":  {},
	"iCashier": {},
}

// payIDs are the actions whose formaction is a PayId, which gopay.html takes.
var payIDs = map[string]bool{"WxJsApi": true, "iCashier": true}

// shown is what the payer is shown of an order.
func (a action) shown(o *Order) string {
	if a.link == "" {
		return ""
	}
	return a.link + o.QueryID
}
