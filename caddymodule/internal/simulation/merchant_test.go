//go:build simulation

package simulation

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// merchantSide is a merchant: its program, which speaks a dialect of its own, and its
// server.
type merchantSide struct {
	w        *world
	n        int
	dialect  merchant.Dialect
	receiver *merchant.Receiver
	calls    callBook
	pauses   pauses
}

func newMerchantSide(w *world, n int) *merchantSide {
	d := w.chance.of("merchant", n)
	m := &merchantSide{w: w, n: n, dialect: oneOf(d, merchant.Dialects()), receiver: merchant.NewReceiver(merID(n), signKey(n))}
	m.receiver.SlowBy = 2 * time.Second
	return m
}

// tempers are how merchants' programs deal with an order.
var tempers = map[string]func(*merchantSide, *order){
	"patient":    (*merchantSide).patient,
	"impatient":  (*merchantSide).impatient,
	"repeating":  (*merchantSide).repeating,
	"cancelling": (*merchantSide).cancelling,
	"waiting":    func(m *merchantSide, o *order) { m.pay(o, o.amount, patience) },
	"changing":   (*merchantSide).changing,
	"hanging up": (*merchantSide).hangingUp,
}

var temperNames = names(tempers)

func names[V any](m map[string]V) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

const (
	patience = 16 * time.Second
	// asking is how long a merchant goes on to ask about an order.
	asking = 15 * time.Minute
	// underway is the longest that a request is on its way, to a bridge that stands still.
	underway = 2 * time.Minute
)

func (m *merchantSide) serve(o *order) { tempers[o.temper](m, o) }

func (m *merchantSide) patient(o *order) {
	m.pay(o, o.amount, patience)
	m.poll(o, 10*time.Second)
}

// impatient waits a few seconds and tries again, and asks every two seconds.
func (m *merchantSide) impatient(o *order) {
	d := m.w.chance.of("impatient", o.id())
	for range 4 {
		if m.pay(o, o.amount, d.between(time.Second, 4*time.Second)) {
			break
		}
		time.Sleep(d.between(100*time.Millisecond, 3*time.Second))
	}
	m.poll(o, 2*time.Second)
}

// repeating sends everything more than once, at the same time and later.
func (m *merchantSide) repeating(o *order) {
	d := m.w.chance.of("repeating", o.id())
	for range 2 {
		wait := d.between(0, 300*time.Millisecond)
		m.w.actor(func() { time.Sleep(wait); m.pay(o, o.amount, patience) })
	}
	m.pay(o, o.amount, patience)
	time.Sleep(d.between(time.Second, 40*time.Second))
	m.pay(o, o.amount, patience)
	m.poll(o, 15*time.Second)
}

// cancelling cancels until it is told that the order is cancelled. Some programs send
// the order once more afterwards.
func (m *merchantSide) cancelling(o *order) {
	d := m.w.chance.of("cancelling", o.id())
	m.pay(o, o.amount, patience)
	time.Sleep(d.between(0, 40*time.Second))
	wait, end := d.between(time.Second, 10*time.Second), m.w.since()+asking
	cancelled := m.cancel(o)
	for ; m.w.since() < end && !cancelled; wait += wait / 4 {
		time.Sleep(wait)
		if m.query(o); m.givesUp(o) {
			break
		}
		cancelled = m.cancel(o)
	}
	if cancelled && d.once(0.2) {
		m.pay(o, o.amount, patience)
	}
	m.query(o)
}

// changing sends the same number with another amount, too.
func (m *merchantSide) changing(o *order) {
	m.pay(o, o.amount, patience)
	m.pay(o, o.amount+1, patience)
	m.poll(o, 20*time.Second)
}

// hangingUp hangs up before there can be an answer, and asks a minute later.
func (m *merchantSide) hangingUp(o *order) {
	m.pay(o, o.amount, m.w.chance.of("hanging up", o.id()).between(time.Millisecond, 300*time.Millisecond))
	time.Sleep(time.Minute)
	m.poll(o, 30*time.Second)
}

