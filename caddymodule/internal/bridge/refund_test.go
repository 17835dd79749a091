package bridge

import (
	"errors"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// withRefundAccepted is a world with an order whose refund the gateway has accepted and
// not yet made.
func withRefundAccepted(t *testing.T) (*world, v1.PayRequest, ledger.Order) {
	t.Helper()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.refundAs = v2.RefundAccepted
	w.cancel(p)
	return w, p, w.wantState(p, translate.Refunding)
}

// TestRefundNotInTheBooksYet: the gateway accepts a refund and for a while says
// that it has none. It is sent once, however often its merchant repeats the cancel,
// and again only when the gateway has said so for long.
func TestRefundNotInTheBooksYet(t *testing.T) {
	t.Parallel()
	w, p, o := withRefundAccepted(t)
	number := o.RefundNo
	forget := func() { w.gateway.mu.Lock(); delete(w.gateway.refunds, number); w.gateway.mu.Unlock() }
	forget()
	for range 5 {
		w.clock.advance(queryEvery)
		w.cancel(p)
	}
	for range 3 {
		w.stepAt(p)
	}
	if n := w.gateway.count(v2.TranRefund); n != 1 {
		t.Fatalf("submitted %d times within the grace", n)
	}
	for range 2 {
		w.stepAt(p)
		forget()
	}
	if n := w.gateway.count(v2.TranRefund); n != 2 {
		t.Fatalf("submitted %d times; want once more after the grace, and a new grace then", n)
	}
}

// TestRefundCodeIsChanged: what went out under the code that refunds had before counts as
// sent; it is not sent again under the new one before the grace is over.
func TestRefundCodeIsChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.setScript(lost)
	w.cancel(p)
	w.wantState(p, translate.Refunding)
	w.reload(func(s *Settings) { s.TranCodes.Refund = "OP1093" })
	w.gateway.setScript(notFound)
	w.stepAt(p)
	w.wantState(p, translate.Refunding)
	if n := w.gateway.count("OP1093"); n != 0 {
		t.Errorf("submitted %d times under the new code within the grace", n)
	}
}

// TestRefundIsTriedAgain: a refusal that can pass is tried again by the schedule,
// under the one number, until it succeeds.
func TestRefundIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.setScript(refuses)
	if reply := w.cancel(p); reply.RespCode != v1.CodeRefused {
		t.Fatalf("merchant hears %s", reply.RespCode)
	}
	o := w.wantState(p, translate.RefundFailed)
	if wait := o.Next.Sub(w.clock.now()); wait != refundRetries[0] {
		t.Fatalf("tried again after %s", wait)
	}
	if reply := w.query(p); reply.ResultCode != v1.ResultPaid {
		t.Errorf("query hears %s of a payment that stands", reply.ResultCode)
	}
	w.gateway.setScript(notFound, refuses) // asked about, then refused once more
	w.stepAt(p)
	o = w.wantState(p, translate.RefundFailed)
	w.stepAt(p)
	after := w.wantState(p, translate.Refunded)
	if after.RefundNo != o.RefundNo || w.gateway.refundsPaid() != 1 {
		t.Errorf("refund number %s, then %s; %d paid", o.RefundNo, after.RefundNo, w.gateway.refundsPaid())
	}
}

// diesInRefund leaves what a bridge leaves that dies after it has submitted a refund:
// the number is on record, what came of it is not. paid says whether the gateway has
// the refund in its books.
func (w *world) diesInRefund(p v1.PayRequest, paid bool) {
	w.tb.Helper()
	o, _, err := w.ledger.Record(w.tb.Context(), key(p), refunding(w, p))
	if err != nil {
		w.tb.Fatal(err)
	}
	if paid {
		w.gateway.mu.Lock()
		w.gateway.refunds[o.RefundNo] = &refunded{amount: "19.99", state: v2.RefundSuccess}
		w.gateway.mu.Unlock()
	}
}

// TestRepeatedRefundIsRefused: a gateway may refuse a refund because it has paid it
// already, and nobody has recorded that. The refusal is no end; the gateway is asked.
func TestRepeatedRefundIsRefused(t *testing.T) {
	t.Parallel()
	asked := map[string]func(*world, v1.PayRequest){
		"step":  (*world).stepAt,
		"query": func(w *world, p v1.PayRequest) { w.query(p) },
	}
	for _, refusal := range []fault{refuses, {name: "state 33", state: "11", refund: v2.RefundFailed}} {
		for who, ask := range asked {
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			hasPaid(w, p)
			w.diesInRefund(p, true)
			w.gateway.setScript(refusal)
			w.stepAt(p)
			w.wantState(p, translate.Refunding)
			ask(w, p)
			w.wantState(p, translate.Refunded)
			if n := w.gateway.refundsPaid(); n != 1 {
				t.Errorf("%s, asked by %s: %d refunds paid", refusal.name, who, n)
			}
		}
	}
}

