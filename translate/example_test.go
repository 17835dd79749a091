package translate_test

import (
	"fmt"
	"time"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// A merchant's pay request becomes an OP1001, and the gateway's answer becomes
// the merchant's reply.
func Example() {
	request, err := v1.ParsePay([]byte(`{"action":"WxSao","txnamt":"1999","merid":"89900001",` +
		`"orderid":"T20261121000000001","backurl":"https://shop.example/notify"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	rule, err := translate.RuleFor(request)
	if err != nil {
		fmt.Println(err)
		return
	}

	now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC) // noon in Beijing
	queryID := translate.NewQueryID(1, now, 1)
	orderNo := translate.NewOrderNo("P", queryID)
	head, body := translate.BuildPayRequest(request, rule, translate.PayCall{
		TranCode: v2.TranPay, GatewayMerchant: "473053110001", OrderNo: orderNo,
		FlowNo: translate.NewFlowNo("473053110001", 1, now, 1), NotifyURL: "https://pay.example.com/onepay/notify",
		Subject: "order {orderid}", ClientIP: "203.0.113.9", Now: now, Expires: now.Add(2 * time.Hour),
	})
	if _, err := body.Marshal(head); err != nil { // what v2.Codec seals
		fmt.Println(err)
		return
	}
	fmt.Println(head.TranCode, body.OrderID, body.TotalAmt, "yuan,", body.Subject)

	answer, err := v2.ParseMessage([]byte(`{"head":{"merchantId":"473053110001","tranCode":"OP1001","respCode":"S0000000"},` +
		`"body":{"tranState":"12","orderNo":"` + orderNo + `","codeUrl":"weixin://wxpay/bizpayurl?pr=Nf547CJ"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := rule.JudgePay(answer.PayReply(), translate.Expected{
		GatewayMerchant: "473053110001", TranCode: v2.TranPay, OrderNo: orderNo, Amount: request.TxnAmt,
	})
	reply := translate.BuildPayReply(translate.Order{
		MerID: request.MerID, OrderID: request.OrderID, QueryID: queryID, Action: request.Action, Amount: request.TxnAmt,
		State: report.State, FormAction: report.FormAction, GatewayMessage: report.GatewayMessage,
	})
	fmt.Println(report.State, err)
	fmt.Println(string(reply.JSON()))
	// Output:
	// OP1001 P0012026112112000000000001 19.99 yuan, order T20261121000000001
	// pending <nil>
	// {"respcode":"00","respmsg":"成功","txnamt":1999,"merid":"89900001","orderid":"T20261121000000001","queryid":"H0012026112112000000000001","formaction":"weixin://wxpay/bizpayurl?pr=Nf547CJ"}
}

// An update moves an order forward or is ignored; a payment that comes after a close
// is refunded.
func ExampleJudge() {
	fmt.Println(translate.Judge(translate.Pending, translate.Paid))
	fmt.Println(translate.Judge(translate.Paid, translate.Pending))
	fmt.Println(translate.Judge(translate.Closed, translate.Paid))
	// Output:
	// applied
	// late
	// late_payment
}

// Amounts are converted exactly or refused.
func ExampleParseYuan() {
	fmt.Println(translate.ParseYuan("19.99"))
	fmt.Println(translate.ParseYuan("19.999"))
	// Output:
	// 1999 <nil>
	// 0 not an amount in yuan: "19.999"
}
