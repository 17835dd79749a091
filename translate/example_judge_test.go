package translate_test

import (
	"errors"
	"fmt"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// An answer is believed when it agrees with the order. An answer that proves
// nothing leaves the order in doubt, and one about another amount is a mismatch.
func ExampleRule_JudgePay() {
	rule, _ := translate.RuleOf(v1.WxSao)
	want := translate.Expected{GatewayMerchant: "473053110001", TranCode: v2.TranPay, OrderNo: "P0012026112112000000000001", Amount: 1999}
	for _, answer := range []string{
		`{"head":{"merchantId":"473053110001","tranCode":"OP1001","respCode":"S0000000"},
		  "body":{"tranState":"11","orderNo":"P0012026112112000000000001"}}`,
		`{"head":{"merchantId":"473053110001","tranCode":"OP1001","respCode":"E1200003","respDesc":"余额不足"},
		  "body":{"orderNo":"P0012026112112000000000001"}}`,
		`{"head":{"merchantId":"473053110001","tranCode":"OP1001","respCode":"E0000000"},
		  "body":{"orderNo":"P0012026112112000000000001"}}`,
		`{"head":{"merchantId":"473053110001","tranCode":"OP1001","respCode":"S0000000"},
		  "body":{"tranState":"11","orderNo":"P0012026112112000000000001","totalAmt":"0.01"}}`,
	} {
		message, err := v2.ParseMessage([]byte(answer))
		if err != nil {
			fmt.Println(err)
			return
		}
		report, err := rule.JudgePay(message.PayReply(), want)
		fmt.Printf("%s %q %t\n", report.State, report.GatewayMessage, errors.Is(err, translate.ErrMismatch))
	}
	// Output:
	// paid "" false
	// failed "余额不足" false
	// in_doubt "" false
	// in_doubt "" true
}

// A notice says that the payer has paid.
func ExampleJudgeNotice() {
	notice, err := v2.ParseMessage([]byte(`{"head":{"merchantId":"473053110001"},
		"body":{"orderNo":"P0012026112112000000000001","tranState":"11","totalAmt":"19.99","payTime":"20261121120512"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := translate.JudgeNotice(notice.OrderState(), translate.Expected{
		GatewayMerchant: "473053110001", OrderNo: "P0012026112112000000000001", Amount: 1999,
	})
	fmt.Println(report.State, translate.FormatPayTime(report.PaidAt), err)
	// Output:
	// paid 2026-11-21 12:05:12 <nil>
}

// A rule says what an action becomes in v2 and what it needs.
func ExampleRuleFor() {
	rule, err := translate.RuleFor(v1.PayRequest{Action: v1.AliCode, Code: "28763443825664394"})
	fmt.Println(rule.Channel, rule.Mode, rule.MovesMoneyAtOnce(), err)
	_, err = translate.RuleFor(v1.PayRequest{Action: v1.AliCode})
	fmt.Println(v1.CodeOf(err), err)
	// Output:
	// 01 01 true <nil>
	// 90 code: missing: this action needs the code that was scanned
}
