package bridge

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// How an order comes into the state in which it is cancelled.
var (
	shown    = func(w *world, p v1.PayRequest) { w.pay(p) }
	hasPaid  = func(w *world, p v1.PayRequest) { w.pay(p); w.gateway.payer(w.order(p).OrderNo); w.query(p) }
	secret   = func(w *world, p v1.PayRequest) { w.pay(p); w.gateway.payer(w.order(p).OrderNo) }
	doubted  = func(w *world, p v1.PayRequest) { w.gateway.setScript(lost); w.pay(p) }
	waiting  = func(w *world, p v1.PayRequest) { w.gateway.setScript(unsent); w.pay(p) }
	declined = func(w *world, p v1.PayRequest) { w.pay(p); w.gateway.decline(w.order(p).OrderNo) }
	denied   = func(w *world, p v1.PayRequest) { w.gateway.setScript(refuses); w.pay(p) }
)

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		meet    func(*world, v1.PayRequest)
		close   string // the gateway's close
		faults  []fault
		code    v1.Code
		state   translate.State
		again   v1.Code // a repeat without faults
		last    translate.State
		refunds int
	}{
		{"unpaid", shown, "", nil, "00", translate.Closed, "00", translate.Closed, 0},
		{"unpaid, gateway closes", shown, closeCode, nil, "00", translate.Closed, "00", translate.Closed, 0},
		{"unpaid, gateway does not close", shown, closeCode, []fault{none, refuses}, "96", translate.Pending, "00", translate.Closed, 0},
		{"unpaid, paid while it is closed", shown, closeCode, []fault{none, {state: "11"}}, "96", translate.Pending, "00", translate.Closed, 0},
		{"unpaid, close of another amount", shown, closeCode, []fault{none, wrongSum}, "96", translate.Pending, "00", translate.Closed, 0},
		{"unpaid, not known", shown, "", []fault{silent}, "96", translate.Pending, "00", translate.Closed, 0},
		{"paid", hasPaid, "", nil, "00", translate.Refunded, "00", translate.Refunded, 1},
		{"paid, bridge does not know", secret, "", nil, "00", translate.Refunded, "00", translate.Refunded, 1},
		{"paid, refund unsent", hasPaid, "", []fault{unsent}, "96", translate.Refunding, "96", translate.Refunding, 0},
		{"paid, refund lost", hasPaid, "", []fault{lost}, "96", translate.Refunding, "96", translate.Refunding, 0},
		{"paid, refund's answer lost", hasPaid, "", []fault{silent}, "96", translate.Refunding, "00", translate.Refunded, 1},
		{"paid, refund refused", hasPaid, "", []fault{refuses}, "94", translate.RefundFailed, "94", translate.RefundFailed, 0},
		{"paid, refund of another amount", hasPaid, "", []fault{wrongSum}, "96", translate.Refunding, "96", translate.Refunding, 0},
		{"in doubt", doubted, "", nil, "95", translate.InDoubt, "95", translate.InDoubt, 0},
		{"not sent", waiting, "", nil, "00", translate.Closed, "00", translate.Closed, 0},
		{"refused", denied, "", nil, "00", translate.Failed, "00", translate.Failed, 0},
		{"declined", declined, "", nil, "00", translate.Closed, "00", translate.Closed, 0},
		{"declined, gateway closes", declined, closeCode, nil, "00", translate.Closed, "00", translate.Closed, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settings.TranCodes.Close = c.close
			p := order(v1.WxSao, 1)
			c.meet(w, p)
			w.gateway.setScript(c.faults...)
			for i, want := range []struct {
				code  v1.Code
				state translate.State
			}{{c.code, c.state}, {c.again, c.last}} {
				w.clock.advance(queryEvery)
				if reply := w.cancel(p); reply.RespCode != want.code {
					t.Fatalf("cancel %d: merchant hears %s, want %s", i+1, reply.RespCode, want.code)
				}
				w.wantState(p, want.state)
			}
			if n := w.gateway.refundsPaid(); n != c.refunds {
				t.Fatalf("%d refunds", n)
			}
		})
	}
}

