//go:build simulation

package simulation

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// errand is something that a person on duty does. The person looks at the ledger, finds
// something to do and an order that it can be done to, asks the people of the gateway,
// takes a while, and does it.
type errand struct {
	number int
	what   string // "" for whatever there is to do
	at     time.Duration
	bridge int // where the person is
}

func (e errand) String() string {
	return fmt.Sprintf("%s at %s, bridge %d", cmp.Or(e.what, "something"), e.at.Round(time.Millisecond), e.bridge)
}

// chore is a kind of errand.
type chore struct {
	to func(r row) bool // an order that it is done to
	do func(h hand) error
}

// hand is a person who does something to an order now, in a process.
type hand struct {
	p      *process
	order  *order
	row    row
	word   word // of the gateway's people
	change ledger.Change
}

// chores are the kinds of errands, by their names.
var chores = map[string]chore{
	"settle":                     {row.settleable, hand.settle},
	"try the refund again":       {refundHasFailed, hand.refundAgain},
	"deal with the refund":       {refundHasFailed, hand.dealWithRefund},
	"notify again":               {notified(ledger.Delivered), hand.notifyAgain},
	"resend":                     {notified(ledger.Exhausted), hand.resend},
	"deal with the notification": {notified(ledger.Exhausted), hand.dealWithNotification},
	"pause":                      {notified(ledger.Waiting), hand.pause},
}

func refundHasFailed(r row) bool { return r.state == string(translate.RefundFailed) }

func (r row) settleable() bool { return translate.State(r.state).Row().Settle != nil }

func notified(state ledger.NotificationState) func(row) bool {
	return func(r row) bool { return r.notified == string(state) }
}

// drawErrands draws what people do in a world, mostly after something has gone wrong.
func drawErrands(d draw, bridges int) (list []errand) {
	for n := range 3 + d.IntN(20) {
		list = append(list, errand{n, "", d.between(20*time.Second, 2*trouble), d.IntN(bridges)})
	}
	return list
}

// find finds a chore, if need be that of a name, and an order that it can be done to; ok is
// false where there is nothing to do.
func (w *world) find(d draw, named string) (what string, r row, ok bool) {
	names, rows := slices.Sorted(maps.Keys(chores)), w.rows()
	d.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, what := range names {
		fit := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !chores[what].to(r) })
		if len(fit) > 0 && (named == "" || named == what) {
			return what, oneOf(d, fit), true
		}
	}
	return "", row{}, false
}

// duty has somebody do something by hand after a while.
func (w *world) duty(after time.Duration, do func()) {
	w.onDuty.Add(1)
	w.actor(func() {
		defer w.onDuty.Add(-1)
		time.Sleep(after)
		do()
	})
}

// run does an errand, and now and then a colleague does the same a moment later.
func (w *world) run(e errand) {
	d := w.chance.of("errand", e.number)
	what, r, ok := w.find(d, e.what)
	if !ok {
		return
	}
	word := w.gateway.tellsPerson(r)
	time.Sleep(d.between(time.Second, 40*time.Second))
	if d.once(0.3) {
		w.duty(d.between(time.Millisecond, 3*time.Second), func() {
			w.do(e, what, r, word, (e.bridge+1)%len(w.bridges), "a colleague")
		})
	}
	w.do(e, what, r, word, e.bridge, "a person")
}

// do has a person do an errand to an order by a bridge.
func (w *world) do(e errand, what string, r row, said word, bridge int, who string) {
	p := w.bridges[bridge].running()
	if p == nil {
		return
	}
	o := w.order(r.orderID)
	w.noteState(o, "by hand")
	h := hand{p: p, order: o, row: r, word: said, change: ledger.Change{Who: who, Why: fmt.Sprintf("errand %d", e.number)}}
	err := crash.Try(zap.NewNop(), what, func() error { return chores[what].do(h) })
	came := "done"
	if err != nil {
		came = "not done"
	}
	w.cover.hand(what, came)
	w.tell("%s: %s, of %s by bridge %d: %s", who, what, r.orderID, bridge, came)
}

// context is that of what a person does, who waits for a minute.
func (h hand) context() (context.Context, context.CancelFunc) {
	asker := context.WithValue(context.Background(), askerKey{}, h.change.Who+h.change.Why)
	return context.WithTimeout(asker, time.Minute)
}

