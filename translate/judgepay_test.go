package translate

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// shownAs is what an honest gateway shows for an action, and what comes of it.
var shownAs = map[Mode]struct {
	members             string // of the answer's body
	formAction, payData string
}{
	MerchantScans:   {},
	PayerScans:      {`,"codeUrl":"weixin://wxpay/bizpayurl?pr=Nf547CJ"`, "weixin://wxpay/bizpayurl?pr=Nf547CJ", ""},
	OfficialAccount: {`,"wc_pay_data":"{\"appId\":\"wx1\"}"`, "", `{"appId":"wx1"}`},
	PhoneBrowser:    {`,"codeUrl":"https://gw.example/qr","urlScheme":"https%3A%2F%2Fgw.example%2Fh5"`, "https://gw.example/h5", ""},
}

// answeredBody is the body of an answer with this tranState that shows everything.
func answeredBody(mode Mode, tranState string) string {
	return fmt.Sprintf(`{"tranState":%q,"orderNo":%q,"jytOrderId":"OP1"%s}`, tranState, testOrderNo, shownAs[mode].members)
}

// TestJudgePay goes through the table of money rules for every action.
func TestJudgePay(t *testing.T) {
	t.Parallel()
	const words = "网关的话"
	for _, rule := range Rules() {
		shown := shownAs[rule.Mode]
		going := Report{State: Pending, GatewayNo: "OP1", FormAction: shown.formAction, PayData: shown.payData}
		paid := going
		paid.State = Paid
		failed := Report{State: Failed} // by its state: respDesc speaks of the message
		refused := Report{State: Failed, GatewayMessage: words}
		for _, c := range []struct {
			name string
			says says
			want Report
		}{
			{"accepted", says{body: answeredBody(rule.Mode, "10")}, going},
			{"processing", says{body: answeredBody(rule.Mode, "12")}, going},
			{"paid", says{body: answeredBody(rule.Mode, "11")}, paid},
			{"failed", says{body: answeredBody(rule.Mode, "13")}, failed},
			{"unknown state", says{body: answeredBody(rule.Mode, "14")}, NothingCertain(`tranState "14" is not known`)},
			{"no state", says{body: answeredBody(rule.Mode, "")}, NothingCertain(`tranState "" is not known`)},
			{"no body", says{body: "-"}, NothingCertain(`tranState "" is not known`)},
			{"body that cannot be read", says{body: `{"tranState":["11"]}`}, NothingCertain("answer cannot be read")},
			{"E0000000", says{respCode: "E0000000", body: "{}"}, NothingCertain(`gateway answered "E0000000"`)},
			{"E0000000 with state 13", says{respCode: "E0000000", body: `{"tranState":"13"}`}, NothingCertain(`gateway answered "E0000000"`)},
			{"E9999999", says{respCode: "E9999999", body: "{}"}, NothingCertain(`gateway answered "E9999999"`)},
			{"E8000003", says{respCode: "E8000003", body: "{}"}, NothingCertain(`gateway answered "E8000003"`)},
			{"no respCode", says{respCode: "-", body: answeredBody(rule.Mode, "11")}, NothingCertain(`gateway answered ""`)},
			{"unheard respCode", says{respCode: "S9999999" + strings.Repeat("9", 99), body: "{}"}, NothingCertain(`gateway answered "S999999999999999…"`)},
			{"E0000003", says{respCode: "E0000003", body: "{}"}, refused},
			{"E0000004", says{respCode: "E0000004", body: "null"}, refused},
			{"E0000005", says{respCode: "E0000005", body: "-"}, refused},
			{"E8000001", says{respCode: "E8000001", body: `""`}, refused},
			{"unheard E-code", says{respCode: "E1234567", body: "{}"}, refused},
			{"E-code with state 13", says{respCode: "E1234567", body: `{"tranState":"13"}`}, refused},
			{"E-code with state 11", says{respCode: "E1234567", body: `{"tranState":"11"}`}, NothingCertain(`gateway answered "E1234567" with tranState "11"`)},
			{"E-code with state 12", says{respCode: "E1234567", body: `{"tranState":"12"}`}, NothingCertain(`gateway answered "E1234567" with tranState "12"`)},
		} {
			t.Run(string(rule.Action)+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				got, err := rule.JudgePay(c.says.message(t).PayReply(), expectedOrder())
				mismatched(t, err, false)
				if got != c.want {
					t.Errorf("%+v, want %+v", got, c.want)
				}
			})
		}
	}
}

