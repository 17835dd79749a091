package translate

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

const testQueryID = "H0012026112112000000000001"

// ordered is the order of request in a state.
func ordered(action v1.Action, state State) Order {
	p := request(action)
	return Order{MerID: p.MerID, OrderID: p.OrderID, QueryID: testQueryID, Action: action, Amount: p.TxnAmt, State: state}
}

// TestPayReply asks, for every action and state, what the merchant hears of a
// pay request. scanned is for the *Code actions, where money may move at once.
func TestPayReply(t *testing.T) {
	t.Parallel()
	heard := map[State]struct{ shown, scanned v1.Code }{
		Begun:        {v1.CodeBusy, v1.CodeBusy},
		Sent:         {v1.CodeBusy, v1.CodeOK},
		Pending:      {v1.CodeOK, v1.CodeOK},
		InDoubt:      {v1.CodeBusy, v1.CodeOK},
		Paid:         {v1.CodeOK, v1.CodeOK},
		Failed:       {v1.CodeRefused, v1.CodeRefused},
		Closed:       {v1.CodeState, v1.CodeState},
		Refunding:    {v1.CodeState, v1.CodeState},
		Refunded:     {v1.CodeState, v1.CodeState},
		RefundFailed: {v1.CodeState, v1.CodeState},
		"unheard":    {v1.CodeInternal, v1.CodeInternal},
	}
	for _, rule := range Rules() {
		for state, codes := range heard {
			t.Run(string(rule.Action)+"/"+string(state), func(t *testing.T) {
				t.Parallel()
				want := v1.PayReply{RespCode: codes.shown, MerID: "89900001", OrderID: "T20261121000000001"}
				if rule.MovesMoneyAtOnce() {
					want.RespCode = codes.scanned
				}
				order := ordered(rule.Action, state)
				order.GatewayMessage = "余额不足"
				if state == Pending && !rule.MovesMoneyAtOnce() {
					order.FormAction = "weixin://wxpay/bizpayurl?pr=N"
				}
				switch want.RespCode {
				case v1.CodeOK:
					want.TxnAmt, want.QueryID, want.FormAction = testFen, testQueryID, order.FormAction
				case v1.CodeRefused:
					want.RespMsg = "余额不足"
				}
				if got := BuildPayReply(order); got != want {
					t.Errorf("%+v, want %+v", got, want)
				}
			})
		}
	}
	for _, state := range States() {
		if _, tested := heard[state]; !tested {
			t.Errorf("state %s is not tested", state)
		}
	}
}

