package shadow

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/preview"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// answers are the bodies of what v2 says where the old gateway has said "00", by
// interface. They carry the same news as the old reply.
var answers = map[string]func(old gjson.Result) map[string]any{
	preview.Pay:    payAnswer,
	preview.Query:  queryAnswer,
	preview.Cancel: cancelAnswer,
}

// Examples of what v2 would have told.
const (
	exampleNo  = "SHADOW00000001"
	exampleFen = 1
)

// payAnswer is that of an order which its payer may now pay, with all that any action
// shows.
func payAnswer(gjson.Result) map[string]any {
	return map[string]any{
		"tranState": v2.TranProcessing, "jytOrderId": exampleNo,
		"codeUrl": "weixin://wxpay/bizpayurl?pr=shadow", "urlScheme": "https://pay.example.com/shadow",
		"wc_pay_data": map[string]string{"appId": "shadow"},
	}
}

// queryAnswer tells of the state that the old gateway has told.
func queryAnswer(old gjson.Result) map[string]any {
	answer := map[string]any{
		"merOrderId": exampleNo, "tranState": tranState(old.Get("resultcode").String()), "totalAmt": amountOf(old),
	}
	if paid := old.Get("paytime").String(); paid != "" {
		answer["payTime"] = paid
	}
	return answer
}

// tranState is what v2 calls a state that v1 tells. 1002 and 1004 are payments of
// which more is said than v2 can.
func tranState(resultCode string) v2.TranState {
	switch v1.ResultCode(resultCode) {
	case v1.ResultPaid, v1.ResultProcessing, v1.ResultInquiry:
		return v2.TranSuccess
	case v1.ResultFailed:
		return v2.TranFailed
	}
	return v2.TranProcessing
}

// cancelAnswer is that to a refund which is done: "00" says that no money is left.
func cancelAnswer(old gjson.Result) map[string]any {
	return map[string]any{"merRefundFlowId": exampleNo, "refundState": v2.RefundSuccess, "refundAmt": amountOf(old)}
}

// amountOf is the amount of a reply, as v2 writes it. Where there is none that can be
// read it is an example, for v2 tells of no payment without one.
func amountOf(old gjson.Result) string {
	whole, fraction, _ := strings.Cut(old.Get("txnamt").String(), ".")
	fen, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || fen <= 0 || strings.Trim(fraction, "0") != "" {
		fen = exampleFen
	}
	return translate.FormatYuan(fen)
}

// ourReply is the reply of the bridge where v2 tells what the old gateway has told.
func (c *comparison) ourReply(old gjson.Result) ([]byte, error) {
	plaintext, err := json.Marshal(map[string]any{
		"head": map[string]string{
			"merchantId": c.merchant.GatewayMerchant, "tranCode": c.request.TranCode, "respCode": "S0000000",
			"tranFlowid": exampleNo,
		},
		"body": answers[c.exchange.Interface](old),
	})
	if err != nil {
		return nil, fmt.Errorf("writing an answer of v2: %w", err)
	}
	if c.request.OrderID() == "" {
		number := old.Get("orderid").String()
		c.request.Found(number)
		c.keepNumber(number)
	}
	reply, err := c.request.Reply(plaintext)
	if err != nil {
		return nil, fmt.Errorf("reading an answer of v2: %w", err)
	}
	return reply.JSON, nil
}
