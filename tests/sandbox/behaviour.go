package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// Behaviour is what the gateway does with one request. The empty value is
// Accept.
type Behaviour string

// The behaviours. Those from InProgress on are failures that come in two
// flavours: the gateway has processed the request (the order is in the book,
// and maybe charged), or it has not. See [Rule.Unprocessed].
const (
	// Accept processes the request and answers honestly.
	Accept Behaviour = "accept"
	// Paid is Accept, and the payer has paid by the time of the answer.
	Paid Behaviour = "paid"
	// Pending leaves the order, or the refund, waiting; a payMode 01 payer has
	// to type a password.
	Pending Behaviour = "pending"
	// Refused answers with an E-code that refuses.
	Refused Behaviour = "refused"
	// Failed answers S0000000 with state 13, or 33 for a refund.
	Failed Behaviour = "failed"
	// Delayed is Accept after two seconds; other delays by [Rule.Delay].
	Delayed Behaviour = "delayed"

	// InProgress answers E0000000.
	InProgress Behaviour = "in_progress"
	// SystemError answers E9999999.
	SystemError Behaviour = "system_error"
	// NotFound answers E8000001, as a gateway that lags behind would.
	NotFound Behaviour = "not_found"
	// Silent never answers; it holds the request until the client goes away.
	Silent Behaviour = "silent"
	// Reset reads the whole request and resets the connection (TCP RST).
	Reset Behaviour = "reset"
	// Close reads the whole request and closes the connection (TCP FIN).
	Close Behaviour = "close"
	// CloseReused is Close, but only on a connection that has carried an
	// earlier request; on others the request is answered honestly and the
	// rule stays.
	CloseReused Behaviour = "close_reused"
	// ResetUnread resets the connection before reading the request, which is
	// never processed. A rule for it cannot name a tranCode or an order.
	ResetUnread Behaviour = "reset_unread"
	// HTML answers 502 with an HTML page.
	HTML Behaviour = "html"
	// Half sends half of the announced answer and closes.
	Half Behaviour = "half"
	// WrongSignature signs other bytes than it sends.
	WrongSignature Behaviour = "wrong_signature"
	// WrongAmount answers with an amount one fen too high.
	WrongAmount Behaviour = "wrong_amount"
	// WrongOrder answers with the number of another order.
	WrongOrder Behaviour = "wrong_order"
	// PlainError answers 200 with plain text outside any envelope.
	PlainError Behaviour = "plain_error"
	// Empty answers 200 with no body.
	Empty Behaviour = "empty"
)

// trait is how a behaviour differs from an honest answer.
type trait struct {
	name Behaviour
	// digits chooses the behaviour by the last three digits of the amount;
	// for a failure only two, after a 9 (processed) or an 8 (not). 0: never.
	digits  int
	failure bool
	delay   time.Duration
	alter   func(*reply)  // changes the reply before it is sealed, or nil
	send    func(*answer) // sends it, nil for an honest answer
}

// delayedBy is the delay of Delayed.
const delayedBy = 2 * time.Second

// traits is the table of behaviours. An amount of 9.03 yuan (fen digits 903)
// is silent after processing, 8.03 without; 7.01 is paid at once.
var traits = []trait{
	{name: Accept},
	{name: Paid, digits: 701},
	{name: Pending, digits: 702},
	{name: Refused, digits: 703},
	{name: Failed, digits: 704},
	{name: Delayed, digits: 705, delay: delayedBy},

	{name: InProgress, digits: 1, failure: true, alter: replaceBy(codeUnknown)},
	{name: SystemError, digits: 2, failure: true, alter: replaceBy(codeSystem)},
	{name: Silent, digits: 3, failure: true, send: sendNothing},
	{name: Reset, digits: 4, failure: true, send: sendReset},
	{name: Close, digits: 5, failure: true, send: sendClose},
	{name: HTML, digits: 6, failure: true, send: sendHTML},
	{name: Half, digits: 7, failure: true, send: sendHalf},
	{name: WrongSignature, digits: 8, failure: true, send: sendForged},
	{name: WrongAmount, digits: 9, failure: true, alter: alterAmount},
	{name: WrongOrder, digits: 10, failure: true, alter: alterOrder},
	{name: PlainError, digits: 11, failure: true, send: sendPlainError},
	{name: Empty, digits: 12, failure: true, send: sendEmpty},

	{name: NotFound, failure: true, alter: replaceBy(codeNoRecord)},
	{name: CloseReused, failure: true, send: sendClose},
	{name: ResetUnread, failure: true, send: sendReset},
}

