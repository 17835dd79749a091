package explain

import (
	"strings"
	"unicode/utf8"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// The forms in which a value may be shown. A value that is on the list by its
// name and has another form is not shown: nobody knows what it is then.
var (
	number = form{max: 64, of: isLetterOrDigit}
	amount = form{max: 20, of: func(r rune) bool { return strings.ContainsRune("0123456789.,-+", r) }}
)

type form struct {
	max int // bytes
	of  func(rune) bool
}

// shows is the list of members whose values a report may tell. Everything else
// is told by its length: a payer's code or openid, addresses, anything unknown.
var shows = map[string]form{
	"merid": number, "orderid": number, "queryid": number, "action": number, "txnamt": amount, "respcode": number,
	"merchant_id": number, "mer_order_id": number,
	"merchantId": number, "tranCode": number, "respCode": number, "tranType": number,
	"tranState": number, "state": number, "refundState": number,
	"orderId": number, "merOrderId": number, "oriMerOrderId": number, "orderNo": number,
	"jytOrderId": number, "merRefundFlowId": number, "tranFlowid": number, "refundTranFlow": number,
}

// named are the names that a report may tell besides those of shows. A name
// comes from the sender too, and a form that is none has anything as its names.
var named = map[string]bool{
	"req": true, "resp": true, "sign": true, "code": true, "openid": true, "ip": true, "payway": true,
	"backurl": true, "fronturl": true,
	"msg_enc": true, "xml_enc": true, "key_enc": true,
	"head": true, "body": true, "version": true, "tranTime": true, "respDesc": true, "respMsg": true,
	"totalAmt": true, "tranAmt": true, "refundAmt": true, "codeUrl": true, "codeImgUrl": true, "wc_pay_data": true,
	"urlScheme": true, "payTime": true, "tranFinishTime": true,
}

// mayShow returns a value when it may be told.
func mayShow(name, value string) (string, bool) {
	f, listed := shows[name]
	if !listed || value == "" || len(value) > f.max || strings.ContainsFunc(value, func(r rune) bool { return !f.of(r) }) {
		return "", false
	}
	return value, true
}

// describe tells of one parameter or member what may be told, path before its
// name. ok is false for a name that is not known.
func describe(path, name, value string) (line bilingual.Said, ok bool) {
	said := characters(value)
	if text, shown := mayShow(name, value); shown {
		said = say("%s", text)
	}
	_, listed := shows[name]
	return say("%-18s %s", path+name, said), listed || named[name]
}

// characters tells a length.
func characters(value string) bilingual.Said {
	switch n := utf8.RuneCountInString(value); n {
	case 0:
		return say("empty")
	case 1:
		return say("1 character")
	default:
		return say("%d characters", n)
	}
}

func isLetterOrDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}
