package translate

import (
	"slices"
	"strings"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// State is where an order stands. The states, what each of them means to everybody
// and the steps between them are one table, which [States] and [State.Row] read.
//
// Orders move forward only. An order that is closed or failed, so that its merchant
// may have been told that nobody will pay it, goes to refunding when it turns out
// to be paid after all: the money goes back and the merchant never hears of it as
// paid. Four steps lead back, and none can hide money: from sent to begun when
// surely nothing left the bridge, from in_doubt to sent when an order that only
// shows a code is sent again under its one number, from refund_failed to
// refunding when the refund is tried again under its one number, and from refunded to
// refund_failed when the gateway has said so since and a person confirms it.
type State string

// StateRow is all that follows from the state of an order alone. A new state is a
// new row: whoever deals with states asks the table, so that it is listed, counted,
// shown and told everywhere.
type StateRow struct {
	State State
	Means string // what is known of the order, in a few words
	Final bool   // nothing more is expected to happen by itself

	Chinese string // what operators call the state in Chinese

	// What the gateway calls it, of a payment or of a refund; none where it is for
	// the bridge alone to know.
	Tran   []v2.TranState
	Refund []v2.RefundState

	// What the merchant hears.
	Pay        v1.Code       // to a pay request
	PayScanned v1.Code       // to one with a scanned code, whose money may have moved
	Query      v1.ResultCode // to a query, of an order that was not paid too late
	Cancel     v1.Code       // to a cancel, when all was done that CancelStep says, of an order that is not late

	CancelStep CancelStep // what a cancel does
	Notify     Notify     // what is done with a notification that is due, see [NotifyOf]
	Payer      PayerView  // what the payer is told
	Due        DueStep    // what is done when the order's next step is due

	// What an operator sees and may do.
	Tone               Tone    // how the state strikes the eye
	Open               bool    // waits for a person until the matter is dealt with
	Moved              bool    // money has moved: nobody says so without the gateway's own number of it
	Settle             []State // what an operator may say became of an order that is stuck here
	SettleContradicted []State // the same, once the gateway has contradicted what was final; what no update does only if it said that

	Moves map[Verdict][]State // what an update to another state means; what is not listed is Late
	Retry State               // where an order goes when its step is tried again; no update leads there
}

// CancelStep is what a cancel does to an order, after the gateway was asked about
// one that it may know more of.
type CancelStep int

// The steps of a cancel.
const (
	CancelNothing  CancelStep = iota // it is over, or nothing certain is known
	CancelUnsent                     // close it here: nothing has left
	CancelUnpaid                     // close it once the gateway says that nobody has paid
	CancelPaid                       // refund it in full
	CancelAskAfter                   // ask the gateway about the refund
)

// Notify is what is done with a notification when it is due. It is created when an
// order is paid, but a cancel may come before the merchant has acknowledged it: the
// merchant is told "00", closes the order, and must not hear 0000 after that.
type Notify int

// What is done with a notification.
const (
	NotifyWithhold Notify = iota // keep it back for good: telling of the payment would credit it
	NotifyWait                   // whether the payment stands is open
	NotifySend                   // the payment stands
)

// PayerView is what the payer of an order is told. Our pages ask for it while they
// wait.
type PayerView string

// What payers are told.
const (
	PayerOpen     PayerView = "open"     // not known to be paid, and may still be
	PayerPaid     PayerView = "paid"     // for certain; that a refund failed is the merchant's business
	PayerClosed   PayerView = "closed"   // can no longer be paid
	PayerFailed   PayerView = "failed"   // was refused
	PayerRefunded PayerView = "refunded" // was paid and is given back
)

// PayerViews lists what payers are told.
func PayerViews() []PayerView {
	var list []PayerView
	for _, row := range states {
		if !slices.Contains(list, row.Payer) {
			list = append(list, row.Payer)
		}
	}
	return list
}

// DueStep is what is done for an order when its next step is due.
type DueStep int

// The steps that can be due.
const (
	DueNothing     DueStep = iota // it rests
	DueClose                      // it has expired and nothing has left: close it
	DueQuery                      // ask the gateway what became of the payment
	DueLastQuery                  // ask once more, now that its payer cannot pay any longer
	DueRefund                     // submit the refund, or ask what became of it
	DueRetryRefund                // try the refund again
)

// Tone is how a state strikes an operator's eye.
type Tone string

// The tones.
const (
	ToneNone Tone = ""
	ToneGood Tone = "good"
	ToneNote Tone = "note"
	ToneBad  Tone = "bad"
)

// unknownState stands for a state that this program does not know: nothing certain
// is told of such an order, it is neither paid nor over, and its notification, if it
// has one, waits for a program that knows.
var unknownState = StateRow{
	Pay: v1.CodeInternal, PayScanned: v1.CodeInternal, Query: v1.ResultUnpaid, Cancel: v1.CodeInternal,
	Notify: NotifyWait, Payer: PayerOpen,
}

var rowOf = func() map[State]StateRow {
	rows := make(map[State]StateRow, len(states))
	for _, row := range states {
		rows[row.State] = row
	}
	return rows
}()

// States lists all states, in the order of an order's life.
func States() []State { return StatesWhere(func(StateRow) bool { return true }) }

// StatesWhere lists the states whose rows a caller wants.
func StatesWhere(wanted func(StateRow) bool) []State {
	var list []State
	for _, row := range states {
		if wanted(row) {
			list = append(list, row.State)
		}
	}
	return list
}

// Settleable lists the states in which an order is stuck until somebody, if need be
// an operator, says what became of it.
func Settleable() []State { return StatesWhere(func(r StateRow) bool { return r.Settle != nil }) }

// SettleRules says what an operator may say became of an order that is stuck, as
// "sent or pending becomes paid or closed", a line for each choice.
func SettleRules() []string {
	var rules []string
	for rest := Settleable(); len(rest) > 0; {
		choice := rest[0].Row().Settle
		alike := StatesWhere(func(r StateRow) bool { return slices.Equal(r.Settle, choice) })
		rules = append(rules, OneOf(alike...)+" becomes "+OneOf(choice...))
		rest = slices.DeleteFunc(rest, func(s State) bool { return slices.Contains(alike, s) })
	}
	return rules
}

// Row returns what follows from s. Of a state that is not known nothing certain is
// told.
func (s State) Row() StateRow {
	if row, known := rowOf[s]; known {
		return row
	}
	return unknownState
}

// Known reports whether s is a state of the table.
func (s State) Known() bool { _, ok := rowOf[s]; return ok }

// Final reports whether nothing more is expected to happen to an order by itself.
// Paid is final in this sense: only a cancel moves it on.
func (s State) Final() bool { return s.Row().Final }

// MayBecome reports whether an update of an order in state s to state to is a
// step forward.
func (s State) MayBecome(to State) bool { return slices.Contains(s.Row().Moves[Applied], to) }

// Askable reports whether an answer of the gateway may move an order in state s on:
// not before anything has left, nor once the payment or the refund is confirmed.
func (s State) Askable() bool {
	due := s.Row().Due
	return due != DueNothing && due != DueClose
}

// OfRefund reports whether the refund is what the gateway is asked about, rather
// than the payment.
func (s State) OfRefund() bool {
	due := s.Row().Due
	return due == DueRefund || due == DueRetryRefund
}

// OneOf writes states as a choice: "sent, pending or paid".
func OneOf(states ...State) string {
	var b strings.Builder
	for i, state := range states {
		switch {
		case i > 0 && i == len(states)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(state))
	}
	return b.String()
}
