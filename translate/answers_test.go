package translate

import (
	"fmt"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// judgement is what is made of an answer: the state of the order or refund, and
// whether something certain was said at all.
type judgement struct {
	state    State
	notFound bool
	shown    string
}

// judges are all who judge answers, by the kind of call.
var judges = map[string]func(v2.Message) (judgement, error){
	"pay, code shown": func(m v2.Message) (judgement, error) { return judgedPay(v1.WxSao, m) },
	"pay, scanned":    func(m v2.Message) (judgement, error) { return judgedPay(v1.WxCode, m) },
	"pay in WeChat":   func(m v2.Message) (judgement, error) { return judgedPay(v1.WxJsApi, m) },
	"query": func(m v2.Message) (judgement, error) {
		return judgedReport(JudgeQuery(m.OrderState(), expectedOrder()))
	},
	"close": func(m v2.Message) (judgement, error) {
		return judgedReport(JudgeClose(m.OrderState(), expectedOrder()))
	},
	"refund": func(m v2.Message) (judgement, error) {
		return judgedReport(JudgeRefund(m.RefundState(), expectedRefund()))
	},
	"refund query": func(m v2.Message) (judgement, error) {
		return judgedReport(JudgeQuery(m.RefundState(), expectedRefund()))
	},
}

func judgedPay(action v1.Action, m v2.Message) (judgement, error) {
	rule, _ := RuleOf(action)
	o, err := rule.JudgePay(m.PayReply(), expectedOrder())
	return judgement{state: o.State, shown: o.FormAction + o.PayData + o.GatewayNo + o.GatewayMessage}, err
}

func judgedReport(r Report, err error) (judgement, error) {
	return judgement{state: r.State, notFound: r.NotFound, shown: r.GatewayMessage}, err
}

// everyAnswer is every kind of answer, with the numbers of the order or without.
func everyAnswer(numbers string) []says {
	var list []says
	for _, code := range []string{"S0000000", "E0000000", "E1234567", "E8000001", "E8000003", "E9999999"} {
		list = append(list, says{respCode: code, body: "-"}, says{respCode: code, body: `{"tranState":["unreadable"],"refundState":[]}`})
		for _, state := range []string{"10", "11", "12", "13", "30", "31", "33"} {
			list = append(list, says{respCode: code, body: fmt.Sprintf(
				`{"tranState":%q,"refundState":%q,"codeUrl":"weixin://another","wc_pay_data":{"a":1},"jytOrderId":"J2","totalAmt":"19.99"%s}`,
				state, state, numbers)})
		}
	}
	return list
}

// TestAnswersOfOtherRequests: an answer that names another flow number says
// nothing, whatever else is in it, and is a mismatch.
func TestAnswersOfOtherRequests(t *testing.T) {
	t.Parallel()
	ours := fmt.Sprintf(`,"orderNo":%q,"merRefundFlowId":%q,"refundAmt":"19.99"`, testOrderNo, testRefundNo)
	for kind, judge := range judges {
		for _, numbers := range []string{"", ours} {
			for _, answer := range everyAnswer(numbers) {
				for _, flowNo := range []string{testFlowNo[:31] + "2", "0", testFlowNo + " "} {
					answer.flowNo = flowNo
					answer.tranCode = "-"
					got, err := judge(answer.message(t))
					mismatched(t, err, true)
					if got != (judgement{state: InDoubt}) {
						t.Errorf("%s: %s: believed %+v", kind, answer.body, got)
					}
				}
			}
		}
	}
}

// TestAnswersThatNameNothing: without a flow number and without the order's an
// answer may be any other's. It proves nothing, and is no mismatch either.
func TestAnswersThatNameNothing(t *testing.T) {
	t.Parallel()
	for kind, judge := range judges {
		for _, answer := range everyAnswer("") {
			answer.flowNo, answer.tranCode = "-", "-"
			got, err := judge(answer.message(t))
			if got != (judgement{state: InDoubt}) {
				t.Errorf("%s: %s %s: believed %+v, %v", kind, answer.respCode, answer.body, got, err)
			}
		}
	}
}

// TestAnswersThatNameTheOrder: a gateway that does not repeat flow numbers is
// believed where it names what was asked about.
func TestAnswersThatNameTheOrder(t *testing.T) {
	t.Parallel()
	pay := fmt.Sprintf(`{"tranState":"11","orderNo":%q,"codeUrl":"weixin://ours","wc_pay_data":{"a":1},"totalAmt":"19.99"}`, testOrderNo)
	refused := fmt.Sprintf(`{"orderNo":%q,"merRefundFlowId":%q}`, testOrderNo, testRefundNo)
	for kind, want := range map[string]struct {
		done    string
		state   State
		refused State
	}{
		"pay, code shown": {pay, Paid, Failed},
		"pay, scanned":    {pay, Paid, Failed},
		"pay in WeChat":   {pay, Paid, Failed},
		"query":           {told("11"), Paid, InDoubt},
		"close":           {told("12"), Closed, InDoubt},
		"refund":          {refund("31"), Refunded, RefundFailed},
		"refund query":    {refund("31"), Refunded, InDoubt},
	} {
		for code, c := range map[string]struct {
			body  string
			state State
		}{"S0000000": {want.done, want.state}, "E1234567": {refused, want.refused}} {
			answer := says{flowNo: "-", tranCode: "-", respCode: code, body: c.body}
			got, err := judges[kind](answer.message(t))
			mismatched(t, err, false)
			if got.state != c.state {
				t.Errorf("%s: %s: %+v, want %s", kind, answer.body, got, c.state)
			}
		}
	}
}

// TestNoticesAnswerNothing: a notice has a flow number of its own.
func TestNoticesAnswerNothing(t *testing.T) {
	t.Parallel()
	for _, flowNo := range []string{"-", "OP2026112100000001"} {
		got, err := JudgeNotice(says{flowNo: flowNo, body: told("11")}.message(t).OrderState(), expectedOrder())
		if err != nil || got.State != Paid {
			t.Errorf("flow number %s: %+v, %v", flowNo, got, err)
		}
	}
}