func (h hand) key() ledger.Key { return ledger.Key{MerID: h.row.merID, OrderID: h.row.orderID} }

func (h hand) refundAgain() error {
	ctx, cancel := h.context()
	defer cancel()
	h.order.reopens()
	_, _, err := h.p.bridge.RetryRefund(ctx, h.p.loaded(), h.key(), h.change)
	return err
}

func (h hand) dealWithRefund() error {
	ctx, cancel := h.context()
	defer cancel()
	err := h.p.ledger.DealWith(ctx, h.key(), ledger.RefundMatter, h.change)
	if err == nil {
		h.order.dealtWith(h.p.m.w.since())
	}
	return err
}

func (h hand) dealWithNotification() error {
	ctx, cancel := h.context()
	defer cancel()
	return h.p.ledger.DealWith(ctx, h.key(), ledger.NotificationMatter, h.change)
}

func (h hand) settle() error {
	if h.word.state == "" {
		return nil // the gateway's people do not know yet
	}
	ctx, cancel := h.context()
	defer cancel()
	h.order.reopens()
	_, err := h.p.bridge.Settle(ctx, h.p.loaded(), bridge.Settlement{
		Key: h.key(), State: h.word.state, GatewayNo: h.word.no, Who: h.change.Who, Why: h.change.Why,
	})
	return err
}

func (h hand) notifyAgain() error {
	ctx, cancel := h.context()
	defer cancel()
	h.order.calledByHand()
	_, err := h.p.bridge.SendAgain(ctx, h.key(), h.change)
	return err
}

func (h hand) resend() error {
	ctx, cancel := h.context()
	defer cancel()
	h.order.calledByHand()
	return h.p.bridge.Resend(ctx, h.key(), h.p.bridge.Now(), h.change)
}

// word is what the people of the gateway say of an order; no state where they have to
// wait themselves.
type word struct {
	state translate.State
	no    string // the gateway's, of the payment or the refund
}

// tellsPerson is what is in the gateway's books, as a person says it on the telephone.
func (g *gateway) tellsPerson(r row) word {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.books[r.orderNo]
	switch {
	case r.state == string(translate.Refunding) || r.state == string(translate.RefundFailed):
		return b.refundInWords(r.refundNo)
	case b == nil || b.state == v2.TranFailed:
		return word{state: translate.Failed}
	case b.charges > 0:
		return word{translate.Paid, "J" + r.orderNo}
	}
	return word{state: translate.Closed}
}

func (b *booked) refundInWords(refundNo string) word {
	switch r := b.refunds[refundNo]; {
	case r == nil || r.state == v2.RefundFailed:
		return word{state: translate.RefundFailed}
	case r.state == v2.RefundSuccess:
		return word{translate.Refunded, "R" + refundNo}
	}
	return word{}
}

// dutyWorld is one on a ledger of SQLite in which one thing goes wrong, and five people do
// the same, one after the other.
func dutyWorld(f fault, what string, from, every time.Duration) plan {
	p := drawPlan(1, ordersMost)
	p.bridges, p.shared, p.rollback, p.flips, p.beside, p.patient = 1, false, nil, nil, false, true
	p.faults, p.errands = []fault{f}, nil
	for n := range 5 {
		p.errands = append(p.errands, errand{n, what, from + time.Duration(n)*every, 0})
	}
	return p
}

// TestDealtWithWorld: where refunds are refused for a while, people deal with some of them,
// and the others are tried again in an hour.
func TestDealtWithWorld(t *testing.T) {
	p := dutyWorld(fault{kind: "gateway refuses", from: ordering, to: trouble, share: 1}, "deal with the refund", trouble, time.Minute)
	for i := range p.orders {
		p.orders[i].temper = "cancelling"
	}
	out := mustHold(t, p)
	if dealt := out.cover.hands["deal with the refund: done"]; dealt < 3 || out.lasted < time.Hour {
		t.Errorf("%d refunds are dealt with in %s: the world shows nothing", dealt, out.lasted)
	}
}

// TestPausedWorld: where merchants' servers are down, people keep notifications back.
func TestPausedWorld(t *testing.T) {
	out := mustHold(t, dutyWorld(fault{kind: "receiver down", from: 0, to: trouble, share: 0.8}, "pause", ordering/3, 20*time.Second))
	if paused := out.cover.hands["pause: done"]; paused < 2 {
		t.Errorf("merchants are paused %d times: the world shows nothing", paused)
	}
}