// A code that is due but not shown leaves the order in doubt, unless it is paid.
func TestJudgePayShowsNothing(t *testing.T) {
	t.Parallel()
	for _, rule := range Rules() {
		t.Run(string(rule.Action), func(t *testing.T) {
			t.Parallel()
			want := map[string]State{"10": InDoubt, "12": InDoubt, "11": Paid}
			if rule.Mode == MerchantScans {
				want = map[string]State{"10": Pending, "12": Pending, "11": Paid}
			}
			for state, want := range want {
				for _, shows := range []string{"", `,"codeUrl":"","urlScheme":"\u0000","wc_pay_data":"no JSON"`} {
					body := fmt.Sprintf(`{"tranState":%q,"orderNo":%q%s}`, state, testOrderNo, shows)
					got, err := rule.JudgePay(says{body: body}.message(t).PayReply(), expectedOrder())
					if err != nil || got.State != want || got.FormAction != "" || got.PayData != "" {
						t.Errorf("%s: %+v, %v; want %s", body, got, err, want)
					}
				}
			}
		})
	}
}

func TestJudgePayFallsBackToCode(t *testing.T) {
	t.Parallel()
	for _, action := range []v1.Action{v1.WxH5, v1.AliWap} {
		rule, _ := RuleOf(action)
		body := fmt.Sprintf(`{"tranState":"12","orderNo":%q,"codeUrl":"https://gw.example/h5"}`, testOrderNo)
		got, err := rule.JudgePay(says{body: body}.message(t).PayReply(), expectedOrder())
		if err != nil || got.State != Pending || got.FormAction != "https://gw.example/h5" {
			t.Errorf("%s: %+v, %v", action, got, err)
		}
	}
}

// TestJudgePayMismatch brings answers that tell of another order, of every kind:
// none may decide anything.
func TestJudgePayMismatch(t *testing.T) {
	t.Parallel()
	other := says{body: `{"tranState":"12","orderNo":"P0012026112112000000000002"}`}
	for _, c := range []struct {
		name string
		says says
	}{
		{"another merchant, paid", says{merchant: "473053110002", body: answeredBody(MerchantScans, "11")}},
		{"another merchant, refused", says{merchant: "473053110002", respCode: "E1234567", body: "{}"}},
		{"another merchant, in progress", says{merchant: "473053110002", respCode: "E0000000", body: "{}"}},
		{"no merchant, paid", says{merchant: "-", body: answeredBody(MerchantScans, "11")}},
		{"another tranCode, paid", says{tranCode: "OP2001", body: answeredBody(MerchantScans, "11")}},
		{"another tranCode, refused", says{tranCode: "OP1003", respCode: "E1234567", body: "-"}},
		{"another order, pending", other},
		{"another order, failed", says{body: `{"tranState":"13","orderNo":"P0012026112112000000000002"}`}},
		{"another order, refused", says{respCode: "E1234567", body: `{"orderNo":"P0012026112112000000000002"}`}},
		{"no order, paid", says{body: `{"tranState":"11"}`}},
		{"a fen less", says{body: `{"tranState":"11","orderNo":"` + testOrderNo + `","totalAmt":"19.98"}`}},
		{"a fen more, pending", says{body: `{"tranState":"12","orderNo":"` + testOrderNo + `","totalAmt":20.00}`}},
		{"amount in fen", says{body: `{"tranState":"11","orderNo":"` + testOrderNo + `","totalAmt":"1999"}`}},
		{"absurd amount", says{body: `{"tranState":"11","orderNo":"` + testOrderNo + `","totalAmt":"1.999e1"}`}},
	} {
		for _, rule := range Rules() {
			t.Run(c.name+"/"+string(rule.Action), func(t *testing.T) {
				t.Parallel()
				got, err := rule.JudgePay(c.says.message(t).PayReply(), expectedOrder())
				mismatched(t, err, true)
				if err != nil && got != NothingCertain(err.Error()) {
					t.Errorf("%+v; want it unknown", got)
				}
			})
		}
	}
}

