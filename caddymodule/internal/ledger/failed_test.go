package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// failed is an order that has failed at the gateway.
func failed(t *testing.T, l *ledger.Ledger, i int) ledger.Order {
	t.Helper()
	o := mustBegin(t, l, sample(i))
	return mustRecord(t, l, o.Key, ledger.Update{State: translate.Failed, At: noon, Source: "answer"}, translate.Applied)
}

// recordRefundsFailed: what is paid after it failed is given back, and the
// merchant, who may have heard of the failure, is told nothing.
func recordRefundsFailed(t *testing.T, p place) {
	l := p.open(t)
	o := failed(t, l, 1)
	paid := ledger.Update{State: translate.Paid, At: after(time.Minute), RefundNo: "R1", Source: "notice"}
	got := mustRecord(t, l, o.Key, paid, translate.LatePayment)
	if got.State != translate.Refunding || got.RefundNo != "R1" || !got.Next.Equal(after(time.Minute)) {
		t.Errorf("order is %+v", got)
	}
	_, err := l.Notification(t.Context(), o.Key)
	wantError(t, err, ledger.ErrNotFound)
	mustRecord(t, l, o.Key, paid, translate.Late)
}

// recordFailedAttempt: a failure says nothing final while the payer can try again.
func recordFailedAttempt(t *testing.T, p place) {
	l := p.open(t)
	for i, c := range []struct {
		action string
		state  translate.State
		at     time.Time
		want   translate.Verdict
	}{
		{"WxSao", translate.Pending, after(time.Hour), translate.FailedAttempt},
		{"WxJsApi", translate.Pending, after(2*time.Hour - time.Millisecond), translate.FailedAttempt},
		{"WxSao", translate.Pending, after(2*time.Hour + ledger.ExpiryGrace - time.Millisecond), translate.FailedAttempt},
		{"WxSao", translate.Pending, after(2*time.Hour + ledger.ExpiryGrace), translate.Applied},
		{"WxCode", translate.Pending, after(time.Hour), translate.Applied}, // a scanned code is over
		{"WxSao", translate.InDoubt, after(time.Hour), translate.Applied},  // nobody was shown a code
		{"WxSao", translate.Paid, after(time.Hour), translate.Contradicted},
	} {
		o := sample(i)
		o.Action = c.action
		o = mustBegin(t, l, o)
		o = mustRecord(t, l, o.Key, ledger.Update{State: c.state, At: noon, Source: "answer"}, translate.Applied)
		before := timeline(t, l, o.Key)
		got := mustRecord(t, l, o.Key, ledger.Update{State: translate.Failed, At: c.at, Source: "notice"}, c.want)
		if c.want == translate.Applied {
			continue
		}
		if got != o {
			t.Errorf("%d: order is\n%+v\nwant\n%+v", i, got, o)
		}
		if now := timeline(t, l, o.Key); len(now) != len(before)+1 {
			t.Errorf("%d: timeline is %q", i, now)
		}
	}
}

// recordWords: what the gateway said when it refused the payment is no reason why the money
// of it does not go back.
func recordWords(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	for _, step := range []struct {
		state   translate.State
		words   string
		want    string
		verdict translate.Verdict
	}{
		{translate.Failed, "余额不足", "余额不足", translate.Applied},
		{translate.Paid, "", "余额不足", translate.LatePayment},
		{translate.RefundFailed, "", "", translate.Applied},
	} {
		update := ledger.Update{State: step.state, At: noon, Source: "query", RefundNo: "R1", GatewayMessage: step.words}
		if o = mustRecord(t, l, o.Key, update, step.verdict); o.GatewayMessage != step.want {
			t.Errorf("%s: the words are %q, want %q", step.state, o.GatewayMessage, step.want)
		}
	}
}

