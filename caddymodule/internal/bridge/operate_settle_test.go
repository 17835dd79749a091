package bridge

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// settlement is an operator's word on an order, with all that may be needed.
func settlement(p v1.PayRequest, state translate.State) Settlement {
	return Settlement{Key: key(p), State: state, GatewayNo: "GW0001", Who: "ada from 127.0.0.1", Why: "asked the gateway's people"}
}

// An operator's word counts only where the gateway has none, and is on record.
func TestSettle(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		action v1.Action
		pay    fault // of the pay call
		ask    fault // of the question before settling
		state  translate.State
		edit   func(*Settlement, ledger.Order)

		refused   string // what the refusal says; "" for none
		want      translate.State
		byGateway bool
	}{
		"paid, the gateway is silent":             {v1.WxCode, silent, silent, translate.Paid, nil, "", translate.Paid, false},
		"failed, the gateway is silent":           {v1.WxCode, silent, lost, translate.Failed, nil, "", translate.Failed, false},
		"closed, the gateway is silent":           {v1.WxCode, silent, html, translate.Closed, nil, "", translate.Closed, false},
		"closed, nobody has paid":                 {v1.WxSao, none, none, translate.Closed, nil, "", translate.Closed, false},
		"failed, the gateway knows no such order": {v1.WxCode, lost, none, translate.Failed, nil, "", translate.Failed, false},

		"failed, but the gateway says paid": {v1.WxCode, silent, none, translate.Failed, nil, "", translate.Paid, true},
		"paid, and the gateway says so":     {v1.WxCode, silent, none, translate.Paid, nil, "", translate.Paid, true},
		"paid, but the gateway says failed": {v1.WxCode, silent, declines, translate.Paid, nil, "", translate.Failed, true},

		"paid, but nobody has paid": {
			v1.WxSao, none, none, translate.Paid, func(s *Settlement, o ledger.Order) { s.GatewayNo = o.GatewayNo },
			"nobody has paid yet", translate.Pending, false,
		},
		"failed, but it can still be paid":        {v1.WxSao, none, none, translate.Failed, nil, "it can be closed", translate.Pending, false},
		"paid, but the gateway has no such order": {v1.WxCode, lost, none, translate.Paid, nil, "no such record", translate.InDoubt, false},
		"paid without the gateway's number": {
			v1.WxCode, silent, silent, translate.Paid, func(s *Settlement, _ ledger.Order) { s.GatewayNo = "" }, "gateway's own number", translate.InDoubt, false,
		},
		"paid under another number than the gateway's": {v1.WxSao, none, silent, translate.Paid, nil, "has called this order J", translate.Pending, false},
		"without a reason": {
			v1.WxCode, silent, silent, translate.Failed, func(s *Settlement, _ ledger.Order) { s.Why = "" }, "reason is missing", translate.InDoubt, false,
		},
		"refunded, but there is no refund": {v1.WxCode, silent, silent, translate.Refunded, nil, "cannot become refunded", translate.InDoubt, false},
		"begun":                            {v1.WxCode, silent, silent, translate.Begun, nil, "cannot become begun", translate.InDoubt, false},
		"only tried": {
			v1.WxCode, silent, silent, translate.Failed, func(s *Settlement, _ ledger.Order) { s.DryRun = true }, "", translate.InDoubt, false,
		},
		"final already": {v1.WxCode, none, none, translate.Failed, nil, "not stuck", translate.Paid, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(tc.action, 1)
			w.gateway.setScript(tc.pay)
			w.pay(p)
			w.clock.advance(time.Hour)
			w.gateway.setScript(tc.ask)
			word := settlement(p, tc.state)
			if tc.edit != nil {
				tc.edit(&word, w.order(p))
			}
			settled, err := w.bridge.Settle(t.Context(), w.settings, word)
			if tc.refused == "" && err != nil {
				t.Fatal(err)
			}
			if tc.refused != "" && (!errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), tc.refused)) {
				t.Fatalf("got %v, want a refusal that says %q", err, tc.refused)
			}
			w.wantState(p, tc.want)
			if settled.ByGateway != tc.byGateway {
				t.Errorf("by the gateway's word: %t", settled.ByGateway)
			}
			done := tc.refused == "" && !tc.byGateway && !word.DryRun
			wantChange(t, w, p, done)
		})
	}
}