// TestCancelSharesAnOlderQuery: a cancel that finds a query under way, which was begun
// while the order was in doubt, goes on with the order as it is by then.
func TestCancelSharesAnOlderQuery(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t, dir)
		p := order(v1.WxSao, 1)
		w.gateway.setScript(silent)
		w.pay(p)
		w.wantState(p, translate.InDoubt)
		gate := make(chan struct{})
		w.gateway.gate = gate
		var all sync.WaitGroup
		all.Go(func() { w.query(p) })
		synctest.Wait() // the query is held
		w.gateway.gate = nil
		w.pay(p)
		w.wantState(p, translate.Pending)
		all.Go(func() {
			if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
				t.Errorf("the cancel is answered %s", reply.RespCode)
			}
		})
		synctest.Wait()
		close(gate)
		all.Wait()
		w.wantState(p, translate.Closed)
	})
}

func TestCancelOfNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if reply := w.cancel(order(v1.WxSao, 1)); reply.RespCode != v1.CodeNoOrder {
		t.Fatalf("merchant hears %s", reply.RespCode)
	}
}

// A program that repeats its cancel in a loop does not have the gateway asked each
// time, and leaves no trail of questions that brought nothing.
func TestCancelInALoop(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		close string
		fault fault
	}{
		"no answer":                          {"", silent},
		"nothing certain":                    {"", unknown},
		"no answer of a gateway that closes": {closeCode, silent},
		"rubbish of a gateway that closes":   {closeCode, html},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settings.TranCodes.Close = tc.close
			p := order(v1.WxSao, 1)
			doubted(w, p)
			before := w.timeline(p, CallEventKind)
			for range 3 {
				w.clock.advance(queryEvery)
				w.gateway.setScript(slices.Repeat([]fault{tc.fault}, 40)...)
				for range 20 {
					if reply := w.cancel(p); reply.RespCode == v1.CodeOK {
						t.Fatal("cancelled, and the gateway has said nothing")
					}
				}
			}
			if n := w.gateway.count(v2.TranQuery); n != 3 {
				t.Errorf("the gateway was asked %d times in three intervals", n)
			}
			if after := w.timeline(p, CallEventKind); !slices.Equal(after, before) {
				t.Errorf("left behind: %v, was %v", after, before)
			}
		})
	}
}

// TestCancelWithoutKeys: the merchant of a paid order was given another gateway merchant since.
// The order stays paid, which it is, until it can be refunded: nobody could ask about a refund
// that cannot be sent.
func TestCancelWithoutKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	before := w.order(p)
	with := w.settings.Merchants
	w.reload(func(s *Settings) { s.Merchants = emptyRegistry() })
	for range 2 {
		if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
			t.Errorf("merchant hears %s", reply.RespCode)
		}
	}
	if after := w.order(p); after != before {
		t.Errorf("order\n%+v\nbefore\n%+v", after, before)
	}
	if n := w.logs.FilterMessageSnippet("cannot be refunded").FilterLevelExact(zap.ErrorLevel).Len(); n != 1 {
		t.Errorf("%d errors in the log", n)
	}
	w.reload(func(s *Settings) { s.Merchants = with })
	w.cancel(p)
	w.wantState(p, translate.Refunded)
}

// TestRetryWithoutKeys: the same of a refund that has failed and that an operator tries again.
func TestRetryWithoutKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	failedRefund(w, p)
	w.reload(func(s *Settings) { s.Merchants = emptyRegistry() })
	_, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "topped up"})
	if !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), gatewayMerchant) {
		t.Errorf("got %v", err)
	}
	w.wantState(p, translate.RefundFailed)
}

// A refund that is under way goes on by itself, under its one number.
func TestRefundLadder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.refundAs = v2.RefundReviewing
	if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
		t.Fatalf("merchant hears %s", reply.RespCode)
	}
	o := w.wantState(p, translate.Refunding)
	for range 6 {
		w.stepAt(p)
	}
	if reply := w.query(p); reply.ResultCode != v1.ResultUnpaid {
		t.Fatalf("query hears %s", reply.ResultCode)
	}
	if n := w.gateway.count(v2.TranRefund); n != 1 {
		t.Fatalf("submitted %d times", n)
	}
	w.gateway.refunds[o.RefundNo].state = v2.RefundSuccess
	w.stepAt(p)
	w.wantState(p, translate.Refunded)
}

// A bridge that died between writing a refund down and sending it leaves it to
// the reconciler.
func TestRefundOfADeadBridge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	o, moved := w.bridge.recordUpdate(t.Context(), w.order(p), refunding(w, p))
	if !moved {
		t.Fatal("not refunding")
	}
	if reply := w.cancel(p); reply.RespCode != v1.CodeBusy || w.gateway.count(v2.TranRefund) != 0 {
		t.Fatalf("cancel meddles with a refund in hand: %s", reply.RespCode)
	}
	w.stepAt(p)
	w.wantState(p, translate.Refunded)
	if n := w.gateway.refundsPaid(); n != 1 || o.RefundNo == "" {
		t.Fatalf("%d refunds", n)
	}
}

