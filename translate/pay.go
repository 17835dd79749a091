package translate

import (
	"net/netip"
	"strings"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// SubjectOrderID stands for the merchant's order number in a subject. It is the
// only placeholder there.
const SubjectOrderID = "{orderid}"

// PayCall is what the bridge adds to a merchant's pay request to make an
// OP1001 of it. The order number is drawn once and stored, so that a second
// call is for the same order; the flow number names one message.
type PayCall struct {
	TranCode        string // "OP1001" unless configured otherwise
	GatewayMerchant string // v2 merchantId, 12 digits
	OrderNo         string // v2 orderId
	FlowNo          string // v2 tranFlowid
	NotifyURL       string // where the gateway sends its notice
	ReturnURL       string // where the gateway's own page leads the payer back to, "" without one
	Subject         string // shown to the payer; {orderid} stands for the merchant's number
	ClientIP        string // where the request came from, used when it names no address
	Now             time.Time
	Expires         time.Time // when the code stops being payable
}

// BuildPayRequest makes the OP1001 request of a v1 pay request. The rule must be
// the one that RuleFor returned for it.
func BuildPayRequest(p v1.PayRequest, rule Rule, call PayCall) (v2.Head, v2.PayRequest) {
	subject := strings.ReplaceAll(call.Subject, SubjectOrderID, p.OrderID)
	body := v2.PayRequest{
		PayChannel:     rule.Channel,
		PayMode:        string(rule.Mode),
		OrderID:        call.OrderNo,
		TotalAmt:       FormatYuan(p.TxnAmt),
		Subject:        subject,
		Body:           subject,
		SpbillCreateIP: payerIP(p.IP, call.ClientIP),
		NotifyURL:      call.NotifyURL,
		WxCallbackURL:  call.ReturnURL,
		ExpireTime:     FormatWireTime(call.Expires),
	}
	if rule.Mode == MerchantScans {
		body.AuthCode = p.Code
	}
	if rule.PaidInBrowser() && p.OpenID != "" {
		// With an openid the order is paid "raw": the reply's wc_pay_data is
		// handed to the WeChat bridge by our own page.
		body.WxIsRaw = "1"
		body.WxSubOpenID = p.OpenID
	}
	return BuildHead(call.TranCode, call.GatewayMerchant, call.FlowNo, call.Now), body
}

// BuildHead makes the head of a request that leaves now.
func BuildHead(tranCode, merchant, flowNo string, now time.Time) v2.Head {
	return v2.Head{
		MerchantID: merchant,
		TranTime:   FormatWireTime(now),
		TranFlowID: flowNo,
		TranCode:   tranCode,
	}
}

// payerIP prefers the address that the merchant names and falls back to where
// the request came from; merchants send all kinds of text in this member. The
// zone of an IPv6 address is free text and means nothing to the gateway.
func payerIP(named, client string) string {
	for _, text := range []string{named, client} {
		if addr, err := netip.ParseAddr(text); err == nil {
			return addr.Unmap().WithZone("").String()
		}
	}
	return ""
}
