//go:build simulation

package simulation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// byHand is something that an operator does. The operator looks at the ledger, finds
// something to do and an order that it can be done to, asks the people of the gateway what
// is in their books, takes a while, and does it.
type byHand struct {
	number int    // stays the same when others are taken out
	kind   string // "" for whatever there is to do
	at     time.Duration
	bridge int // where the operator is
}

func (h byHand) String() string {
	return fmt.Sprintf("%s at %s, bridge %d", cmp.Or(h.kind, "something"), h.at.Round(time.Millisecond), h.bridge)
}

// operator is who does something to an order now, in a process.
type operator struct {
	p      *process
	order  *order
	row    row
	word   gatewayWord
	change ledger.Change
}

// handKind is a kind of what operators do.
type handKind struct {
	fits func(r row) bool // an order that it can be done to
	do   func(operator, context.Context) error
}

// handKinds are all of them.
var handKinds = map[string]handKind{
	"settle":                     {row.settleable, operator.settle},
	"try the refund again":       {refundHasFailed, operator.refundAgain},
	"deal with the refund":       {refundHasFailed, dealWith(ledger.RefundMatter)},
	"notify again":               {notified(ledger.Delivered), operator.notifyAgain},
	"resend":                     {notified(ledger.Exhausted), operator.resend},
	"deal with the notification": {notified(ledger.Exhausted), dealWith(ledger.NotificationMatter)},
	"pause":                      {notified(ledger.Waiting), operator.pause},
}

func refundHasFailed(r row) bool { return r.state == string(translate.RefundFailed) }

func (r row) settleable() bool { return translate.State(r.state).Row().Settle != nil }

func notified(state ledger.NotificationState) func(row) bool {
	return func(r row) bool { return r.notified == string(state) }
}

// drawByHand draws what operators do in a world, mostly after something has gone wrong.
func drawByHand(d draw, bridges int) (list []byHand) {
	for n := range 3 + d.IntN(20) {
		list = append(list, byHand{n, "", d.between(20*time.Second, 2*trouble), d.IntN(bridges)})
	}
	return list
}

// find finds what there is to do, and an order that it can be done to; ok is false where
// there is nothing. Orders that are taken out of a plan leave the choice as it was.
func (w *world) find(h byHand) (kind string, found row, ok bool) {
	kinds, rows := []string{h.kind}, w.rows()
	if h.kind == "" {
		kinds = slices.Sorted(maps.Keys(handKinds))
		w.chance.of("by hand", h.number).Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	}
	rank := func(r row) uint64 { return w.chance.of("by hand", h.number, r.orderID).Uint64() }
	for _, kind := range kinds {
		fit := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !handKinds[kind].fits(r) })
		if len(fit) > 0 {
			return kind, slices.MinFunc(fit, func(a, b row) int { return cmp.Compare(rank(a), rank(b)) }), true
		}
	}
	return "", row{}, false
}

// later has somebody do something after a while. The world does not end before.
func (w *world) later(after time.Duration, do func()) {
	w.onDuty.Add(1)
	w.actor(func() {
		defer w.onDuty.Add(-1)
		time.Sleep(after)
		do()
	})
}

// operate does something by hand, and now and then a colleague does the same a moment
// later, at another bridge where there is one.
func (w *world) operate(h byHand) {
	kind, r, ok := w.find(h)
	if !ok {
		return
	}
	d := w.chance.of("operator", h.number)
	word := w.gateway.tells(r)
	w.noteState(w.order(r.orderID), "by hand")
	time.Sleep(d.between(time.Second, 40*time.Second))
	if d.once(0.3) {
		w.later(d.between(time.Millisecond, 3*time.Second), func() {
			w.operateAt((h.bridge+1)%len(w.bridges), kind, r, word, ledger.Change{Who: "colleague", Why: fmt.Sprintf("case %d", h.number)})
		})
	}
	w.operateAt(h.bridge, kind, r, word, ledger.Change{Who: "operator", Why: fmt.Sprintf("case %d", h.number)})
}

// operateAt does something to an order by a bridge.
func (w *world) operateAt(n int, kind string, r row, word gatewayWord, change ledger.Change) {
	p := w.bridges[n].running()
	if p == nil {
		return
	}
	o := operator{p: p, order: w.order(r.orderID), row: r, word: word, change: change}
	ctx, cancel := o.context()
	defer cancel()
	came := "done"
	if handKinds[kind].do(o, ctx) != nil {
		came = "not done"
	}
	w.cover.byHand(kind, came)
	w.tell("%s: %s, of %s by bridge %d: %s", change.Who, kind, r.orderID, n, came)
}

// context is that of what an operator does, who waits for a minute.
func (o operator) context() (context.Context, context.CancelFunc) {
	asker := context.WithValue(context.Background(), askerKey{}, o.change.Who+" "+o.change.Why)
	return context.WithTimeout(asker, time.Minute)
}

func (o operator) key() ledger.Key { return ledger.Key{MerID: o.row.merID, OrderID: o.row.orderID} }

func (o operator) refundAgain(ctx context.Context) error {
	_, _, err := o.p.bridge.RetryRefund(ctx, o.p.loaded(), o.key(), o.change)
	return err
}

// dealWith has an operator deal with a matter by other means.
func dealWith(m ledger.Matter) func(operator, context.Context) error {
	return func(o operator, ctx context.Context) error { return o.p.ledger.DealWith(ctx, o.key(), m, o.change) }
}

var errNobodyKnows = errors.New("the gateway's people do not know yet")

func (o operator) settle(ctx context.Context) error {
	if o.word.state == "" {
		return errNobodyKnows
	}
	_, err := o.p.bridge.Settle(ctx, o.p.loaded(), bridge.Settlement{
		Key: o.key(), State: o.word.state, GatewayNo: o.word.no, Who: o.change.Who, Why: o.change.Why,
	})
	return err
}

func (o operator) notifyAgain(ctx context.Context) error {
	o.order.calledByHand()
	_, err := o.p.bridge.SendAgain(ctx, o.key(), o.change)
	return err
}

func (o operator) resend(ctx context.Context) error {
	o.order.calledByHand()
	return o.p.bridge.Resend(ctx, o.key(), o.p.bridge.Now(), o.change)
}

// dealtWith reports whether an operator has dealt with the refund of an order by other
// means, and nobody has tried it again by hand since.
func (w *world) dealtWith(o *order) bool {
	last := ""
	w.one([]any{&last}, `SELECT what FROM changes WHERE order_id = $1 AND mer_id = $2 AND what IN ('refund', 'deal with refund')
		ORDER BY rowid DESC LIMIT 1`, o.id(), merID(o.merchant))
	return last == "deal with refund"
}