// Members that the gateway may leave out, or add, change nothing.
func TestJudgePayTolerates(t *testing.T) {
	t.Parallel()
	rule, _ := RuleOf(v1.WxCode)
	amount := fmt.Sprintf(`{"tranState":"11","orderNo":%q,"totalAmt":19.990,"unheard":[{}]}`, testOrderNo)
	for _, c := range []struct {
		name string
		says says
		want State
	}{
		{"amount as a number", says{body: amount}, Paid},
		{"no tranCode", says{tranCode: "-", body: amount}, Paid},
		{"no flow number", says{flowNo: "-", body: amount}, Paid},
		{"no merchant, nothing paid", says{merchant: "-", body: `{"tranState":"12"}`}, Pending},
		{"no order number, nothing paid", says{body: `{"tranState":"12"}`}, Pending},
		{"no merchant, refused", says{merchant: "-", respCode: "E0000005", body: "-"}, Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := rule.JudgePay(c.says.message(t).PayReply(), expectedOrder())
			if err != nil || got.State != c.want {
				t.Errorf("%+v, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestReportsWithoutAnswer(t *testing.T) {
	t.Parallel()
	if got, want := NothingCertain("reset"), (Report{State: InDoubt, Reason: "reset"}); got != want {
		t.Errorf("unknown: %+v", got)
	}
	if got, want := NotSent("refused"), (Report{State: Begun, Reason: "refused"}); got != want {
		t.Errorf("not sent: %+v", got)
	}
}

// TestRefusalsAreExplained: the gateway's message is a reason beside an E-code and
// nowhere else, under either name.
func TestRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	const processed = "交易受理成功"
	for _, c := range []struct {
		name string
		says says
		want string
	}{
		{"respDesc", says{respCode: "E1234567", respDesc: "余额不足", body: "{}"}, "余额不足"},
		{"respMsg", says{respCode: "E1234567", respDesc: "-", respMsg: "余额不足", body: "-"}, "余额不足"},
		{"respMsg beside an empty respDesc", says{respCode: "E1234567", respDesc: " ", respMsg: "余额不足", body: "-"}, "余额不足"},
		{"both", says{respCode: "E1234567", respDesc: "余额不足", respMsg: "失败", body: "-"}, "余额不足"},
		{"none", says{respCode: "E1234567", respDesc: "-", body: "-"}, ""},
		{"respDesc of a message that was processed", says{respDesc: processed, body: answeredBody(MerchantScans, "13")}, ""},
		{"respMsg of a message that was processed", says{respDesc: "-", respMsg: processed, body: answeredBody(MerchantScans, "13")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rule, _ := RuleOf(v1.WxCode)
			got, err := rule.JudgePay(c.says.message(t).PayReply(), expectedOrder())
			if err != nil || got.State != Failed || got.GatewayMessage != c.want {
				t.Fatalf("%+v, %v; want the words %q", got, err, c.want)
			}
			order := ordered(v1.WxCode, got.State)
			order.GatewayMessage = got.GatewayMessage
			reply := string(BuildPayReply(order).JSON())
			if text := cmp.Or(c.want, v1.CodeRefused.Message()); !strings.Contains(reply, text) || strings.Contains(reply, processed) {
				t.Errorf("merchant hears %s, want %s", reply, text)
			}
		})
	}
	for _, state := range []string{"33", "35", "36"} {
		got, err := JudgeRefund(says{respDesc: processed, body: refund(state)}.message(t).RefundState(), expectedRefund())
		if err != nil || got.State != RefundFailed || got.GatewayMessage != "" {
			t.Errorf("refund %s: %+v, %v", state, got, err)
		}
	}
	for name, judge := range reports {
		got, err := judge(says{respDesc: processed, body: told("13")}.message(t).OrderState(), expectedOrder())
		if err != nil || got.State != Failed || got.GatewayMessage != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