// TestPaidWhileClosing: a payer pays at the moment at which the order is closed. The
// gateway has contradicted nobody, and nobody has to look into it.
func TestPaidWhileClosing(t *testing.T) {
	t.Parallel()
	for name, close := range map[string]func(*world, v1.PayRequest){
		"cancel": func(w *world, p v1.PayRequest) {
			if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
				t.Errorf("cancel hears %s", reply.RespCode)
			}
		},
		"expiry": func(w *world, _ v1.PayRequest) {
			w.clock.advance(w.settings.OrderExpiry + ledger.ExpiryGrace + time.Second)
			w.step()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			w.pay(p)
			no := w.order(p).OrderNo
			w.gateway.setScript(fault{name: "paid just now", mangle: func(_ context.Context, unpaid string) RoundTrip {
				w.gateway.payer(no)
				must(w.notice(w.gateway.notice(no, "11", "19.99")))
				return RoundTrip{Sent: true, Body: []byte(unpaid)}
			}})
			close(w, p)
			w.wantState(p, translate.Paid)
			if events := w.timeline(p, translate.Contradicted.String()); len(events) > 0 {
				t.Errorf("timeline: %+v", events)
			}
			if n := w.logs.FilterLevelExact(zapcore.ErrorLevel).Len(); n > 0 {
				t.Errorf("%d alarms: %v", n, messages(w))
			}
			if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
				t.Errorf("the next cancel hears %s", reply.RespCode)
			}
			w.wantState(p, translate.Refunded)
		})
	}
}

// TestClosedAtTheGatewayWhileAStepIsDue: a due step takes the order's claim while the
// gateway closes it. What the gateway has confirmed is recorded all the same, and whoever
// holds the order then has nothing more to say of it.
func TestClosedAtTheGatewayWhileAStepIsDue(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, v1.PayRequest){
		"cancel": func(w *world, p v1.PayRequest) {
			if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
				w.tb.Errorf("cancel hears %s", reply.RespCode)
			}
		},
		"settle": func(w *world, p v1.PayRequest) {
			if _, err := w.bridge.Settle(w.tb.Context(), w.settings, settlement(p, translate.Closed)); err != nil {
				w.tb.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settings.TranCodes.Close = closeCode
			p := order(v1.WxSao, 1)
			w.pay(p)
			w.gateway.setScript(none, fault{name: "a step is due", mangle: func(_ context.Context, closed string) RoundTrip {
				w.clock.advance(w.order(p).Next.Sub(w.clock.now()))
				due := w.due()
				if len(due) != 1 {
					t.Errorf("due: %+v", due)
				}
				return RoundTrip{Sent: true, Body: []byte(closed)}
			}})
			held := w.order(p)
			end(w, p)
			o := w.wantState(p, translate.Closed)
			if err := w.ledger.Postpone(t.Context(), o.Key, held.Claim+1, w.clock.now().Add(time.Hour), 1); !errors.Is(err, ledger.ErrFenced) {
				t.Errorf("the step goes on: %v", err)
			}
			if events := w.timeline(p, translate.Contradicted.String()); len(events) > 0 {
				t.Errorf("timeline: %+v", events)
			}
		})
	}
}

// TestClosedAndSaidToBeOpen: a gateway answers a close as done and tells in the same answer
// that the order is still to be paid. It is closed as the answer says; but should its payer
// pay it all the same, and the notice be lost, one last query finds that.
func TestClosedAndSaidToBeOpen(t *testing.T) {
	t.Parallel()
	for name, end := range closings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for state, asked := range map[string]bool{"12": true, "10": true, "13": false} {
				w := newWorld(t)
				w.settings.TranCodes.Close = closeCode
				p := order(v1.WxSao, 1)
				w.pay(p)
				w.gateway.setScript(none, fault{state: state})
				end(w, p)
				o := w.wantState(p, translate.Closed)
				if o.Next.IsZero() == asked {
					t.Errorf("told %s: the last query is at %s", state, o.Next)
				}
				if !asked {
					continue
				}
				w.gateway.payer(o.OrderNo)
				w.stepAt(p)
				w.step()
				w.wantState(p, translate.Refunded)
			}
		})
	}
}