// TestRepeatedRefundIsRefusedForGood: a refund has failed that the gateway refuses,
// does not have for long, and refuses once more.
func TestRepeatedRefundIsRefusedForGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.diesInRefund(p, false)
	first := w.clock.now()
	w.gateway.setScript(refuses)
	w.stepAt(p)
	for w.order(p).State == translate.Refunding && w.clock.now().Sub(first) < 24*time.Hour {
		w.gateway.setScript(notFound, refuses)
		w.stepAt(p)
	}
	w.wantState(p, translate.RefundFailed)
	if took := w.clock.now().Sub(first); took < notFoundGrace {
		t.Errorf("believed after %s", took)
	}
	if n := w.gateway.count(v2.TranRefund); n != 2 {
		t.Errorf("submitted %d times", n)
	}
}

// TestRefusalOverDoubtIsTriedAgain: whoever takes a refund over hears a refusal that is not
// believed yet. The gateway confirms it with state 33, which does not say why: the reason was
// one that can pass, so that the refund is tried again.
func TestRefusalOverDoubtIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answers   []fault // to the submission, and to the query before the one that confirms
		confirmed v2.RefundState
		tried     bool
	}{
		{[]fault{refuses}, v2.RefundFailed, true},
		{[]fault{refuses, silent}, v2.RefundFailed, true},
		{[]fault{refuses}, v2.RefundCardFailed, false}, // it has left the merchant, and came back
		{[]fault{{name: "refused with state 33", code: "E1000001", refund: v2.RefundFailed}}, v2.RefundFailed, false},
		{[]fault{{name: "state 33", state: "11", refund: v2.RefundFailed}}, v2.RefundFailed, false},
		{[]fault{silent}, v2.RefundFailed, false},
		{[]fault{noSuchQuery}, v2.RefundFailed, false},
	} {
		t.Run(c.answers[0].name+" and "+string(c.confirmed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			hasPaid(w, p)
			w.diesInRefund(p, false)
			w.gateway.setScript(c.answers...)
			for range c.answers {
				w.stepAt(p)
			}
			number := w.wantState(p, translate.Refunding).RefundNo
			w.gateway.refunds[number] = &refunded{amount: "19.99", state: c.confirmed}
			for w.order(p).State == translate.Refunding {
				w.stepAt(p)
			}
			o := w.wantState(p, translate.RefundFailed)
			if o.Next.IsZero() == c.tried {
				t.Fatalf("tried again at %s, want %v", o.Next, c.tried)
			}
			if c.tried && o.Next.Sub(w.clock.now()) != refundRetries[0] {
				t.Errorf("tried again after %s", o.Next.Sub(w.clock.now()))
			}
		})
	}
}

// TestRefundResubmittedUnseen: a bridge dies after it has sent once more what the
// gateway had long said it does not have. The next refusal may be of what that one did.
func TestRefundResubmittedUnseen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.setScript(lost)
	w.cancel(p)
	for range notFoundAnswers {
		w.wantState(p, translate.Refunding)
		o := w.order(p)
		w.clock.advance(notFoundGrace)
		// What a step writes before it sends, and no more.
		event := ledger.Event{At: w.clock.now(), Kind: notFoundEvent, Source: "refund"}
		if err := w.ledger.AddEvents(t.Context(), o.Key, event); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.advance(lease(w.settings))
	w.gateway.setScript(notFound, refuses)
	w.stepAt(p)
	w.wantState(p, translate.Refunding)
}

// TestRefundOfALatePaymentIsRefused: the first submission is a due step's, and its
// refusal is believed at once.
func TestRefundOfALatePaymentIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		late time.Duration // of the step
		want translate.State
	}{{time.Second, translate.RefundFailed}, {time.Hour, translate.Refunding}} {
		w := newWorld(t)
		p := order(v1.WxSao, 1)
		w.pay(p)
		w.cancel(p)
		if err := w.notice(w.gateway.notice(w.wantState(p, translate.Closed).OrderNo, "11", "19.99")); err != nil {
			t.Fatal(err)
		}
		w.gateway.setScript(refuses)
		w.clock.advance(c.late)
		w.step()
		w.wantState(p, c.want)
	}
}