// Hundreds of the fen digits that choose a failure's flavour.
const (
	digitsUnprocessed = 800
	digitsProcessed   = 900
)

// Behaviours lists all behaviours in the order of their table.
func Behaviours() []Behaviour {
	names := make([]Behaviour, 0, len(traits))
	for _, t := range traits {
		names = append(names, t.name)
	}
	return names
}

// IsFailure reports whether b leaves the caller in doubt or deceives it, and
// so exists in two flavours.
func (b Behaviour) IsFailure() bool {
	t, ok := b.trait()
	return ok && t.failure
}

// AmountFor returns the smallest amount in fen of an OP1001 that chooses b;
// unprocessed picks the flavour of a failure. ok is false for a behaviour
// that no amount chooses.
func AmountFor(b Behaviour, unprocessed bool) (fen int64, ok bool) {
	t, known := b.trait()
	if !known || t.digits == 0 {
		return 0, false
	}
	switch {
	case !t.failure:
		return int64(t.digits), !unprocessed
	case unprocessed:
		return int64(digitsUnprocessed + t.digits), true
	}
	return int64(digitsProcessed + t.digits), true
}

// ruleForAmount is the rule that an amount in fen stands for, if any.
func ruleForAmount(fen int64) (Rule, bool) {
	digits := int(fen % 1000)
	for _, t := range traits {
		switch {
		case t.digits == 0:
		case !t.failure && t.digits == digits, t.failure && digitsProcessed+t.digits == digits:
			return Rule{Behaviour: t.name}, true
		case t.failure && digitsUnprocessed+t.digits == digits:
			return Rule{Behaviour: t.name, Unprocessed: true}, true
		}
	}
	return Rule{}, false
}

func (b Behaviour) trait() (trait, bool) {
	if b == "" {
		b = Accept
	}
	i := slices.IndexFunc(traits, func(t trait) bool { return t.name == b })
	if i < 0 {
		return trait{}, false
	}
	return traits[i], true
}

func replaceBy(respCode string) func(*reply) {
	return func(r *reply) { *r = refuse(respCode) }
}

// amountNames are the members that carry an amount in responses.
var amountNames = []string{"totalAmt", "refundAmt"}

// orderNames are the members that carry an order or refund number.
var orderNames = []string{"orderNo", "oriMerOrderId", "merRefundFlowId"}

// alterAmount adds a fen to the amount. A pay response has no amount; it gets
// one, since a bridge that is told a wrong amount anywhere must notice.
func alterAmount(r *reply) {
	for i, m := range r.body {
		if slices.Contains(amountNames, m.name) {
			fen, _ := fenOf(fmt.Sprint(m.value))
			r.body[i].value = yuanOf(fen + 1)
			return
		}
	}
	r.body.set("totalAmt", "99999999.99")
}

// alterOrder changes the last characters of every order number.
func alterOrder(r *reply) {
	for i, m := range r.body {
		if slices.Contains(orderNames, m.name) {
			r.body[i].value = otherNumber(fmt.Sprint(m.value))
		}
	}
}

// otherNumber is a number of the same length as number, but another one.
func otherNumber(number string) string {
	if len(number) == 0 {
		return "0"
	}
	last := byte('0')
	if number[len(number)-1] == last {
		last = '1'
	}
	return number[:len(number)-1] + string(last)
}
