package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// The timeline has everything that happened, in its order.
func TestTimeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.notification("89900001", ledger.Exhausted, time.Hour)
	must(w.ledger.AddEvents(t.Context(), key, ledger.Event{Kind: "call", Source: "OP1001", Detail: "473053110001F1: S0000000, state 11, 34ms", At: present.Add(-time.Hour + 500*time.Millisecond)}))
	must(w.ledger.AddEvents(t.Context(), key, ledger.Event{Kind: "quarantined", Source: "notice", Detail: "body amount", At: present.Add(-50 * time.Minute)}))
	w.post("notifications/resend", ResendRequest{MerID: key.MerID, OrderID: key.OrderID, Why: "asked by telephone"})

	story := read[Timeline](t, w.get("order?merid=89900001&number="+key.OrderID))
	var kinds []string
	for _, e := range story.Events {
		kinds = append(kinds, e.Kind)
	}
	want := []string{"request", "call", "moved", "attempt", "quarantined", "change"}
	if !slices.Equal(kinds, want) {
		t.Errorf("got %q, want %q", kinds, want)
	}
	attempt := story.Events[3].Attempt
	if attempt == nil || attempt.Class != "http_status" || attempt.Status != 500 || attempt.Excerpt != "sorry" || attempt.TookMS != 250 {
		t.Fatalf("attempt: %+v", attempt)
	}
	if attempt.LagMS == nil || *attempt.LagMS != 1000 {
		t.Errorf("lag: %v", attempt.LagMS)
	}
	change := story.Events[5].Change
	if change == nil || !strings.HasPrefix(change.Who, "ada from ") || change.Why != "asked by telephone" || change.Before != "exhausted" {
		t.Errorf("change: %+v", change)
	}
	if n := story.Notification; n == nil || n.State != ledger.Waiting || n.Host != "shop.example.com" || n.Attempts != 1 {
		t.Errorf("notification: %+v", n)
	}
	if story.Order.TraceID != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("trace %q", story.Order.TraceID)
	}
}

// TestStoryHasTheCauses: of a call that failed, of the gateway or of a merchant, the
// story says why.
func TestStoryHasTheCauses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.order("89900001", translate.Paid, time.Hour).Key
	failed := ledger.Event{Kind: "call", Source: "OP2001", Detail: "473F1: unsent (connection refused – 192.0.2.1:443), 2ms", At: present.Add(-time.Hour)}
	must(w.ledger.AddEvents(t.Context(), key, failed))
	claimed, err := w.ledger.ClaimNotifications(t.Context(), present, time.Minute, roomFor(1))
	must(err)
	must(w.ledger.Finish(t.Context(), claimed[0].Notification, ledger.Attempt{
		At: present, Class: string(delivery.Connect), Cause: "no such host – shop.example.com",
	}, ledger.Exhausted, time.Time{}))
	story := read[Timeline](t, w.get("order?merid=89900001&number="+key.OrderID))
	for _, e := range story.Events {
		switch e.Kind {
		case "call":
			want := Call{FlowNo: "473F1", Class: "unsent", Cause: "connection refused – 192.0.2.1:443", Took: "2ms"}
			if e.Call == nil || *e.Call != want || e.Text != failed.Detail {
				t.Errorf("call %+v, %q", e.Call, e.Text)
			}
		case "attempt":
			if e.Attempt.Cause != "no such host – shop.example.com" || e.Text != "call 1: connect (no such host – shop.example.com)" {
				t.Errorf("attempt %+v, %q", e.Attempt, e.Text)
			}
		}
	}
	if len(story.Events) < 4 {
		t.Errorf("story %+v", story.Events)
	}
}

func TestOrderIsFoundByAnyNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.Paid, time.Hour)
	_, _, err := w.ledger.Record(t.Context(), o.Key, ledger.Update{State: translate.Refunding, RefundNo: "R" + o.OrderNo, Next: present})
	must(err)
	for _, number := range []string{o.OrderID, o.QueryID, o.OrderNo, "R" + o.OrderNo} {
		if got := read[Timeline](t, w.get("order?merid=89900001&number="+number)).Order.OrderID; got != o.OrderID {
			t.Errorf("%s: %q", number, got)
		}
	}
	w.refused(w.get("order?merid=89900001&number=nobodys"), http.StatusNotFound, "has no order with the number \\\"nobodys\\\", nor has any other merchant")

	// Orders of the old gateway are told as such, in both languages and to all who ask for them.
	const oldNumber = "passed on"
	_, err = w.ledger.MarkOld(t.Context(), ledger.Key{MerID: "89900001", OrderID: oldNumber}, present)
	must(err)
	isOld := "order \\\"passed on\\\" of merchant \\\"89900001\\\" is one of the old gateway, on record since 2026-11-22 11:00:00 Beijing time: ask there"
	w.refused(w.get("order?merid=89900001&number=passed+on"), http.StatusNotFound, isOld)
	w.refused(w.inChinese("GET", "order?merid=89900001&number=passed+on", ""), http.StatusNotFound, "属于旧网关，登记时间：2026-11-22 11:00:00（北京时间）")
	w.refused(w.get("order?merid=89900002&number=passed+on"), http.StatusNotFound, "it names an order of merchant \\\"89900001\\\" at the old gateway")
	w.refused(w.post("orders/refund", RefundRequest{MerID: "89900001", OrderID: oldNumber, DryRun: true}), http.StatusNotFound, isOld)
	w.refused(w.post("notifications/resend", ResendRequest{MerID: "89900001", OrderID: oldNumber, DryRun: true}), http.StatusNotFound, isOld)
	w.exec(`UPDATE old_orders SET at = 'noon'`)
	w.refused(w.get("order?merid=89900001&number=passed+on"), http.StatusNotFound, "on record since a time that is not known")

	// Another merchant's number is the usual slip.
	names := "it names order \\\"" + o.OrderID + "\\\" of merchant \\\"89900001\\\""
	w.refused(w.get("order?merid=89900002&number="+o.QueryID), http.StatusNotFound, names)
	w.refused(w.get("order?merid=89900002&number="+o.OrderID), http.StatusNotFound, names)
	twin := o
	twin.MerID, twin.QueryID, twin.OrderNo, twin.FlowNo = "89900002", "Q2", "N2", "F2"
	twin.State, twin.Next = translate.Begun, twin.ExpiresAt
	if _, _, err := w.ledger.Begin(t.Context(), twin); err != nil {
		t.Fatal(err)
	}
	w.refused(w.get("order?merid=89900003&number="+o.OrderID), http.StatusNotFound, "of the merchants")
}

// Each state is explained, with what comes next.
func TestExplain(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 11, 0, 0, 0, translate.Beijing)
	full := Order{
		Action: "WxSao", GatewayMessage: "余额不足", RefundNo: "R1", Tries: 3,
		PaidAt: at, SettledAt: at, ExpiresAt: at.Add(2 * time.Hour), NextAt: at.Add(time.Minute),
	}
	for state, want := range map[translate.State]string{
		translate.Begun:        "nothing has left for the gateway; the merchant may repeat its request until 2026-11-22 13:00:00 Beijing time",
		translate.Sent:         "under way; if no answer is recorded, the gateway is asked at 2026-11-22 11:01:00 Beijing time",
		translate.Pending:      "waits for the payer until 2026-11-22 13:00:00 Beijing time; next look at the gateway: 2026-11-22 11:01:00 Beijing time",
		translate.InDoubt:      "in doubt: the gateway gave no answer that can be trusted, the payment may have happened; looks so far: 3, next look: 2026-11-22 11:01:00",
		translate.Paid:         "paid at 2026-11-22 11:00:00 Beijing time",
		translate.Failed:       "finally: 余额不足",
		translate.Closed:       "before it was paid; the gateway is queried one last time at 2026-11-22 11:01:00",
		translate.Refunding:    "the refund R1 is under way",
		translate.Refunded:     "the whole amount was given back",
		translate.RefundFailed: "the refund is tried again: 2026-11-22 11:01:00 Beijing time",
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			o := full
			o.State = state
			if state == translate.RefundFailed {
				o.Tries = 0
			}
			if got := o.Explain(at, translate.Beijing); !strings.Contains(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	unsent := full
	unsent.State, unsent.Unsent = translate.Refunding, true
	if got, want := unsent.Explain(at, translate.Beijing), "R1 has not left for the gateway yet"; !strings.Contains(got, want) || strings.Contains(got, "under way") {
		t.Errorf("got %q, want %q", got, want)
	}
	asked := full
	asked.State = translate.RefundFailed
	if got, want := asked.Explain(at, translate.Beijing), "is before it is tried again: 2026-11-22 11:01:00"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	last := full
	last.State, last.NextAt = translate.RefundFailed, time.Time{}
	if got := last.Explain(at, translate.Beijing); !strings.Contains(got, "with the merchant or, after refund state 35, with the gateway; a person has to look into it") {
		t.Errorf("after the last try: %q", got)
	}
	if len(explanations) != len(enumerations[reflect.TypeFor[translate.State]()]) {
		t.Error("a state is not explained")
	}
}

// What a person settled is not put into the gateway's mouth.
func TestExplainWithoutWordsOfTheGateway(t *testing.T) {
	t.Parallel()
	for state, want := range map[translate.State]string{
		translate.Failed:       "failed, finally; the gateway gave no reason",
		translate.RefundFailed: "the money was not given back; the gateway gave no reason",
	} {
		got := Order{State: state}.Explain(present, time.UTC)
		if !strings.HasPrefix(got, want) || !strings.Contains(got, "a person settled it, see its changes") || strings.Contains(got, "refused") {
			t.Errorf("%s: got %q", state, got)
		}
		got = Order{State: state, GatewayMessage: "E1000001"}.Explain(present, time.UTC)
		if !strings.Contains(got, "E1000001") || strings.Contains(got, "settled") {
			t.Errorf("%s with words: got %q", state, got)
		}
	}
}

func TestExplainPayersBrowser(t *testing.T) {
	t.Parallel()
	o := Order{Action: "WxJsApi", State: translate.Begun, ExpiresAt: present}
	if got := o.Explain(present, time.UTC); !strings.Contains(got, "waits for the payer's browser until 2026-11-22 03:00:00 UTC") {
		t.Error(got)
	}
}

func TestExplainNotification(t *testing.T) {
	t.Parallel()
	for state, want := range map[ledger.NotificationState]string{
		ledger.Waiting:   "next call: 2026-11-22 03:01:00 UTC",
		ledger.Delivered: "acknowledged",
		ledger.Exhausted: "can be sent again",
		ledger.Paused:    "while the merchant is paused",
		ledger.Withheld:  "the merchant had not acknowledged it when it was told that the payment was given back",

		ledger.AlreadyCredited: "had credited the order already",
	} {
		n := Notification{State: state, Attempts: 2, DueAt: present.Add(time.Minute)}
		if got := n.Explain(present, time.UTC); !strings.HasPrefix(got, "calls so far: 2; ") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", state, got, want)
		}
	}
}