// wantChange insists on the record of who settled an order, or that there is
// none.
func wantChange(t *testing.T, w *world, p v1.PayRequest, settled bool) {
	t.Helper()
	changes, err := w.ledger.Changes(t.Context(), ledger.ChangeFilter{Key: key(p)})
	if err != nil {
		t.Fatal(err)
	}
	if !settled {
		if len(changes.Items) != 0 {
			t.Errorf("recorded: %+v", changes)
		}
		return
	}
	if len(changes.Items) != 1 || changes.Items[0].Who != "ada from 127.0.0.1" || changes.Items[0].Why == "" || changes.Items[0].Before == changes.Items[0].After {
		t.Errorf("recorded: %+v", changes)
	}
}

// A payment that is settled by hand is owed to the merchant like any other, and
// keeps the gateway's number.
func TestSettledPaymentIsNotified(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	w.gateway.setScript(silent)
	w.pay(p)
	w.gateway.setScript(silent)
	if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Paid)); err != nil {
		t.Fatal(err)
	}
	if o := w.order(p); o.GatewayNo != "GW0001" || !o.PaidAt.Equal(w.clock.now()) {
		t.Errorf("gateway number %q, paid at %s", o.GatewayNo, o.PaidAt)
	}
	n, err := w.ledger.Notification(t.Context(), key(p))
	if err != nil || n.State != ledger.Waiting {
		t.Errorf("%+v, %v", n, err)
	}
}

// An operator who hangs up, or whose tunnel breaks, in the middle of a settlement
// does not leave it half done.
func TestSettleAfterTheOperatorHasGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.pay(p)
	ctx, hangUp := context.WithCancel(t.Context())
	w.gateway.setScript(none, fault{name: "closes while the operator leaves", mangle: func(_ context.Context, answer string) RoundTrip {
		hangUp()
		return RoundTrip{Sent: true, Body: []byte(answer), Discard: func() {}}
	}})
	if _, err := w.bridge.Settle(ctx, w.settings, settlement(p, translate.Closed)); err != nil {
		t.Fatal(err)
	}
	w.wantState(p, translate.Closed)
	wantChange(t, w, p, true)
}

// A stuck refund can be settled when the gateway does not answer for it.
func TestSettleRefund(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		refund  v2.RefundState
		ask     fault
		state   translate.State
		refused string
		want    translate.State
	}{
		"refunded, the gateway is silent":        {v2.RefundProcessing, silent, translate.Refunded, "", translate.Refunded},
		"refund failed, the gateway is silent":   {v2.RefundProcessing, silent, translate.RefundFailed, "", translate.RefundFailed},
		"refunded, but it is under way":          {v2.RefundProcessing, none, translate.Refunded, "under way", translate.Refunding},
		"refunded, but there is no such refund":  {v2.RefundProcessing, notFound, translate.Refunded, "no such record", translate.Refunding},
		"paid, which it was before":              {v2.RefundProcessing, silent, translate.Paid, "cannot become paid", translate.Refunding},
		"refund failed, the gateway has done it": {v2.RefundSuccess, none, translate.RefundFailed, "", translate.Refunded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxCode, 1)
			w.pay(p)
			w.gateway.refundAs = v2.RefundProcessing
			w.cancel(p)
			w.clock.advance(notFoundGrace)
			w.gateway.mu.Lock()
			for _, r := range w.gateway.refunds {
				r.state = tc.refund
			}
			w.gateway.mu.Unlock()
			w.gateway.setScript(tc.ask)
			_, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, tc.state))
			if tc.refused == "" && err != nil {
				t.Fatal(err)
			}
			if tc.refused != "" && (!errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), tc.refused)) {
				t.Fatalf("got %v, want a refusal that says %q", err, tc.refused)
			}
			w.wantState(p, tc.want)
		})
	}
}

// Shortly after a pay call nobody can know that nothing comes of it. A close is
// possible where a payment that still comes is looked for once more.
func TestSettleWaitsForThePayCall(t *testing.T) {
	t.Parallel()
	const late = "2026-11-22 20:10:00 Beijing time" // ten minutes after the pay call
	for name, tc := range map[string]struct {
		state   translate.State
		ask     fault
		expiry  time.Duration // of the order, from its pay call on
		passed  time.Duration
		refused []string // what the refusal says; none when there is none
	}{
		"failed, no such order, at once":            {translate.Failed, none, 2 * time.Hour, 5 * time.Second, []string{late, "close it now"}},
		"failed, the gateway is silent, at once":    {translate.Failed, silent, 2 * time.Hour, 5 * time.Second, []string{late, "close it now"}},
		"failed, no such order, just before":        {translate.Failed, none, 2 * time.Hour, notFoundGrace - time.Millisecond, []string{late}},
		"failed, no such order, ten minutes later":  {translate.Failed, none, 2 * time.Hour, notFoundGrace, nil},
		"closed at once":                            {translate.Closed, none, 2 * time.Hour, 5 * time.Second, nil},
		"closed at once, when no look would follow": {translate.Closed, none, time.Minute, 7 * time.Minute, []string{late}},
		"closed later, when no look would follow":   {translate.Closed, none, time.Minute, notFoundGrace, nil},
		"paid, the gateway is silent, at once":      {translate.Paid, silent, 2 * time.Hour, 5 * time.Second, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settings.OrderExpiry = tc.expiry
			p := order(v1.WxCode, 1)
			w.gateway.setScript(lost)
			w.pay(p)
			w.wantState(p, translate.InDoubt)
			w.clock.advance(tc.passed)
			w.gateway.setScript(tc.ask)
			_, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, tc.state))
			if tc.refused == nil {
				if err != nil {
					t.Fatal(err)
				}
				w.wantState(p, tc.state)
				return
			}
			for _, words := range tc.refused {
				if !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), words) {
					t.Errorf("got %v, want a refusal that says %q", err, words)
				}
			}
			w.wantState(p, translate.InDoubt)
		})
	}
}

