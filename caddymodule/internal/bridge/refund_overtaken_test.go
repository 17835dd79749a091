package bridge

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// calls are the transaction codes of the calls on an order's timeline.
func (w *world) calls(p v1.PayRequest) []string {
	var codes []string
	for _, line := range w.timeline(p, CallEventKind) {
		code, _, _ := strings.Cut(line, " ")
		codes = append(codes, code)
	}
	return codes
}

// wellLost leaves an order whose refund got lost on its way, so long ago that the next step
// submits it again, and returns that step's order.
func wellLost(t *testing.T) (*world, v1.PayRequest, ledger.Order) {
	t.Helper()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.setScript(lost)
	w.cancel(p)
	for range 3 {
		w.clock.advance(5 * time.Minute)
		w.step()
	}
	w.gateway.refundAs = v2.RefundAccepted
	w.clock.advance(w.order(p).Next.Sub(w.clock.now()))
	due := w.due()
	if len(due) != 1 {
		t.Fatalf("due: %+v", due)
	}
	return w, p, due[0]
}

// TestSettledWhileARefundIsAskedAbout: a step has taken a refund up that the gateway does not
// know, and while it asks once more an operator says that the refund has failed and gives the
// money back by other means. The step does not submit the refund.
func TestSettledWhileARefundIsAskedAbout(t *testing.T) {
	t.Parallel()
	w, p, due := wellLost(t)
	before := w.calls(p)
	w.gateway.setScript(fault{code: v2.RespNotFound, mangle: func(_ context.Context, body string) RoundTrip {
		word := ledger.Update{State: translate.RefundFailed, At: w.clock.now(), Source: "operator"}
		if _, _, err := w.ledger.Record(t.Context(), due.Key, word); err != nil {
			t.Error(err)
		}
		if err := w.ledger.DealWith(t.Context(), due.Key, ledger.RefundMatter, ledger.Change{Who: "ann", Why: "by bank transfer"}); err != nil {
			t.Error(err)
		}
		return RoundTrip{Sent: true, Body: []byte(body)}
	}})
	w.bridge.stepDue(t.Context(), due)
	w.wantState(p, translate.RefundFailed)
	if n := w.gateway.count(v2.TranRefund); n != 1 {
		t.Errorf("the refund was submitted %d times, want once, by the cancel", n)
	}
	if after := w.calls(p); !slices.Equal(after, append(before, v2.TranRefundQuery)) {
		t.Errorf("calls on record: %v, before the step %v", after, before)
	}
}

// TestRefundInHandWhileItIsSubmittedAgain: while a step submits a refund once more, nobody
// else can end or cancel the order.
func TestRefundInHandWhileItIsSubmittedAgain(t *testing.T) {
	t.Parallel()
	w, p, due := wellLost(t)
	w.gateway.setScript(none, fault{mangle: func(_ context.Context, body string) RoundTrip {
		if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.RefundFailed)); err == nil {
			t.Error("settled while the refund is submitted")
		}
		word := ledger.Update{State: translate.RefundFailed, At: w.clock.now(), Source: "operator", Claim: due.Claim, Takes: true}
		if _, _, err := w.ledger.Record(t.Context(), due.Key, word); err == nil {
			t.Error("settled by the claim of the step's beginning")
		}
		return RoundTrip{Sent: true, Body: []byte(body)}
	}})
	w.bridge.stepDue(t.Context(), due)
	if n := w.gateway.count(v2.TranRefund); n != 2 {
		t.Errorf("the refund was submitted %d times, want twice", n)
	}
	if o := w.wantState(p, translate.Refunding); o.Tries != due.Tries+1 {
		t.Errorf("%d tries, before the step %d", o.Tries, due.Tries)
	}
	w.stepAt(p)
}

// TestCallThatANoticeOvertakesIsOnRecord: a notice says that a refund has failed while it is
// submitted for the first time. What the gateway was told and answered is on record.
func TestCallThatANoticeOvertakesIsOnRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.refundAs = v2.RefundAccepted
	w.gateway.setScript(fault{mangle: func(_ context.Context, body string) RoundTrip {
		o := w.order(p)
		if err := w.notice(w.gateway.saysRefundFailed(o)); err != nil {
			t.Error(err)
		}
		return RoundTrip{Sent: true, Body: []byte(body)}
	}})
	w.cancel(p)
	w.wantState(p, translate.RefundFailed)
	if calls := w.calls(p); !slices.Contains(calls, v2.TranRefund) {
		t.Errorf("calls on record: %v", calls)
	}
}

