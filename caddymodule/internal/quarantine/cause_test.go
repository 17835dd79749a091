package quarantine

import (
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestCauseOf judges messages as the bridge does: whatever is found of them has a name,
// and every name is found of some.
func TestCauseOf(t *testing.T) {
	t.Parallel()
	want := translate.Expected{GatewayMerchant: "4730", FlowNo: "F1", TranCode: "OP1001", OrderNo: "P1", RefundNo: "R1", Amount: 1999}
	notice := func(body string) string { return `{"head":{"merchantId":"4730"},"body":` + body + `}` }
	answer := func(head string) string {
		return `{"head":{"merchantId":"4730","respCode":"S0000000",` + head + `},"body":{"orderNo":"P1","tranState":"12"}}`
	}
	found := []Cause{Other, OrderUnknown, NumberMissing, OutcomeContradicted, QuestionOpen, MessageUnreadable} // all but the first by the tests of package bridge, too
	for _, c := range []struct {
		name, text string
		answer     bool
		want       Cause
	}{
		{"another merchant", `{"head":{"merchantId":"4731"},"body":{"merOrderId":"P1","state":"11","totalAmt":"19.99"}}`, false, MerchantDiffers},
		{"no merchant", `{"head":{},"body":{"merOrderId":"P1","state":"11","totalAmt":"19.99"}}`, false, MerchantDiffers},
		{"another order", notice(`{"merOrderId":"P2","state":"11","totalAmt":"19.99"}`), false, OrderDiffers},
		{"another amount", notice(`{"merOrderId":"P1","state":"11","totalAmt":"19.98"}`), false, AmountDiffers},
		{"no amount", notice(`{"merOrderId":"P1","state":"11"}`), false, AmountDiffers},
		{"another refund", notice(`{"merRefundFlowId":"R2","refundState":"31","refundAmt":"19.99"}`), false, RefundDiffers},
		{"another amount given back", notice(`{"merRefundFlowId":"R1","refundState":"31","refundAmt":"9.99"}`), false, AmountDiffers},
		{"a state of its own", notice(`{"merOrderId":"P1","state":"77","totalAmt":"19.99"}`), false, StateUnknown},
		{"a refund's state of its own", notice(`{"merRefundFlowId":"R1","refundState":"99"}`), false, StateUnknown},
		{"no state", notice(`{"merOrderId":"P1"}`), false, StateUnknown},
		{"two states", notice(`{"merOrderId":"P1","state":"11","tranState":"13"}`), false, MembersContradict},
		{"two amounts", notice(`{"merOrderId":"P1","state":"11","totalAmt":"1","tranAmt":"2"}`), false, MembersContradict},
		{"a member twice", notice(`{"merOrderId":"P1","merOrderId":"P1"}`), false, MessageUnreadable},
		{"no text", notice(`{"merOrderId":["P1"]}`), false, MessageUnreadable},
		{"the answer to another request", answer(`"tranFlowid":"F2","tranCode":"OP1001"`), true, RequestDiffers},
		{"the answer to another call", answer(`"tranFlowid":"F1","tranCode":"OP2001"`), true, CodeDiffers},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := judged(t, c.text, c.answer, want)
			if got := CauseOf(text); got != c.want {
				t.Errorf("%q is %s, want %s", text, got, c.want)
			}
			if zh, en := Means(text).In(bilingual.Zh), Means(text).In(bilingual.En); zh == en || en == text {
				t.Errorf("%q means %q and %q", text, en, zh)
			}
			found = append(found, c.want)
		})
	}
	for _, cause := range Causes() {
		if !slices.Contains(found, cause) {
			t.Errorf("no message is in quarantine for %s", cause)
		}
	}
}

// judged is why a message is not believed.
func judged(t *testing.T, text string, answer bool, want translate.Expected) string {
	t.Helper()
	message, err := v2.ParseMessage([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if answer {
		rule, _ := translate.RuleOf(v1.AliSao)
		_, err := rule.JudgePay(message.PayReply(), want)
		return err.Error()
	}
	said := message.Notice()
	if said.Err != nil {
		return said.Err.Error()
	}
	report, err := translate.JudgeNotice(said, want)
	if err != nil {
		return err.Error()
	}
	return report.Reason
}

// What has no name is shown as it was kept, whatever stands in it.
func TestOtherCauses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "100% new", "unknown order of another kind", translate.ErrMismatch.Error() + ": head.new"} {
		if cause, means := CauseOf(text), Means(text); cause != Other || means.In(bilingual.Zh) != text || means.In(bilingual.En) != text {
			t.Errorf("%q is %s: %q, %q", text, cause, means.In(bilingual.En), means.In(bilingual.Zh))
		}
	}
}
