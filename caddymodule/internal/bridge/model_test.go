package bridge

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// life is one order under random operations, and what the model knows of it.
type life struct {
	*world
	t         *rapid.T
	p         v1.PayRequest
	other     *Bridge // beside the first, on the same ledger
	paid      bool    // the merchant has heard that it is paid
	failed    bool    // the merchant has heard that it is not and will not be
	cancelled bool    // the merchant has asked for its money back
}

// moves are what merchants, payers, the gateway and time do to an order.
var moves = map[string]func(*life){
	"pay":            func(l *life) { l.pay(l.p) },
	"pay elsewhere":  func(l *life) { l.payAt(l.other, l.p) },
	"query":          (*life).asks,
	"cancel":         func(l *life) { l.cancelled = true; l.cancel(l.p) },
	"payer":          (*life).payer,
	"declined":       (*life).declined,
	"notice":         (*life).noticed,
	"step":           func(l *life) { l.step() },
	"next":           (*life).next,
	"a while passes": func(l *life) { l.clock.advance(time.Minute) },
	"hours pass":     func(l *life) { l.clock.advance(3 * time.Hour) },
}

// mishaps are faults that tell no lie: what they say is true or unclear.
var mishaps = []fault{none, none, none, unsent, lost, silent, html, half, forged, unknown, broken, repeated, panicking, wrongSum}

// TestOrderLife: whatever happens to an order, it is charged and refunded at
// most once, always has a next step, and in the end merchant, ledger and gateway
// agree.
func TestOrderLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, _ := w.anotherBridge(w.ledger)
	number := 0
	rapid.Check(t, func(t *rapid.T) {
		number++
		action := rapid.SampledFrom([]v1.Action{v1.WxCode, v1.WxSao, v1.WxH5}).Draw(t, "action")
		l := &life{world: w, t: t, other: other, p: order(action, number)}
		w.gateway.atOnce = rapid.SampledFrom([]v2.TranState{v2.TranSuccess, v2.TranProcessing, v2.TranFailed}).Draw(t, "scanned")
		w.settings.TranCodes.Close = rapid.SampledFrom([]string{"", closeCode}).Draw(t, "close")
		w.gateway.chance = func() fault { return rapid.SampledFrom(mishaps).Draw(t, "fault") }
		l.pay(l.p)
		for _, move := range rapid.SliceOfN(rapid.SampledFrom(names(moves)), 1, 8).Draw(t, "moves") {
			moves[move](l)
			l.check()
		}
		w.gateway.chance = nil
		for !l.stored().Next.IsZero() {
			l.next()
			l.check()
		}
		l.asks()
		l.agree()
		if now := w.ledger.Expect(0); now != 0 {
			t.Fatalf("when all is over, %d writes are expected", now)
		}
	})
}

func (l *life) stored() ledger.Order {
	o, err := l.ledger.Order(l.tb.Context(), key(l.p))
	if err != nil {
		l.t.Fatal(err)
	}
	return o
}

func (l *life) next() {
	if next := l.stored().Next; !next.IsZero() {
		l.clock.advance(max(next.Sub(l.clock.now()), 0))
	}
	l.step()
}

// payer pays, if the code is still good: exprieTime is the gateway's to keep.
func (l *life) payer() {
	if o := l.stored(); l.clock.now().Before(o.ExpiresAt) {
		l.gateway.payer(o.OrderNo)
	}
}

// declined has an attempt of the payer fail.
func (l *life) declined() {
	if o := l.stored(); l.clock.now().Before(o.ExpiresAt) {
		l.gateway.decline(o.OrderNo)
	}
}

// noticed has the gateway tell what its books say.
func (l *life) noticed() {
	o := l.stored()
	if state, _ := l.gateway.state(o.OrderNo); state != "" {
		if err := l.notice(l.gateway.notice(o.OrderNo, string(state), yuan(o.Amount))); err != nil {
			l.t.Fatalf("true notice: %v", err)
		}
	}
}

func (l *life) asks() {
	reply := l.query(l.p)
	if reply.RespCode != v1.CodeOK || reply.ResultCode == "" {
		l.t.Fatalf("query hears %+v", reply)
	}
	l.paid = l.paid || reply.ResultCode == v1.ResultPaid
	l.failed = l.failed || reply.ResultCode == v1.ResultFailed
	if l.paid && l.failed && !l.cancelled {
		l.t.Fatal("merchant has heard success and failure")
	}
	if l.failed && reply.ResultCode == v1.ResultPaid {
		l.t.Fatal("merchant hears success after failure")
	}
}

// check is what holds at all times.
func (l *life) check() {
	o := l.stored()
	if _, charges := l.gateway.state(o.OrderNo); charges > 1 {
		l.t.Fatalf("charged %d times", charges)
	}
	if !o.State.Final() && o.Next.IsZero() {
		l.t.Fatalf("a %s order without a next step", o.State)
	}
	_, err := l.ledger.Notification(l.tb.Context(), key(l.p))
	if o.State == translate.Paid && err != nil {
		l.t.Fatalf("paid, and the merchant is not told: %v", err)
	}
}

// agree is what holds in the end.
func (l *life) agree() {
	o := l.stored()
	state, _ := l.gateway.state(o.OrderNo)
	refund := l.gateway.refunds[o.RefundNo]
	kept := state == v2.TranSuccess && refund == nil
	if kept != (o.State == translate.Paid || o.State == translate.RefundFailed) {
		l.t.Fatalf("order is %s, the gateway says %q, refund %+v", o.State, state, refund)
	}
	if (refund != nil) != (o.State == translate.Refunded) {
		l.t.Fatalf("order is %s, refund %+v", o.State, refund)
	}
}

func names(m map[string]func(*life)) []string { return slices.Sorted(maps.Keys(m)) }
