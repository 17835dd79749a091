package translate

import (
	"fmt"
	"testing"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

func expectedRefund() Expected {
	return Expected{
		GatewayMerchant: testMerchant, FlowNo: testFlowNo, OrderNo: testOrderNo, RefundNo: testRefundNo, Amount: testFen,
	}
}

func refund(state string) string {
	return fmt.Sprintf(`{"refundState":%q,"merRefundFlowId":%q,"refundAmt":19.99}`, state, testRefundNo)
}

func TestRefundRequest(t *testing.T) {
	t.Parallel()
	const notifyURL = "https://pay.example.com/onepay/notify"
	got := BuildRefundRequest(testOrderNo, testRefundNo, testFen, notifyURL)
	want := v2.RefundRequest{
		OriMerOrderID: testOrderNo, MerRefundFlowID: testRefundNo, RefundAmt: "19.99", RefundChannel: "00", MerNotifyURL: notifyURL,
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if _, err := got.Marshal(BuildHead(v2.TranRefund, testMerchant, NewFlowNo(testMerchant, 1, noon, 1), noon)); err != nil {
		t.Error(err)
	}
}

// TestJudgeRefund gives for each answer what it means for the refund itself and
// what for a refund query.
func TestJudgeRefund(t *testing.T) {
	t.Parallel()
	failed := Report{State: RefundFailed} // by its state: respDesc speaks of the message
	refused := Report{State: RefundFailed, GatewayMessage: "网关的话"}
	mayPass := Report{State: RefundFailed, GatewayMessage: "网关的话", MayPass: true}
	notFound := Report{State: InDoubt, NotFound: true, Reason: "gateway has no such record"}
	answered := func(code string) Report { return NothingCertain(`gateway answered "` + code + `"`) }
	unread := func(code string) Report {
		return Report{State: InDoubt, OurFault: true, Reason: `gateway could not read the refund: "` + code + `"`}
	}
	for _, c := range []struct {
		name          string
		says          says
		refund, query Report
	}{
		{"accepted", says{body: refund("30")}, Report{State: Refunding}, Report{State: Refunding}},
		{"done", says{body: refund("31")}, Report{State: Refunded}, Report{State: Refunded}},
		{"processing", says{body: refund("32")}, Report{State: Refunding}, Report{State: Refunding}},
		{"failed", says{body: refund("33")}, failed, failed},
		{"under review", says{body: refund("34")}, Report{State: Refunding}, Report{State: Refunding}},
		{"failed to the card", says{body: refund("35")}, failed, failed},
		{"rejected", says{body: refund("36")}, failed, failed},
		{"state of a payment", says{body: refund("11")}, NothingCertain(`refund state "11" is not known`), NothingCertain(`refund state "11" is not known`)},
		{"no body", says{body: "-"}, NothingCertain(`refund state "" is not known`), NothingCertain(`refund state "" is not known`)},
		{"unreadable", says{body: `{"refundState":{}}`}, NothingCertain("message cannot be read"), NothingCertain("message cannot be read")},
		{"no such record", says{respCode: "E8000001", body: "{}"}, notFound, notFound},
		{"repeated", says{respCode: "E8000003", body: "{}"}, Report{State: Refunding}, answered("E8000003")},
		{"no such record, and done", says{respCode: "E8000001", body: refund("31")}, answered("E8000001"), answered("E8000001")},
		{"illegal member", says{respCode: "E0000003", body: "{}"}, unread("E0000003"), answered("E0000003")},
		{"format", says{respCode: "E0000004", body: refund("33")}, unread("E0000004"), answered("E0000004")},
		{"decryption", says{respCode: "E0000005", body: "{}"}, unread("E0000005"), answered("E0000005")},
		{"refused", says{respCode: "E1234567", body: "{}"}, mayPass, answered("E1234567")},
		{"refused and failed", says{respCode: "E1234567", body: refund("33")}, refused, answered("E1234567")},
		{"refused and done", says{respCode: "E1234567", body: refund("31")}, answered("E1234567"), answered("E1234567")},
		{"refused and processing", says{respCode: "E1234567", body: refund("32")}, answered("E1234567"), answered("E1234567")},
		{"in progress", says{respCode: "E0000000", body: "{}"}, answered("E0000000"), answered("E0000000")},
		{"system error", says{respCode: "E9999999", body: refund("31")}, answered("E9999999"), answered("E9999999")},
		{"no respCode", says{respCode: "-", body: refund("31")}, answered(""), answered("")},
		{"failed, nothing else said", says{body: `{"refundState":"33"}`}, failed, failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := JudgeRefund(c.says.message(t).RefundState(), expectedRefund())
			mismatched(t, err, false)
			if got != c.refund {
				t.Errorf("refund: %+v, want %+v", got, c.refund)
			}
			got, err = JudgeQuery(c.says.message(t).RefundState(), expectedRefund())
			mismatched(t, err, false)
			if got != c.query {
				t.Errorf("query: %+v, want %+v", got, c.query)
			}
		})
	}
}

func TestJudgeRefundMismatch(t *testing.T) {
	t.Parallel()
	body := func(state, refundNo, amount string) string {
		return fmt.Sprintf(`{"refundState":%q,"merRefundFlowId":%q,"refundAmt":%s}`, state, refundNo, amount)
	}
	for _, c := range []struct {
		name string
		says says
	}{
		{"another merchant", says{merchant: "473053110002", body: refund("31")}},
		{"another merchant, refused", says{merchant: "473053110002", respCode: "E1234567", body: "{}"}},
		{"another merchant, not found", says{merchant: "473053110002", respCode: "E8000001", body: "{}"}},
		{"no merchant, done", says{merchant: "-", body: refund("31")}},
		{"another refund", says{body: body("31", "R2", "19.99")}},
		{"another refund, failed", says{body: body("33", "R2", "19.99")}},
		{"no refund number, done", says{body: `{"refundState":"31","refundAmt":"19.99"}`}},
		{"no amount, done", says{body: `{"refundState":"31","merRefundFlowId":"` + testRefundNo + `"}`}},
		{"another order", says{body: `{"oriMerOrderId":"P2","refundState":"31","merRefundFlowId":"` + testRefundNo + `","refundAmt":"19.99"}`}},
		{"half the amount", says{body: body("31", testRefundNo, "10.00")}},
		{"another amount, processing", says{body: body("32", testRefundNo, "19.98")}},
		{"absurd amount", says{body: body("31", testRefundNo, `"19.99元"`)}},
	} {
		for name, judge := range map[string]func(v2.Statement, Expected) (Report, error){
			"refund": JudgeRefund, "query": JudgeQuery, "notice": JudgeNotice,
		} {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				got, err := judge(c.says.message(t).RefundState(), expectedRefund())
				mismatched(t, err, true)
				if err != nil && got != NothingCertain(err.Error()) {
					t.Errorf("%+v; want nothing certain", got)
				}
			})
		}
	}
}

// TestJudgeRefundNotice: a notice's state speaks, unless a respCode takes it back.
func TestJudgeRefundNotice(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"-", "S0000000", "E9999999", "E0000000", "E1234567", "s0000000", "0000"} {
		for state, want := range map[string]State{"31": Refunded, "33": RefundFailed, "35": RefundFailed, "30": Refunding, "99": InDoubt} {
			got, err := JudgeNotice(says{respCode: code, body: refund(state)}.message(t).RefundState(), expectedRefund())
			mismatched(t, err, false)
			takenBack := code != "-" && code != "S0000000"
			if takenBack {
				want = InDoubt
			}
			if got.State != want || got.Ask != takenBack {
				t.Errorf("respCode %s, state %s: %+v; want %s, taken back: %v", code, state, got, want, takenBack)
			}
		}
	}
}

// A notice of a failed refund that names no refund may speak of somebody else's.
func TestNoticeOfARefundSaysWhich(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"33", "35", "36"} {
		got, err := JudgeNotice(says{body: `{"refundState":"` + state + `"}`}.message(t).Notice(), expectedRefund())
		mismatched(t, err, false)
		if got != provesNothing("notice of a failed refund does not say which") {
			t.Errorf("%s: %+v", state, got)
		}
	}
}
