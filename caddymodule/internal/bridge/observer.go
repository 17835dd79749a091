package bridge

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// Observer hears what happens, for metrics. Its methods are called from many
// goroutines and must not block.
type Observer interface {
	delivery.Observer

	// CallFinished is called after every call to the gateway, also when it was
	// given up before anything left. took runs from before the sealing to after
	// the opening.
	CallFinished(kind CallKind, class CallClass, took time.Duration)
	// OrderMoved is called when an order is begun and at each step it takes,
	// with the state that it is in then.
	OrderMoved(to translate.State)
	// OrderBegun is called once for each order, when it is on record, and OrderPaid
	// when it is known to be paid and the merchant is to keep the money.
	OrderBegun(order ledger.Key)
	OrderPaid(order ledger.Key)
	// UpdateJudged is called when an update of an order has been recorded or
	// dismissed, with what became of it.
	UpdateJudged(verdict translate.Verdict)
	// Quarantined is called when a signed message is kept aside.
	Quarantined()
	// ClockCompared is called when a signed answer has told the time, with how
	// far the gateway's clock is ahead of ours by the last few answers.
	ClockCompared(ahead time.Duration)
	// ClockSet is called when the machine's clock was set, with how far it is
	// ahead of the one that the bridge goes by.
	ClockSet(ahead time.Duration)
}

// nobody is the Observer of a bridge that was given none.
type nobody struct{}

func (nobody) AttemptFinished(string, delivery.Class, time.Duration, time.Duration) {}
func (nobody) NotificationEnded(ledger.NotificationState)                           {}
func (nobody) CallFinished(CallKind, CallClass, time.Duration)                      {}
func (nobody) OrderMoved(translate.State)                                           {}
func (nobody) OrderBegun(ledger.Key)                                                {}
func (nobody) OrderPaid(ledger.Key)                                                 {}
func (nobody) UpdateJudged(translate.Verdict)                                       {}
func (nobody) Quarantined()                                                         {}
func (nobody) ClockCompared(time.Duration)                                          {}
func (nobody) ClockSet(time.Duration)                                               {}

var _ Observer = nobody{}