// poll asks until it hears how the order has ended, less often as time goes by.
func (m *merchantSide) poll(o *order, every time.Duration) {
	for end := m.w.since() + asking; m.w.since() < end && !o.final() && !m.givesUp(o); every += every / 2 {
		time.Sleep(every)
		m.query(o)
	}
}

// givesUp reports whether the merchant asks no more, because it is told that there is no
// such order although what it sent must have arrived or be lost.
func (m *merchantSide) givesUp(o *order) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.code == string(v1.CodeNoOrder) && m.w.since() > o.submitted+underway
}

// program is the merchant's program with a connection of its own for one request.
func (m *merchantSide) program(o *order, kind string) (*merchant.Client, time.Duration) {
	m.w.noteState(o, kind)
	return &merchant.Client{
		BaseURL: "https://pay.example", MerchantID: merID(m.n), Key: signKey(m.n), Dialect: m.dialect,
		HTTP: &http.Client{Transport: link{m.w, o, o.next()}},
	}, m.w.since()
}

// pay submits the order and reports whether it was taken.
func (m *merchantSide) pay(o *order, amount int64, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	payment := merchant.Payment{
		Action: string(o.action), OrderID: o.id(), Amount: amount, IP: "192.0.2.1", Code: "130000000000000001", BackURL: o.backURL(),
	}
	program, began := m.program(o, "pay")
	o.submits(began)
	reply, err := program.Pay(ctx, payment)
	m.tellReply(o, "pay", reply, err)
	if err != nil {
		return false
	}
	if taken := m.w.amountTaken(o); reply.RespCode == "00" && amount != taken && !m.w.unmarked(o) { // else it may be on both sides, see checkSides
		m.w.broken("rule 2", "order %s stands with %d fen, and %d fen were taken as well", o.id(), taken, amount)
	}
	switch {
	case reply.RespCode == "00" && reply.FormAction != "":
		m.w.show(o, reply.FormAction)
	case reply.RespCode == "94":
		m.w.hears(o, began, "failed", "pay")
	}
	return reply.RespCode == "00"
}

func (o *order) backURL() string {
	if o.silent {
		return ""
	}
	return "https://" + merID(o.merchant) + ".example/notify?order=" + o.id()
}

func (m *merchantSide) query(o *order) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	program, began := m.program(o, "query")
	reply, err := program.Query(ctx, merchant.Lookup{OrderID: o.id()})
	m.tellReply(o, "query", reply, err)
	if err == nil {
		o.answered(reply.RespCode)
	}
	if err != nil || reply.RespCode != "00" {
		return
	}
	switch reply.ResultCode {
	case "0000":
		m.w.hears(o, began, "paid", "query")
	case "1003":
		m.w.hears(o, began, "failed", "query")
	}
}

// cancel cancels the order and reports whether it is.
func (m *merchantSide) cancel(o *order) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	program, began := m.program(o, "cancel")
	o.asksBack(began)
	reply, err := program.Cancel(ctx, merchant.Lookup{OrderID: o.id()})
	m.tellReply(o, "cancel", reply, err)
	if err != nil || reply.RespCode != "00" {
		return false
	}
	m.w.hears(o, began, "cancelled", "cancel")
	return true
}

// tellReply writes down what came back, and checks that it was v1 if anything came.
func (m *merchantSide) tellReply(o *order, kind string, reply *merchant.Reply, err error) {
	var unreachable *lineError
	switch {
	case err == nil:
		m.w.tell("merchant of %s: %s is answered %s %s", o.id(), kind, reply.RespCode, reply.ResultCode)
	case errors.As(err, &unreachable), errors.Is(err, context.DeadlineExceeded):
		m.w.tell("merchant of %s: %s gets no answer", o.id(), kind)
	default:
		m.w.broken("O6", "order %s, %s: %v", o.id(), kind, err)
	}
}
