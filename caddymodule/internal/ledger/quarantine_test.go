package ledger_test

import (
	"cmp"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// strange is a message about an order that the ledger does not know.
func strange(orderNo string) ledger.Quarantined {
	return ledger.Quarantined{
		GatewayMerchant: "473053110001", OrderNo: orderNo, RefundNo: "", GatewayNo: "G1", FlowNo: "F1", Source: "notice",
		TranCode: "OP3001", RespCode: "S0000000", State: "11", Amount: "19.99", Cause: "unknown order",
	}
}

func quarantineOf(t *testing.T, l *ledger.Ledger, f ledger.QuarantineFilter) []ledger.Quarantined {
	t.Helper()
	list, err := l.QuarantinedMessages(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// quarantineKeepsApart brings messages that name a payment by nothing but the gateway's
// own number: it may be the only trace of that payment, and no other one's.
func quarantineKeepsApart(t *testing.T, p place) {
	l := p.open(t)
	for _, number := range []string{"G1", "G2", "G1", ""} {
		q := strange("")
		q.GatewayNo = number
		if err := l.Quarantine(t.Context(), q, noon); err != nil {
			t.Fatal(err)
		}
	}
	times := map[string]int{}
	for _, q := range quarantineOf(t, l, ledger.QuarantineFilter{}) {
		times[q.GatewayNo] = q.Times
	}
	if len(times) != 3 || times["G1"] != 2 || times["G2"] != 1 || times[""] != 1 {
		t.Errorf("kept, and how often: %v", times)
	}
}

// quarantineOpensAgain brings messages that name nothing: nothing but what they are made of
// tells one from another. One that comes again after it was dealt with may be about another
// payment, and is open again; one that names its payment stays as it is.
func quarantineOpensAgain(t *testing.T, p place) {
	l := p.open(t)
	nameless := func(digest string) ledger.Quarantined {
		return ledger.Quarantined{GatewayMerchant: "473053110001", Source: "notice", Cause: "reading message: not JSON", Digest: digest}
	}
	keep := func(list ...ledger.Quarantined) {
		t.Helper()
		for _, q := range list {
			if err := l.Quarantine(t.Context(), q, noon); err != nil {
				t.Fatal(err)
			}
		}
	}
	keep(nameless("a"), nameless("b"), nameless("a"), strange("A9"), strange(""))
	list := quarantineOf(t, l, ledger.QuarantineFilter{})
	if len(list) != 4 {
		t.Fatalf("kept: %+v", list)
	}
	for _, q := range list {
		if err := l.DealWithQuarantined(t.Context(), q.ID, because); err != nil {
			t.Fatal(err)
		}
	}
	keep(nameless("a"), strange("A9"), strange(""))
	list = quarantineOf(t, l, ledger.QuarantineFilter{})
	if len(list) != 1 || list[0].Times != 3 || list[0].Cause != nameless("a").Cause || list[0].DealtWho+list[0].DealtWhy != "" {
		t.Fatalf("open again: %+v", list)
	}
	if err := l.DealWithQuarantined(t.Context(), list[0].ID, because); err != nil {
		t.Error(err)
	}
}

// quarantineKeeps brings messages, some of them a thousand times, and has them
// dealt with.
func quarantineKeeps(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	known := strange("A1")
	known.Key, known.Cause = o.Key, "body amount"
	const replays = 30
	for i := range replays {
		at := after(time.Duration(i) * time.Second)
		for _, q := range []ledger.Quarantined{strange("A9"), known} {
			q.FlowNo = at.String() // each message has its own
			if err := l.Quarantine(t.Context(), q, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	list := quarantineOf(t, l, ledger.QuarantineFilter{})
	if len(list) != 2 {
		t.Fatalf("%d messages in quarantine: %+v", len(list), list)
	}
	for _, q := range list {
		if q.Times != replays || !q.CreatedAt.Equal(noon) || !q.LastAt.Equal(after((replays-1)*time.Second)) || q.Amount != "19.99" {
			t.Errorf("kept %+v", q)
		}
	}
	ofOrder := quarantineOf(t, l, ledger.QuarantineFilter{Key: o.Key})
	if len(ofOrder) != 1 || ofOrder[0].OrderNo != "A1" {
		t.Fatalf("of the order: %+v", ofOrder)
	}
	events := happened(t, l, o.Key)
	if len(events) != 1 || events[0].Kind != "quarantined" || events[0].Times != replays {
		t.Errorf("its timeline is %+v", events)
	}
	if open := mustGauge(t, l, noon).Open; open.QuarantinedMessages != 2 {
		t.Errorf("open: %+v", open)
	}
	dealt := ledger.Change{Who: "ann", Why: "gateway's people: a test of theirs", At: after(time.Hour)}
	if err := l.DealWithQuarantined(t.Context(), ofOrder[0].ID, dealt); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.DealWithQuarantined(t.Context(), ofOrder[0].ID, dealt), ledger.ErrNotFound)
	wantError(t, l.DealWithQuarantined(t.Context(), "nothing", dealt), ledger.ErrNotFound)
	if err := l.DealWithQuarantined(t.Context(), list[0].ID, ledger.Change{Who: "ann"}); err == nil {
		t.Error("dealt with without a reason")
	}
	if left := quarantineOf(t, l, ledger.QuarantineFilter{}); len(left) != 1 || left[0].OrderNo != "A9" {
		t.Errorf("left: %+v", left)
	}
	all := quarantineOf(t, l, ledger.QuarantineFilter{Dealt: true, Limit: 1})
	page, err := l.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{Dealt: true, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	next := quarantineOf(t, l, ledger.QuarantineFilter{Dealt: true, Limit: 1, After: page.Next})
	if len(all) != 1 || len(next) != 1 || all[0].ID == next[0].ID {
		t.Errorf("pages: %+v and %+v", all, next)
	}
	if q, err := l.QuarantinedMessage(t.Context(), ofOrder[0].ID); err != nil || q.DealtWho != "ann" || !q.DealtAt.Equal(after(time.Hour)) {
		t.Errorf("dealt with: %+v, %v", q, err)
	}
	changes, err := l.Changes(t.Context(), ledger.ChangeFilter{Key: o.Key})
	if err != nil || len(changes.Items) != 1 || changes.Items[0].What != "quarantine" || changes.Items[0].Why != dealt.Why {
		t.Errorf("changes: %+v, %v", changes, err)
	}
}

// failedRefund brings an order to refund_failed.
func failedRefund(t *testing.T, l *ledger.Ledger, n int) ledger.Order {
	t.Helper()
	o := sample(n)
	pay(t, l, o, noon)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Refunding, RefundNo: "R" + o.OrderID, At: noon, Next: after(time.Minute)}, translate.Applied)
	return mustRecord(t, l, o.Key, ledger.Update{State: translate.RefundFailed, At: noon, Next: after(time.Hour)}, translate.Applied)
}

// failureIsCompleted: why a refund has failed is added once, while nobody has touched the
// order since.
func failureIsCompleted(t *testing.T, p place) {
	l := p.open(t)
	o := failedRefund(t, l, 1)
	complete := func(o ledger.Order) error {
		_, err := l.CompleteFailure(t.Context(), o.Key, o.Claim, "no balance", after(time.Hour))
		return err
	}
	wantError(t, complete(o), ledger.ErrFenced) // it is to be tried again already
	if err := l.Rest(t.Context(), o.Key, o.Claim); err != nil {
		t.Fatal(err)
	}
	wantError(t, complete(ledger.Order{Key: o.Key, Claim: o.Claim + 1}), ledger.ErrFenced)
	wantError(t, complete(ledger.Order{Key: sample(9).Key}), ledger.ErrNotFound)
	if err := complete(o); err != nil {
		t.Fatal(err)
	}
	want := o
	want.GatewayMessage, want.Next = "no balance", after(time.Hour)
	if got := mustOrder(t, l, o.Key); got != want {
		t.Errorf("order is\n%+v\nwant\n%+v", got, want)
	}
	wantError(t, complete(o), ledger.ErrFenced)
	o = mustRecord(t, l, o.Key, ledger.Update{State: translate.Refunded, At: after(time.Hour)}, translate.Applied)
	wantError(t, complete(o), ledger.ErrFenced)
}

// dealtIsNotTried: a refund that somebody has dealt with is not due any more, and whoever
// has it in hand for its next try cannot take it.
func dealtIsNotTried(t *testing.T, p place) {
	l := p.open(t)
	change := ledger.Change{Who: "ann", Why: "payer keeps the goods", At: after(time.Hour)}
	for n, held := range []bool{false, true} {
		o := failedRefund(t, l, n)
		if held {
			due, err := l.ClaimOrders(t.Context(), after(2*time.Hour), time.Minute, room(10))
			if err != nil || len(due) != 1 {
				t.Fatalf("due: %+v, %v", due, err)
			}
			o = due[0]
		}
		if err := l.DealWith(t.Context(), o.Key, ledger.RefundMatter, change); err != nil {
			t.Fatal(err)
		}
		_, err := l.RetryRefund(t.Context(), o.Key, o.Claim, after(2*time.Hour), nil)
		wantError(t, err, ledger.ErrFenced)
		wantError(t, l.Postpone(t.Context(), o.Key, o.Claim, after(2*time.Hour), 1), ledger.ErrFenced)
		if due, err := l.ClaimOrders(t.Context(), after(24*time.Hour), time.Minute, room(10)); err != nil || len(due) > 0 {
			t.Errorf("held %v: due all the same: %+v, %v", held, due, err)
		}
	}
}

// mattersStayOpen: what waits for a person is counted until it is dealt with, and
// again when it is tried once more and fails.
func mattersStayOpen(t *testing.T, p place) {
	l := p.open(t)
	o := failedRefund(t, l, 1)
	failedRefund(t, l, 2)
	open := func(refunds, notifications int) {
		t.Helper()
		want := ledger.Matters{FailedRefunds: refunds, ExhaustedNotifications: notifications}
		if got := mustGauge(t, l, noon).Open; got != want {
			t.Errorf("open: %+v, want %+v", got, want)
		}
		orders, err := l.Orders(t.Context(), ledger.OrderFilter{Open: true})
		ofMerchant, errOf := l.Orders(t.Context(), ledger.OrderFilter{Open: true, MerID: o.MerID, States: []translate.State{translate.RefundFailed}})
		if err := cmp.Or(err, errOf); err != nil || len(orders.Items) != refunds || len(ofMerchant.Items) > refunds {
			t.Errorf("listed as open: %d and %d refunds, %v, want %d", len(orders.Items), len(ofMerchant.Items), err, refunds)
		}
		owed, err := l.Notifications(t.Context(), ledger.NotificationFilter{Open: true})
		if err != nil || len(owed.Items) != notifications {
			t.Errorf("listed as open: %d notifications, %v, want %d", len(owed.Items), err, notifications)
		}
		byMerchant, err := l.ExhaustedByMerchant(t.Context())
		counted := 0
		for _, c := range byMerchant {
			counted += c.Count
		}
		if err != nil || counted != notifications {
			t.Errorf("counted as open: %+v, %v, want %d", byMerchant, err, notifications)
		}
	}
	open(2, 0)
	change := ledger.Change{Who: "ann", Why: "paid back by bank transfer", At: after(time.Hour)}
	if err := l.DealWith(t.Context(), o.Key, ledger.RefundMatter, change); err != nil {
		t.Fatal(err)
	}
	open(1, 0)
	wantError(t, l.DealWith(t.Context(), o.Key, ledger.RefundMatter, change), ledger.ErrNotFound)
	wantError(t, l.DealWith(t.Context(), o.Key, ledger.NotificationMatter, change), ledger.ErrNotFound)
	wantError(t, l.DealWith(t.Context(), sample(9).Key, ledger.RefundMatter, change), ledger.ErrNotFound)
	dealt, err := l.DealtWith(t.Context(), o.Key)
	if err != nil || len(dealt) != 1 || dealt[0].Why != change.Why {
		t.Errorf("dealt with: %+v, %v", dealt, err)
	}
	_, err = l.RetryRefund(t.Context(), o.Key, 0, after(2*time.Hour), &ledger.RetryByHand{Change: change})
	wantError(t, err, ledger.ErrDealtWith) // which its operator did not know
	by := &ledger.RetryByHand{Change: change, Dealt: dealt}
	retried, err := l.RetryRefund(t.Context(), o.Key, 0, after(2*time.Hour), by)
	if err != nil || retried.State != translate.Refunding || retried.Claim != o.Claim+2 || retried.RefundNo != o.RefundNo {
		t.Fatalf("tried again: %+v, %v", retried, err)
	}
	open(1, 0)
	_, err = l.RetryRefund(t.Context(), o.Key, 0, after(2*time.Hour), by)
	wantError(t, err, ledger.ErrFenced)
	o = mustRecord(t, l, o.Key, ledger.Update{State: translate.RefundFailed, At: after(time.Hour)}, translate.Applied)
	open(2, 0)
	_, err = l.RetryRefund(t.Context(), o.Key, o.Claim-1, after(2*time.Hour), nil)
	wantError(t, err, ledger.ErrFenced)
	if err := l.DealWith(t.Context(), o.Key, ledger.RefundMatter, change); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Refunded, At: after(time.Hour)}, translate.Contradicted)
	open(1, 0)

	pay(t, l, sample(3), noon)
	claimed := mustClaim(t, l, noon, 10)
	for _, d := range claimed {
		mustFinish(t, l, d.Notification, ledger.Exhausted, time.Time{})
	}
	open(1, len(claimed))
	if err := l.DealWith(t.Context(), sample(3).Key, ledger.NotificationMatter, change); err != nil {
		t.Fatal(err)
	}
	open(1, len(claimed)-1)
	wantError(t, l.ResendOpen(t.Context(), sample(3).Key, noon, change), ledger.ErrDealtWith)
	open(1, len(claimed)-1)
	if err := l.Resend(t.Context(), sample(3).Key, noon, change); err != nil {
		t.Fatal(err)
	}
	open(1, len(claimed)-1)
}

// givenBackIsWithheld: the notification of a payment that was given back is nobody's matter
// any more, whether it was exhausted before, dealt with, or is called the last time
// meanwhile, and whoever records the refund.
func givenBackIsWithheld(t *testing.T, p place) {
	l := p.open(t)
	exhaust := func(d ledger.Notification) { mustFinish(t, l, d, ledger.Exhausted, time.Time{}) }
	deal := func(k ledger.Key) {
		if err := l.DealWith(t.Context(), k, ledger.NotificationMatter, ledger.Change{Who: "ann", Why: "credited", At: noon}); err != nil {
			t.Fatal(err)
		}
	}
	for n, c := range []struct {
		before, after func(ledger.Notification)
		held          bool // whoever records the refund knows the order
	}{
		{before: exhaust},
		{before: exhaust, held: true},
		{before: func(d ledger.Notification) { exhaust(d); deal(d.Key) }, held: true},
		{after: exhaust},
	} {
		o := sample(n)
		pay(t, l, o, noon)
		d := mustClaim(t, l, noon, 1)[0].Notification
		if c.before != nil {
			c.before(d)
		}
		refunding := mustRecord(t, l, o.Key, ledger.Update{State: translate.Refunding, RefundNo: "R" + o.OrderID, At: noon, Next: after(time.Minute)}, translate.Applied)
		update := ledger.Update{State: translate.Refunded, At: noon}
		if c.held {
			update.Held = &refunding
		}
		mustRecord(t, l, o.Key, update, translate.Applied)
		if c.after != nil {
			c.after(d)
		}
		if stands, err := l.Notification(t.Context(), o.Key); err != nil || stands.State != ledger.Withheld {
			t.Errorf("%d: the notification is %s, %v", n, stands.State, err)
		}
	}
	g, err := l.Gauges(t.Context(), noon)
	if err != nil || g.Open.ExhaustedNotifications != 0 || g.Exhausted != 0 || g.Withheld != 4 {
		t.Errorf("%+v, %v", g, err)
	}
}

// latePaymentIsMarked: what was paid after it was closed says so, for ever.
func latePaymentIsMarked(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Closed}, translate.Applied)
	late := mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, At: noon, RefundNo: "R1"}, translate.LatePayment)
	if !late.Late || !mustOrder(t, l, o.Key).Late {
		t.Error("a late payment is not marked")
	}
	if failedRefund(t, l, 2).Late {
		t.Error("a payment in time is marked")
	}
}
