package v1_test

import (
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// payJSON is a pay request of ordinary length; its base64 text holds a '+'.
const payJSON = `{"action":"WxSao","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001",` +
	`"code":"","openid":"","backurl":"http://shop.example/notify?a=1&b=2","fronturl":"","memo":"~~~>>>."}`

func BenchmarkOpen(b *testing.B) {
	key := v1.NewKey(testSecret)
	sealed := v1.SealRequest([]byte(payJSON), key)
	blanks := v1.Form{Req: strings.ReplaceAll(sealed.Req, "+", " "), Sign: sealed.Sign}
	if blanks == sealed {
		b.Fatal("the text has no plus sign")
	}
	keys := ring(key)
	for name, form := range map[string]v1.Form{"as sent": sealed, "blanks for plus": blanks} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v1.Open(form, keys); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParsePay(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v1.ParsePay([]byte(payJSON)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealReply(b *testing.B) {
	key := v1.NewKey(testSecret)
	msg := v1.PayReply{
		RespCode: v1.CodeOK, TxnAmt: 1999, MerID: "89900001", OrderID: "T20261121000000001",
		QueryID: "H0012026112123595900000001", FormAction: "weixin://wxpay/bizpayurl?pr=Nf547CJ",
	}.JSON()
	b.ReportAllocs()
	for b.Loop() {
		v1.SealReply(msg, key)
	}
}
