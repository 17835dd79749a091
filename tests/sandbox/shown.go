package sandbox

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strconv"
)

// The ways to pay of OP1001 that the gateway treats differently.
const (
	modeMerchantScans = "01"
	modeJS            = "02"
	modeBrowser       = "05"
)

// codeURLs begin the text of the code that a payer scans, by payChannel.
var codeURLs = map[string]string{
	"00": "weixin://wxpay/bizpayurl?pr=",
	"01": "https://qr.alipay.com/",
	"02": "https://myun.tenpay.com/mqq/pay/qrcode.html?t=",
	"05": "https://qr.95516.com/00010000/",
}

// browserURLs begin the address a phone's browser is sent to, by payChannel.
var browserURLs = map[string]string{
	"00": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?package=1037687096&prepay_id=",
	"01": "https://openapi.alipay.com/gateway.do?trade_no=",
	"02": "https://qpay.qq.com/h5?prepay_id=",
	"05": "https://qr.95516.com/h5/",
}

// shown is the body of a pay response: the state, and whatever the payer is
// to be shown while the order waits for payment.
func shown(o *Order) object {
	body := object{
		{"tranState", o.State},
		{"jytOrderId", o.PlatformID},
		{"orderNo", o.OrderID},
	}
	if o.State != StatePending {
		return body
	}
	switch o.mode {
	case modeMerchantScans:
	case modeJS:
		body.set("wc_pay_data", jsPayData(o))
	case modeBrowser:
		body.set("urlScheme", browserLink(o))
	default:
		code := codeURLs[o.channel] + o.PlatformID
		body.set("codeUrl", code)
		body.set("codeImgUrl", "http://127.0.0.1/onePayService/getcode/qr.do?uuid="+code)
	}
	return body
}

// browserLink is percent-encoded for WeChat, as it sometimes is in the field,
// and plain for the others.
func browserLink(o *Order) string {
	link := browserURLs[o.channel] + o.PlatformID
	if o.channel == "00" {
		return url.QueryEscape(link)
	}
	return link
}

// jsPayData is JSON text within JSON: the parameters of the WeChat bridge.
func jsPayData(o *Order) string {
	text, err := json.Marshal(payDataOf(o))
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

// payDataOf are the parameters with which a page asks WeChat's bridge to pay.
func payDataOf(o *Order) map[string]string {
	return map[string]string{
		"appId":     cmp.Or(o.subAppID, "wx0000000000000000"),
		"timeStamp": strconv.FormatInt(o.Created.Unix(), 10),
		"nonceStr":  o.PlatformID,
		"package":   prepayOf(o),
		"signType":  "RSA",
		"paySign":   "c2FuZGJveA==" + o.PlatformID,
	}
}

// prepayOf names an order to WeChat's bridge.
func prepayOf(o *Order) string { return "prepay_id=wx" + o.PlatformID }