// TestCloseWithoutAnAnswerIsOnRecord: a cancel finds out that an order in doubt is unpaid, and
// the answer to its close gets lost: the gateway may have closed it. Each call is on record
// once.
func TestCloseWithoutAnAnswerIsOnRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxCode, 1)
	w.gateway.atOnce = v2.TranProcessing
	w.gateway.setScript(silent)
	w.pay(p)
	w.wantState(p, translate.InDoubt)
	w.clock.advance(time.Minute)
	w.gateway.setScript(none, silent)
	w.cancel(p)
	w.wantState(p, translate.Pending)
	if calls, want := w.calls(p), []string{v2.TranPay, v2.TranQuery, closeCode}; !slices.Equal(calls, want) {
		t.Errorf("calls on record: %v, want %v", calls, want)
	}
}

// TestContradictedCloseIsOnRecordOnce: a notice says that an order is paid while the gateway
// closes it for a cancel. Both calls are on record, once.
func TestContradictedCloseIsOnRecordOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.clock.advance(time.Minute)
	w.gateway.setScript(none, fault{mangle: func(_ context.Context, body string) RoundTrip {
		must(w.notice(w.gateway.notice(w.order(p).OrderNo, "11", "19.99")))
		return RoundTrip{Sent: true, Body: []byte(body)}
	}})
	w.cancel(p)
	w.wantState(p, translate.Paid)
	if calls, want := w.calls(p), []string{v2.TranPay, v2.TranQuery, closeCode}; !slices.Equal(calls, want) {
		t.Errorf("calls on record: %v, want %v", calls, want)
	}
}

// TestAnswerThatANoticeOvertakes: a notice says that a refund has failed before the answer to
// its submission is here. The answer says why, and that it may be tried again; what anybody
// has done meanwhile stands.
func TestAnswerThatANoticeOvertakes(t *testing.T) {
	t.Parallel()
	told := func(w *world, p v1.PayRequest) { must(w.notice(w.gateway.saysRefundFailed(w.order(p)))) }
	settled := func(w *world, p v1.PayRequest) {
		word := ledger.Update{State: translate.RefundFailed, Source: operatorSource, Claim: w.order(p).Claim, Takes: true}
		_, _, err := w.ledger.Record(w.tb.Context(), key(p), word)
		must(err)
	}
	for name, c := range map[string]struct {
		first  func(*world, v1.PayRequest)
		answer fault
		want   string // the gateway's words
		tried  bool
	}{
		"refused":                     {told, refuses, "words", true},
		"refused for good":            {told, fault{code: "E1000001", refund: v2.RefundRejected}, "words", false},
		"failed, as the notice says":  {told, fault{state: "11", refund: v2.RefundFailed}, "", false},
		"refused, and dealt with":     {func(w *world, p v1.PayRequest) { told(w, p); dealWithRefund(w, p) }, refuses, "", false},
		"refused, and settled":        {settled, refuses, "", false},
		"refused, and settled before": {func(w *world, p v1.PayRequest) { settled(w, p); told(w, p) }, refuses, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			hasPaid(w, p)
			c.answer.mangle = func(_ context.Context, body string) RoundTrip {
				c.first(w, p)
				return RoundTrip{Sent: true, Body: []byte(body)}
			}
			w.gateway.setScript(c.answer)
			if reply := w.cancel(p); reply.RespCode != v1.CodeRefused || reply.RespMsg != c.want {
				t.Errorf("merchant hears %s %q, want %q", reply.RespCode, reply.RespMsg, c.want)
			}
			o := w.wantState(p, translate.RefundFailed)
			if o.GatewayMessage != c.want || o.Next.IsZero() == c.tried {
				t.Errorf("order says %q and is tried again at %s, want %q and %v", o.GatewayMessage, o.Next, c.want, c.tried)
			}
			if c.tried && o.Next.Sub(w.clock.now()) != refundRetries[0] {
				t.Errorf("tried again at %s", o.Next)
			}
		})
	}
}