// Nobody settles an order while a call about it is under way.
func TestSettleWaitsForCallsInHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	o := w.bridge.draw(w.payJob(p))
	if _, _, err := w.ledger.Begin(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	_, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Failed))
	if !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), "under way") {
		t.Errorf("settled while the pay call may be under way: %v", err)
	}
	w.clock.advance(time.Hour)
	w.gateway.setScript(silent)
	if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Failed)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Closing an order that the gateway knows closes it there too, where there is a
// close, and not here alone.
func TestSettleClosesAtTheGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.gateway.setScript(none, lost)
	_, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Closed))
	if !errors.Is(err, ErrNotSettled) {
		t.Errorf("closed although the gateway did not answer: %v", err)
	}
	w.wantState(p, translate.Pending)
	if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Closed)); err != nil {
		t.Fatal(err)
	}
	w.wantState(p, translate.Closed)
	if n := w.gateway.count(closeCode); n != 2 {
		t.Errorf("%d calls to close it", n)
	}
}

// A question for its own sake shows what the gateway answers and leaves no
// order behind.
func TestProbe(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ask     fault
		want    v2.Class
		failure string
	}{
		"the gateway has no such order": {none, v2.NotFound, ""},
		"it does not know the question": {refuses, v2.Refused, ""},
		"it is silent":                  {silent, 0, "broken"},
		"it answers with a page":        {html, 0, "reading answer"},
		"it signs with another key":     {forged, 0, "opening message"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.gateway.setScript(tc.ask)
			probe, err := w.bridge.Probe(t.Context(), w.settings, registry().ByMerID(merID))
			if tc.failure != "" {
				if err == nil || !strings.Contains(err.Error(), tc.failure) {
					t.Errorf("got %v, want %q", err, tc.failure)
				}
				return
			}
			if err != nil || probe.Class != tc.want || !probe.Timed {
				t.Errorf("%+v, %v", probe, err)
			}
			if n := w.gateway.count(v2.TranQuery); n != 1 {
				t.Errorf("%d questions", n)
			}
		})
	}
}

// A sample is what the gauges show, once a minute.
func TestSample(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pay(order(v1.WxSao, 1))
	w.gateway.setScript(silent)
	w.pay(order(v1.WxCode, 2))
	w.pay(order(v1.WxCode, 3))
	must(w.bridge.takeSample(t.Context()))
	must(w.bridge.takeSample(t.Context()))
	now := w.clock.now()
	samples, err := w.ledger.Samples(t.Context(), now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil || len(samples) != 1 {
		t.Fatalf("%+v, %v", samples, err)
	}
	if s := samples[0]; s.Pending != 1 || s.InDoubt != 1 || s.Waiting != 1 {
		t.Errorf("%+v", s)
	}
}

// A resuming that was interrupted, as by a database that went away, is finished
// within a minute: nothing stays parked that an operator has let go.
func TestInterruptedResumingIsFinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := worldAt(t, dir)
	w.pay(order(v1.WxCode, 1))
	because := ledger.Change{Who: "ada", Why: "repair"}
	must(w.bridge.PauseMerchant(t.Context(), merID, because))
	db, err := sql.Open("sqlite", filepath.Join(dir, "ledger.db")+"?_pragma=busy_timeout(5000)")
	must(err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `UPDATE pauses SET resume = 1`)
	must(err)
	for _, job := range w.bridge.minuteJobs() {
		job.run(t.Context())
	}
	if pauses, err := w.ledger.PausedMerchants(t.Context()); err != nil || len(pauses.Items) != 0 {
		t.Errorf("paused: %+v, %v", pauses, err)
	}
}
