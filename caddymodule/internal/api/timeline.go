package api

import (
	"fmt"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// The kinds of events that the timeline adds to those of the ledger.
const (
	kindRequest = "request" // the merchant's request was recorded
	kindMoved   = "moved"   // the order's state changed
	kindAttempt = "attempt" // the merchant's notification address was called
	kindChange  = "change"  // a person did something
)

// Event is something that happened to an order.
type Event struct {
	At      time.Time `json:"at" doc:"When."`
	Kind    string    `json:"kind" doc:"What sort of thing: request, moved, call, attempt, change, quarantined, late, contradicted, late_payment, failed_attempt and others."`
	Source  string    `json:"source,omitempty" doc:"Where it was learnt: answer, query, notice, cancel, expiry, refund, operator; of a call its transaction code."`
	Text    string    `json:"text" doc:"What happened, for people."`
	Times   int       `json:"times,omitempty" doc:"How often the same has come; absent for once."`
	LastAt  time.Time `json:"last_at,omitzero" doc:"When it last came, if more than once."`
	Call    *Call     `json:"call,omitempty" doc:"The call of the gateway, of the kind call."`
	Attempt *Attempt  `json:"attempt,omitempty" doc:"The call of the merchant, of the kind attempt."`
	Change  *Change   `json:"change,omitempty" doc:"What a person did, of the kind change."`
}

// Call is one call of the gateway.
type Call struct {
	FlowNo string `json:"flow_no,omitempty" doc:"The flow number of the bridge's message."`
	Said   string `json:"said,omitempty" doc:"respCode and state of the answer; absent when there was none to believe."`
	Class  string `json:"class,omitempty" doc:"What went wrong, as metrics name it; absent when an answer came."`
	Cause  string `json:"cause,omitempty" doc:"Why it went wrong, as the bridge puts it."`
	Took   string `json:"took" doc:"How long it took, such as 1.234s."`
}

// Attempt is one call of a merchant's notification address.
type Attempt struct {
	N       int    `json:"n" doc:"Which call it was, from 1."`
	Class   string `json:"class" doc:"What came of it, as metrics name it."`
	Status  int    `json:"status,omitempty" doc:"The HTTP status; absent when there was none."`
	Cause   string `json:"cause,omitempty" doc:"Why there was no answer to judge, as the bridge puts it: no such host, connection refused, blocked, and others, with the host, address or date that they are about."`
	Excerpt string `json:"excerpt,omitempty" doc:"The first printable characters of what the merchant answered, in UTF-8 whatever it was written in."`
	TookMS  int64  `json:"took_ms" doc:"How long it took, in milliseconds."`
	LagMS   *int64 `json:"lag_ms,omitempty" doc:"How long after its due time it began, in milliseconds; absent where a person or a reload changed the schedule."`
}

// story is what the ledger knows of an order.
type story struct {
	order        ledger.Order
	events       []ledger.Event
	changes      []ledger.Change
	notification *ledger.Notification
	attempts     []ledger.Attempt
}

// tell puts everything that happened in order, in a language.
func (s story) tell(lang bilingual.Lang, schedule delivery.Schedule) []Event {
	events := []Event{s.request(lang)}
	for _, e := range s.events {
		events = append(events, eventOf(lang, e))
	}
	events = append(events, s.settled(lang)...)
	for i := range s.attempts {
		events = append(events, s.attempt(lang, i, schedule))
	}
	for _, c := range s.changes {
		change := changeOf(lang, c)
		events = append(events, Event{At: c.At, Kind: kindChange, Source: "operator", Text: changeText(change), Change: &change})
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	return events
}

// eventOf is an event of the ledger in a language.
func eventOf(lang bilingual.Lang, e ledger.Event) Event {
	shown := Event{At: e.At, Kind: e.Kind, Source: e.Source, Text: eventText(lang, e.Kind, e.Detail), LastAt: e.LastAt}
	if e.Times > 1 {
		shown.Times = e.Times
	}
	if call, known := bridge.ReadCall(e); known {
		said := call.Said
		if said != "" {
			said = statement(said).In(lang)
		}
		shown.Call = &Call{FlowNo: call.FlowNo, Said: said, Class: string(call.Class), Cause: callCause(lang, call.Cause), Took: call.Took}
	}
	return shown
}

func (s story) request(lang bilingual.Lang) Event {
	text := say("pay request %s over %s yuan recorded", s.order.Action, translate.FormatYuan(s.order.Amount))
	return Event{At: s.order.CreatedAt, Kind: kindRequest, Source: "merchant", Text: text.In(lang)}
}

// settled tells when the order became final where no move of it can be read.
func (s story) settled(lang bilingual.Lang) []Event {
	moved := slices.ContainsFunc(s.events, func(e ledger.Event) bool { return e.Kind == kindMoved })
	if moved || s.order.SettledAt.IsZero() {
		return nil
	}
	return []Event{{At: s.order.SettledAt, Kind: kindMoved, Text: bilingual.Term(s.order.State).In(lang)}}
}

func (s story) attempt(lang bilingual.Lang, i int, schedule delivery.Schedule) Event {
	a := s.attempts[i]
	shown := attemptOf(lang, a)
	shown.LagMS = s.lag(i, schedule)
	text := fmt.Sprintf("call %d: %s", a.N, a.Class)
	if a.Cause != "" {
		text += " (" + a.Cause + ")"
	}
	if a.Status != 0 {
		text += fmt.Sprintf(", HTTP %d", a.Status)
	}
	host := ""
	if s.notification != nil {
		host = s.notification.Host
	}
	return Event{At: a.At, Kind: kindAttempt, Source: host, Text: text, Attempt: &shown}
}

// lag is how late a call began. The ledger keeps only the next due time, so that
// of a call that was made follows from the schedule and from the call before,
// unless a person has changed it in between, the schedule is another one now or what
// came before cannot be read.
func (s story) lag(i int, schedule delivery.Schedule) *int64 {
	before := s.attempts[i].N - 1
	ended := time.Time{}
	switch {
	case before == 0 && s.notification != nil:
		ended = s.notification.CreatedAt
	case i > 0 && s.attempts[i-1].N == before:
		ended = s.attempts[i-1].At.Add(s.attempts[i-1].Duration)
	default: // what came before cannot be read
		return nil
	}
	due, onLadder := schedule.Next(before, ended)
	changed := slices.ContainsFunc(s.changes, func(c ledger.Change) bool {
		return c.At.After(ended) && !c.At.After(s.attempts[i].At)
	})
	lag := s.attempts[i].At.Sub(due).Milliseconds()
	if !onLadder || changed || lag < 0 {
		return nil
	}
	return &lag
}

func changeText(c Change) string {
	text := c.What + " by " + c.Who
	switch {
	case c.Before != "":
		text += ": " + c.Before + " → " + c.After
	case c.After != "":
		text += ": " + c.After
	}
	return text + "; " + c.Why
}