// TestStoryInChinese: what happened to an order is told in the language of whoever asks,
// every kind of event; in English it is what it has always been.
func TestStoryInChinese(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.order("89900001", translate.Paid, time.Hour).Key
	events := []struct{ kind, kept, zh string }{
		{"call", "473F1: S0000000, state 11, 34ms", "S0000000，状态 11"},
		{"call", "473F1: unsent (gateway merchant is not configured any more), 0s", "配置中已没有该网关商户号"},
		{"call", "473F1: unsent (too late to send), 0s", "已过了可以发送的时间"},
		{"call", "473F1: unsent (sealing request: no key), 0s", "加密签名请求：no key"},
		{"call", "473F1: unopened (reading answer: not an envelope: html), 2ms", "读取应答：not an envelope: html"},
		{"call", "473F1: unopened (opening message: message refused), 2ms", "应答无法解密，或者签名不符"},
		{"call", "473F1: key_unavailable (opening message: message refused: the private key does not work at present), 2ms", "私钥目前无法使用"},
		{"call", "473F1: unread (reading message: parsing message: not JSON), 2ms", "读取报文：parsing message: not JSON"},
		{"moved", "begun → sent", "已记录 → 已提交"},
		{"notice", "F1: S0000000, state 11", "流水号 F1：S0000000，状态 11"},
		{"notice", "F1: state 11", "流水号 F1：状态 11"},
		{"notice", "F1: neither code nor state", "流水号 F1：既没有应答码，也没有状态"},
		{ledger.UnpaidEvent, "the answer with the code was lost; the merchant's own repeat gets a code", "带有二维码的应答已丢失；商户用同一订单号重新提交即可得到二维码"},
		{"quarantined", translate.ErrMismatch.Error() + ": body amount (1f0c)", "金额与订单不符，或者缺少必需的金额（1f0c）"},
		{"quarantined", "something of another time (1f0c)", "something of another time（1f0c）"},
		{"late", "pending, order is paid", "收到“待支付”，订单是“已支付”"},
		{"contradicted", "failed, order is paid", "收到“失败”，订单是“已支付”"},
		{"late_payment", "paid, order is closed", "收到“已支付”，订单是“已关闭”"},
		{"failed_attempt", "failed, order is pending", "收到“失败”，订单是“待支付”"},
		{"of another time", "as it was kept", "as it was kept"},
	}
	for i, e := range events {
		must(w.ledger.AddEvents(t.Context(), key, ledger.Event{Kind: e.kind, Source: "query", Detail: e.kept, At: present.Add(time.Duration(i) * time.Second)}))
	}
	path := "order?merid=89900001&number=" + key.OrderID
	zh, en := read[Timeline](t, w.inChinese(http.MethodGet, path, "")).Events, read[Timeline](t, w.get(path)).Events
	zh, en = zh[len(zh)-len(events):], en[len(en)-len(events):]
	for i, e := range events {
		got := zh[i].Text
		if call := zh[i].Call; call != nil {
			got = call.Said + call.Cause
		}
		if got != e.zh {
			t.Errorf("%s, %q: %q in Chinese, want %q", e.kind, e.kept, got, e.zh)
		}
		if hasHan(en[i].Text) || en[i].Call != nil && hasHan(en[i].Call.Said+en[i].Call.Cause) {
			t.Errorf("%s, %q: in English %q, %+v", e.kind, e.kept, en[i].Text, en[i].Call)
		}
	}
	if first := read[Timeline](t, w.inChinese(http.MethodGet, path, "")).Events[0].Text; !strings.HasPrefix(first, "支付请求 ") {
		t.Errorf("the request: %q", first)
	}
}