// settleFailedAsPaid: an operator's word that a failed order was paid sends the
// money back as the gateway's does.
func settleFailedAsPaid(t *testing.T, p place) {
	l := p.open(t)
	o := failed(t, l, 1)
	paid := ledger.Update{State: translate.Paid, At: after(time.Hour), GatewayNo: "G1", RefundNo: "R1", Source: "operator"}
	got, verdict, err := l.Settle(t.Context(), o.Key, paid, because)
	if err != nil || verdict != translate.LatePayment || got.State != translate.Refunding || got.RefundNo != "R1" {
		t.Fatalf("settled: %v, %v, %+v", verdict, err, got)
	}
	if changes := mustChanges(t, l, o.Key); !slices.Equal(changes, []ledger.Change{made(o.Key, "settle", "failed", "refunding")}) {
		t.Errorf("changes are %+v", changes)
	}
}

// confirm writes down who says that an order stands, and changes nothing else.
func confirm(t *testing.T, p place) {
	l := p.open(t)
	o := failed(t, l, 1)
	if err := l.Confirm(t.Context(), o.Key, translate.Failed, []ledger.Event{call(0, "asked")}, because); err != nil {
		t.Fatal(err)
	}
	if now := mustOrder(t, l, o.Key); now != o {
		t.Errorf("order is\n%+v\nwant\n%+v", now, o)
	}
	if changes := mustChanges(t, l, o.Key); !slices.Equal(changes, []ledger.Change{made(o.Key, "settle", "failed", "failed")}) {
		t.Errorf("changes are %+v", changes)
	}
	wantError(t, l.Confirm(t.Context(), o.Key, translate.Paid, nil, because), ledger.ErrFenced)
	wantError(t, l.Confirm(t.Context(), sample(9).Key, translate.Paid, nil, because), ledger.ErrNotFound)
	if err := l.Confirm(t.Context(), o.Key, translate.Failed, nil, ledger.Change{Who: "operator"}); err == nil {
		t.Error("confirmed without a reason")
	}
}

// askAgainOfWhatRests: only an order that nobody would ask about any more gets a step.
func askAgainOfWhatRests(t *testing.T, p place) {
	l := p.open(t)
	later, told := after(time.Hour), ledger.Event{Kind: "notice", Source: "gateway"}
	for i, c := range []struct {
		state     translate.State
		next      time.Time
		wantAsked time.Time
	}{
		{translate.Closed, time.Time{}, later},
		{translate.Failed, time.Time{}, later},
		{translate.Closed, after(time.Minute), after(time.Minute)},
		{translate.Pending, after(time.Minute), after(time.Minute)},
		{translate.Paid, time.Time{}, time.Time{}},
		{translate.RefundFailed, time.Time{}, time.Time{}},
		{translate.RefundFailed, after(time.Minute), after(time.Minute)},
	} {
		o := mustBegin(t, l, sample(i))
		if c.state == translate.RefundFailed {
			mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, At: noon, Source: "answer"}, translate.Applied)
			refund := ledger.Update{State: translate.Refunding, RefundNo: "R" + o.OrderID, At: noon, Next: after(time.Minute)}
			mustRecord(t, l, o.Key, refund, translate.Applied)
		}
		o = mustRecord(t, l, o.Key, ledger.Update{State: c.state, At: noon, Next: c.next, Source: "answer"}, translate.Applied)
		before := len(timeline(t, l, o.Key))
		for range 2 {
			got, err := l.AskAgain(t.Context(), o.Key, later, told)
			if err != nil {
				t.Fatal(err)
			}
			if stored := mustOrder(t, l, o.Key); got != stored {
				t.Errorf("%s: returned\n%+v\nstored is\n%+v", c.state, got, stored)
			}
		}
		if c.state.Row().Due == translate.DueLastQuery {
			wantError(t, l.Rest(t.Context(), o.Key, o.Claim), ledger.ErrFenced) // by who asked before
		}
		if got, err := l.Order(t.Context(), o.Key); err != nil || !got.Next.Equal(c.wantAsked) || got.State != c.state {
			t.Errorf("%s: %s, asked about at %s (%v), want %s", c.state, got.State, got.Next, err, c.wantAsked)
		}
		if after := len(timeline(t, l, o.Key)); after == before {
			t.Errorf("%s: what was told is not on record", c.state)
		}
	}
	_, err := l.AskAgain(t.Context(), ledger.Key{MerID: "89900001", OrderID: "nobody's"}, later, told)
	wantError(t, err, ledger.ErrNotFound)
}
