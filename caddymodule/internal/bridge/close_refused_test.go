package bridge

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// expired is a world whose gateway has a close, with an order that nobody has paid and
// whose payer's time is over; its next step is to close it.
func expired(t *testing.T, pay fault) (*world, v1.PayRequest) {
	t.Helper()
	w := newWorld(t)
	w.reload(func(s *Settings) { s.TranCodes.Close = closeCode })
	p := order(v1.WxSao, 1)
	w.gateway.setScript(pay)
	w.pay(p)
	w.expire(p)
	w.clock.advance(w.order(p).Next.Sub(w.clock.now()))
	return w, p
}

// endings are the ways in which an order ends whose payer's time is over.
var endings = map[string]func(*world, v1.PayRequest){
	"expiry": (*world).stepAt,
	"cancel": closings["cancel"],
	"settle": closings["settle"],
}

// TestCloseRefusedAfterExpiry: the gateway says of an expired order that nobody has paid it,
// and refuses to close it. It is closed here, and the gateway asked once more an hour later,
// which finds a payment that was under way. The operator reads that the close was refused.
func TestCloseRefusedAfterExpiry(t *testing.T) {
	t.Parallel()
	for name, end := range endings {
		for _, paid := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w, p := expired(t, none)
				w.gateway.setScript(none, refuses)
				end(w, p)
				o := w.wantState(p, translate.Closed)
				if wait := o.Next.Sub(w.clock.now()); wait != time.Hour {
					t.Errorf("asked again after %s", wait)
				}
				wantRefusedClose(t, w, p)
				want, left := translate.Closed, 0
				if paid {
					w.gateway.payer(o.OrderNo)
					want, left = translate.Refunding, 1
				}
				w.stepAt(p)
				w.wantState(p, want)
				if n := w.step(); n != left {
					t.Errorf("%d steps are due after the last query", n)
				}
				if n := w.gateway.refundsPaid(); n != left {
					t.Errorf("%d refunds", n)
				}
			})
		}
	}
}

// wantRefusedClose insists that an order was closed after one refused close, which is in
// the log and on its timeline, and that its merchant hears so.
func wantRefusedClose(t *testing.T, w *world, p v1.PayRequest) {
	t.Helper()
	if n := w.logs.FilterMessageSnippet("refuses to close").FilterLevelExact(zapcore.WarnLevel).Len(); n != 1 {
		t.Errorf("%d warnings", n)
	}
	closes := 0
	for _, call := range w.timeline(p, CallEventKind) {
		if strings.HasPrefix(call, closeCode) {
			closes++
		}
	}
	if closes != 1 || w.gateway.count(closeCode) != 1 {
		t.Errorf("%d closes on record, %d made", closes, w.gateway.count(closeCode))
	}
	if reply := w.query(p); reply.ResultCode != v1.ResultFailed {
		t.Errorf("the merchant hears %s", reply.ResultCode)
	}
}

// TestCloseNotAnsweredAfterExpiry: only an error that says what became of the close ends an
// expired order here. After any other answer the order may have been closed, or paid, and
// is asked about again.
func TestCloseNotAnsweredAfterExpiry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pay, close fault
		want       translate.State
	}{
		{none, refuses, translate.Closed},
		{none, notFound, translate.Closed},
		{none, repeated, translate.Closed},
		{silent, refuses, translate.Closed}, // the code was lost
		{none, silent, translate.Pending},
		{none, lost, translate.Pending},
		{none, unsent, translate.Pending},
		{none, html, translate.Pending},
		{none, forged, translate.Pending},
		{none, unknown, translate.Pending},
		{none, broken, translate.Pending},
		{none, fault{name: "paid", state: "11"}, translate.Pending},
		{none, fault{name: "refuses another's close", code: "E1000001", flow: "47305311000120261122000000000001"}, translate.Pending},
		{none, fault{name: "refuses nobody knows what", code: "E1000001", flow: "-"}, translate.Pending},
		{none, fault{name: "E0000003", code: v2.RespIllegalMember}, translate.Pending},
		{none, fault{name: "E0000004", code: v2.RespFormat}, translate.Pending},
		{none, fault{name: "E0000005", code: v2.RespDecryption}, translate.Pending},
		{silent, silent, translate.InDoubt},
	} {
		t.Run(c.close.name, func(t *testing.T) {
			t.Parallel()
			w, p := expired(t, c.pay)
			w.gateway.setScript(none, c.close)
			w.stepAt(p)
			w.wantState(p, c.want)
		})
	}
}

// TestUnreadableCloseIsAnError: that the gateway cannot read our close is for a person to
// mend.
func TestUnreadableCloseIsAnError(t *testing.T) {
	t.Parallel()
	w, p := expired(t, none)
	w.gateway.setScript(none, fault{code: v2.RespFormat})
	w.stepAt(p)
	if n := w.logs.FilterMessageSnippet("could not read our close").FilterLevelExact(zapcore.ErrorLevel).Len(); n != 1 {
		t.Errorf("%d errors in the log", n)
	}
}

// TestCloseRefusedAndOvertaken: while the gateway refuses the close of an expired order, a
// payment is told of, or another takes the order over. What the bridge concludes for itself
// counts no more, and contradicts nobody.
func TestCloseRefusedAndOvertaken(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		meanwhile func(*world, v1.PayRequest)
		want      translate.State
	}{
		"paid": {
			func(w *world, p v1.PayRequest) { must(w.notice(w.gateway.notice(w.order(p).OrderNo, "11", "19.99"))) },
			translate.Paid,
		},
		"taken over": {
			func(w *world, _ v1.PayRequest) { w.clock.advance(lease(w.settings)); w.due() },
			translate.Pending,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := expired(t, none)
			w.gateway.setScript(none, fault{code: "E1000001", mangle: func(_ context.Context, refused string) RoundTrip {
				tc.meanwhile(w, p)
				return RoundTrip{Sent: true, Body: []byte(refused)}
			}})
			w.stepAt(p)
			w.wantState(p, tc.want)
			list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
			if err != nil || len(list.Items) != 0 {
				t.Errorf("in quarantine: %+v, %v", list.Items, err)
			}
		})
	}
}

// TestCloseRefusedBeforeExpiry: while its payer may pay, an order that the gateway refuses
// to close stays open, and the operator reads from when on it can be closed all the same.
func TestCloseRefusedBeforeExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.pay(p)
	end := w.order(p).ExpiresAt.Add(ledger.ExpiryGrace)
	w.clock.advance(end.Sub(w.clock.now()) - time.Millisecond)
	w.gateway.setScript(none, refuses)
	_, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Closed))
	var said bilingual.Said
	if !errors.Is(err, ErrNotSettled) || !errors.As(err, &said) {
		t.Fatalf("got %v, want a refusal", err)
	}
	for _, text := range []string{said.Error(), said.In(bilingual.Zh)} {
		if !strings.Contains(text, end.In(translate.Beijing).Format(time.DateTime)) {
			t.Errorf("%q does not say when it can be closed", text)
		}
	}
	w.gateway.setScript(none, refuses)
	if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
		t.Errorf("the merchant's cancel hears %s", reply.RespCode)
	}
	w.wantState(p, translate.Pending)
}