// The schedule has an end; then the refund is an operator's.
func TestRefundTriesEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	failedRefund(w, p)
	tries := 0
	for !w.wantState(p, translate.RefundFailed).Next.IsZero() {
		w.gateway.setScript(notFound, refuses)
		w.stepAt(p)
		tries++
	}
	if tries != len(refundRetries) {
		t.Errorf("tried %d times again, want %d", tries, len(refundRetries))
	}
	change := ledger.Change{Who: "ann", Why: "balance filled up"}
	after, said, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), change)
	if err != nil || after.State != translate.Refunded || said != "no such record" {
		t.Errorf("an operator's try: %s, %q, %v", after.State, said, err)
	}
	if _, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), change); !errors.Is(err, ErrNotSettled) {
		t.Errorf("a try of what is done: %v", err)
	}
	if n := w.gateway.refundsPaid(); n != 1 {
		t.Errorf("%d refunds paid", n)
	}
}

// A refusal by the refund's state waits for a person from the first.
func TestRefundRejectedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, state := range []v2.RefundState{v2.RefundFailed, v2.RefundCardFailed, v2.RefundRejected} {
		w := newWorld(t)
		p := order(v1.WxSao, 1)
		hasPaid(w, p)
		w.gateway.refundAs = state
		w.cancel(p)
		if o := w.wantState(p, translate.RefundFailed); !o.Next.IsZero() {
			t.Errorf("%s: tried again at %s", state, o.Next)
		}
	}
}

// A form that the gateway cannot read is our fault: the refund stays open.
func TestRefundOfAnUnreadForm(t *testing.T) {
	t.Parallel()
	for _, code := range []string{v2.RespIllegalMember, v2.RespFormat, v2.RespDecryption} {
		w := newWorld(t)
		p := order(v1.WxSao, 1)
		hasPaid(w, p)
		w.gateway.setScript(fault{name: code, code: code})
		if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
			t.Errorf("%s: merchant hears %s", code, reply.RespCode)
		}
		w.wantState(p, translate.Refunding)
	}
}

// TestQueryOfALateFailedRefund: whoever was told that the order is closed never
// hears that it is paid.
func TestQueryOfALateFailedRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.cancel(p)
	o := w.wantState(p, translate.Closed)
	if err := w.notice(w.gateway.notice(o.OrderNo, "11", "19.99")); err != nil {
		t.Fatal(err)
	}
	w.wantState(p, translate.Refunding)
	for _, want := range []translate.State{translate.Refunding, translate.RefundFailed} {
		if reply := w.query(p); reply.ResultCode != v1.ResultFailed || reply.PayTime != "" {
			t.Errorf("%s: query hears %s, paid at %q", want, reply.ResultCode, reply.PayTime)
		}
		w.gateway.setScript(refuses)
		w.clock.advance(time.Second)
		w.step()
	}
	w.wantState(p, translate.RefundFailed)
}

// TestSettleFailedRefund: money that came back by other means is settled with a
// proof.
func TestSettleFailedRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.refundAs = v2.RefundRejected
	w.cancel(p)
	word := Settlement{Key: key(p), State: translate.Refunded, Who: "ann", Why: "bank transfer"}
	if _, err := w.bridge.Settle(t.Context(), w.settings, word); !errors.Is(err, ErrNotSettled) {
		t.Errorf("without a proof: %v", err)
	}
	word.GatewayNo = "BANK20261122"
	if _, err := w.bridge.Settle(t.Context(), w.settings, word); err != nil {
		t.Fatal(err)
	}
	w.wantState(p, translate.Refunded)
}

// wantRefundedByAsking insists that the gateway's refusal of another submission is not
// believed.
func wantRefundedByAsking(w *world, p v1.PayRequest) {
	w.tb.Helper()
	w.gateway.setScript(refuses)
	w.stepAt(p)
	w.wantState(p, translate.Refunding)
	w.stepAt(p)
	w.wantState(p, translate.Refunded)
}

// TestRefundTakenOverByAnotherConfiguration: how long a claim lasts is said by the
// configuration of whoever took it. A bridge that waits longer for the gateway must not
// take a refund for its own that another, which waits less, may have submitted.
func TestRefundTakenOverByAnotherConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.reload(func(s *Settings) { s.Timeouts.Gateway = 4 * time.Second })
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.diesInRefund(p, true)
	w.reload(func(s *Settings) { s.Timeouts.Gateway = 12 * time.Second })
	wantRefundedByAsking(w, p)
}
