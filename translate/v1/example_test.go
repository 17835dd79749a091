package v1_test

import (
	"fmt"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// A pay request on its way in and the reply on its way out.
func Example() {
	key := v1.NewKey("0123456789abcdef0123456789abcdef")
	sealed := v1.SealRequest([]byte(`{"action":"WxSao","txnamt":"1999","merid":"89900001",`+
		`"orderid":"T20261121000000001","backurl":"http://shop.example/n"}`), key)

	opened, err := v1.Open(sealed, func(merid string) []v1.Key { return []v1.Key{key} })
	if err != nil {
		fmt.Println(string(v1.SealReply(v1.BuildRefusal(v1.CodeOf(err), ""), opened.Key)))
		return
	}
	request, err := v1.ParsePay(opened.JSON)
	if err != nil {
		fmt.Println(string(v1.SealReply(v1.BuildRefusal(v1.CodeOf(err), ""), opened.Key)))
		return
	}
	fmt.Println(request.Action, request.TxnAmt, "fen,", opened.Variant)

	reply := v1.PayReply{
		RespCode: v1.CodeOK, TxnAmt: request.TxnAmt, MerID: request.MerID, OrderID: request.OrderID,
		QueryID: "H0012026112112000000000001", FormAction: "weixin://wxpay/bizpayurl?pr=Nf547CJ",
	}
	body := v1.SealReply(reply.JSON(), opened.Key)
	response, err := v1.ParseReply(body, key)
	fmt.Println(string(response.JSON), err)
	// Output:
	// WxSao 1999 fen, as sent
	// {"respcode":"00","respmsg":"成功","txnamt":1999,"merid":"89900001","orderid":"T20261121000000001","queryid":"H0012026112112000000000001","formaction":"weixin://wxpay/bizpayurl?pr=Nf547CJ"} <nil>
}