// A WxJsApi order that waits for the payer's browser is accepted: its PayId is
// all that the merchant needs.
func TestPayReplyToPayID(t *testing.T) {
	t.Parallel()
	order := ordered(v1.WxJsApi, Begun)
	order.PayID = "PAYID"
	got := BuildPayReply(order)
	want := v1.PayReply{
		RespCode: v1.CodeOK, TxnAmt: testFen, MerID: "89900001", OrderID: "T20261121000000001",
		QueryID: testQueryID, FormAction: "PAYID",
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestPayRefusal(t *testing.T) {
	t.Parallel()
	got := BuildPayRefusal(request(v1.WxSao), v1.CodeConflict)
	want := v1.PayReply{RespCode: v1.CodeConflict, MerID: "89900001", OrderID: "T20261121000000001"}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := BuildPayRefusal(v1.PayRequest{}, v1.CodeBadRequest); got != (v1.PayReply{RespCode: v1.CodeBadRequest}) {
		t.Errorf("unreadable request: %+v", got)
	}
}

// TestRepliesToOrder asks, for every state, what query, cancel and notification
// say. paytime comes with "0000" alone.
func TestPayFaultNamesTheMember(t *testing.T) {
	t.Parallel()
	p := request(v1.WxH5)
	for name, c := range map[string]struct {
		err error
		msg string
	}{
		"a member":      {&v1.Error{Code: v1.CodeBadRequest, Field: "ip", Reason: "canary"}, `"respcode":"90","respmsg":"请求参数错误！(ip)"`},
		"a wrapped one": {fmt.Errorf("canary: %w", &v1.Error{Code: v1.CodeUnsupported, Field: "action"}), `"respcode":"97","respmsg":"不支持的交易类型！(action)"`},
		"none":          {errors.New("canary"), `"respcode":"99","respmsg":"系统内部错误！"`},
	} {
		got := string(BuildPayFault(p, c.err).JSON())
		if !strings.Contains(got, c.msg) || strings.Contains(got, "canary") || !strings.Contains(got, p.OrderID) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestRepliesToOrder(t *testing.T) {
	t.Parallel()
	heard := map[State]struct {
		query  v1.ResultCode
		cancel v1.Code
	}{
		Begun:        {"1001", "95"},
		Sent:         {"1001", "95"},
		Pending:      {"1001", "96"},
		InDoubt:      {"1001", "95"},
		Paid:         {"0000", "96"},
		Failed:       {"1003", "00"},
		Closed:       {"1003", "00"},
		Refunding:    {"1001", "96"},
		Refunded:     {"1003", "00"},
		RefundFailed: {"0000", "94"},
		"unheard":    {"1001", "99"},
	}
	for _, state := range States() {
		if _, tested := heard[state]; !tested {
			t.Errorf("state %s is not tested", state)
		}
	}
	for state, codes := range heard {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			order := ordered(v1.WxSao, state)
			order.PaidAt, order.GatewayMessage = time.Date(2026, 11, 21, 4, 0, 1, 0, time.UTC), "银行拒绝"
			payTime := ""
			if codes.query == "0000" {
				payTime = "2026-11-21 12:00:01"
			}
			query := v1.QueryReply{
				RespCode: "00", ResultCode: codes.query, QueryID: testQueryID, TxnAmt: testFen,
				MerID: "89900001", OrderID: "T20261121000000001", PayTime: payTime,
			}
			if got := BuildQueryReply(order); got != query {
				t.Errorf("query: %+v, want %+v", got, query)
			}
			cancel := v1.CancelReply{
				RespCode: codes.cancel, QueryID: testQueryID, TxnAmt: testFen, MerID: "89900001", OrderID: "T20261121000000001",
			}
			if codes.cancel == "94" {
				cancel.RespMsg = "银行拒绝"
			}
			if got := BuildCancelReply(order); got != cancel {
				t.Errorf("cancel: %+v, want %+v", got, cancel)
			}
			notification := v1.Notification{
				ResultCode: codes.query, TxnAmt: testFen, MerID: "89900001", OrderID: "T20261121000000001",
				QueryID: testQueryID, PayTime: payTime,
			}
			if got := BuildNotification(order); got != notification {
				t.Errorf("notification: %+v, want %+v", got, notification)
			}
		})
	}
}

// TestLateOrderIsNotTold: the merchant of an order that is late was told that it is over. It
// is not notified of it in any state; whether a state that is not known is one, is not known.
func TestLateOrderIsNotTold(t *testing.T) {
	t.Parallel()
	for _, state := range append([]State{"unheard"}, States()...) {
		inTime, late := NotifyOf(state, false), NotifyOf(state, true)
		if inTime != state.Row().Notify {
			t.Errorf("%s: %d", state, inTime)
		}
		if late == NotifySend || inTime != NotifySend && late != inTime {
			t.Errorf("%s, late: %d", state, late)
		}
	}
}

// TestLateOrderIsOver: the merchant of an order that is late was told that it is over, and
// hears nothing else of it: a cancel hears "00" as before, a query 1003, whatever its state.
func TestLateOrderIsOver(t *testing.T) {
	t.Parallel()
	for _, state := range States() {
		order := ordered(v1.WxSao, state)
		order.Late, order.PaidAt, order.GatewayMessage = true, noon, "余额不足"
		if got := BuildCancelReply(order); got.RespCode != v1.CodeOK || got.RespMsg != "" {
			t.Errorf("%s: cancel hears %+v", state, got)
		}
		if got := BuildQueryReply(order); got.ResultCode != v1.ResultFailed || got.PayTime != "" {
			t.Errorf("%s: query hears %+v", state, got)
		}
	}
}

// TestNotificationOnTheWire compares with the message captured from the old
// gateway, for orders of every action: the action is not in it.
func TestNotificationOnTheWire(t *testing.T) {
	t.Parallel()
	want := fmt.Sprintf(`{"resultcode":"0000","resultmsg":"交易成功！","txnamt":1999,"merid":"89900001",`+
		`"orderid":"T20261121000000001","queryid":%q,"paytime":"2026-11-21 12:00:00"}`, testQueryID)
	for _, rule := range Rules() {
		order := ordered(rule.Action, Paid)
		order.PaidAt = noon
		if got := string(BuildNotification(order).JSON()); got != want {
			t.Errorf("%s: %s, want %s", rule.Action, got, want)
		}
	}
}

// TestCodesThatCreditAreNeverSaid: 1002 and 1004 are taken for "paid" by some
// clients (v1 as real merchants speak it).
func TestCodesThatCreditAreNeverSaid(t *testing.T) {
	t.Parallel()
	for _, state := range append([]State{"", "unheard"}, States()...) {
		code := ResultCode(state, false)
		stands := state == Paid || state == RefundFailed
		if code == v1.ResultProcessing || code == v1.ResultInquiry || (code == v1.ResultPaid) != stands {
			t.Errorf("%q: %s", state, code)
		}
		if code := ResultCode(state, true); code != v1.ResultFailed {
			t.Errorf("%q, paid too late: %s", state, code)
		}
	}
}
