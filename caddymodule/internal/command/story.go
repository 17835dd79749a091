package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/console"
	"github.com/paybridge/paybridge/translate"
)

// word is a value of a family of the console: in English as the API spells it.
func (p printer) word(family, value string) string {
	if p.lang == bilingual.En {
		return value
	}
	return console.Word(p.lang, family, value)
}

// state is what a change was from or to: the state of an order or of a notification,
// or a route.
func (p printer) state(value string) string {
	for _, family := range []string{"state", "notification", "matter", "mode"} {
		if word := p.word(family, value); word != value {
			return word
		}
	}
	return value
}

// step is what a change was from and to, as far as it has either.
func (p printer) step(c api.Change) string {
	var states []string
	for _, state := range []string{c.Before, c.After} {
		if state != "" {
			states = append(states, p.state(state))
		}
	}
	return strings.Join(states, " → ")
}

// change is what a person did to an order, in the words of the console.
func (p printer) change(c api.Change) string {
	name, step := "change_text", p.step(c)
	if step != "" {
		name = "change_step"
	}
	return p.told(name, map[string]string{"who": c.Who, "what": p.word("change", c.What), "step": step})
}

// told is a text of the console.
func (p printer) told(name string, values map[string]string) string {
	return console.Say(p.lang, name, values)
}

// headline says in a sentence what the state of an order means and what comes next,
// in Chinese in the words of the console.
func (p printer) headline(o api.Order, now time.Time) string {
	if p.lang == bilingual.En {
		return o.Explain(now, time.Local) + "."
	}
	message := o.GatewayMessage
	if message == "" {
		message = p.told("no_gateway_message", nil)
	}
	about := p.told("about."+string(o.State)+closer(o), map[string]string{
		"expires": clock(o.ExpiresAt), "next": p.due(o.NextAt, now), "tries": strconv.Itoa(o.Tries), "paid": clock(o.PaidAt),
		"settled": clock(o.SettledAt), "refund": orDash(o.RefundNo), "message": message,
	})
	if !o.PurgedAt.IsZero() {
		about += p.told("about_purged", map[string]string{"purged": clock(o.PurgedAt)})
	}
	return about
}

// closer ends the name of what is said of an order's state where there is more to say.
func closer(o api.Order) string {
	row := o.State.Row()
	switch {
	case o.Dealt:
		return "_dealt"
	case o.Unpaid:
		return "_unpaid"
	case o.Unsent:
		return "_unsent"
	case row.Final && row.Due != translate.DueNothing && !o.NextAt.IsZero():
		return "_watched"
	}
	return ""
}

// due says when something is due.
func (p printer) due(at, now time.Time) string {
	if !at.After(now) {
		return p.told("now", nil)
	}
	return clock(at)
}

// standing says in a sentence how a notification stands.
func (p printer) standing(n api.Notification, now time.Time) string {
	if p.lang == bilingual.En {
		return n.Explain(now, time.Local)
	}
	return p.told("rest."+string(n.State), map[string]string{"n": strconv.Itoa(n.Attempts), "next": p.due(n.DueAt, now)})
}

// event says what sort of thing happened, where that was learnt, and what it was.
func (p printer) event(e api.Event) (what, from, text string) {
	text = p.eventText(e)
	if e.Times > 1 {
		text = p.text(say("%s (%d times, last %s)", text, e.Times, clock(e.LastAt)))
	}
	if e.Attempt != nil && e.Attempt.Excerpt != "" {
		text = p.text(say("%s, answered %q", text, e.Attempt.Excerpt))
	}
	return p.word("kind", e.Kind), p.word("source", e.Source), text
}

func (p printer) eventText(e api.Event) string {
	switch {
	case p.lang == bilingual.En:
		return e.Text + attemptEnd(e.Attempt)
	case e.Attempt != nil:
		return p.attempt(*e.Attempt)
	case e.Call != nil:
		return p.call(*e.Call)
	case e.Change != nil:
		change := p.change(*e.Change)
		return change + p.told("comma", nil) + p.told("because", map[string]string{"text": e.Change.Why})
	}
	return e.Text
}

// attemptEnd is what an attempt took, which the API's own text leaves out.
func attemptEnd(a *api.Attempt) string {
	if a == nil {
		return ""
	}
	text := fmt.Sprintf(", %dms", a.TookMS)
	if late(*a) {
		text += fmt.Sprintf(", %s late", time.Duration(*a.LagMS)*time.Millisecond)
	}
	return text
}

// late reports whether an attempt began so late that it is told.
func late(a api.Attempt) bool { return a.LagMS != nil && *a.LagMS >= 1000 }

// attempt tells of a call of the merchant's address.
func (p printer) attempt(a api.Attempt) string {
	parts := []string{p.told("attempt_text", map[string]string{"n": strconv.Itoa(a.N), "class": p.word("class", a.Class)})}
	if a.Cause != "" {
		parts = append(parts, a.Cause)
	}
	if a.Status != 0 {
		parts = append(parts, fmt.Sprintf("HTTP %d", a.Status))
	}
	parts = append(parts, p.told("took", map[string]string{"took": fmt.Sprintf("%d ms", a.TookMS)}))
	if late(a) {
		parts = append(parts, p.told("lag", map[string]string{"took": (time.Duration(*a.LagMS) * time.Millisecond).String()}))
	}
	return strings.Join(parts, p.told("comma", nil))
}

// call tells of a call of the gateway.
func (p printer) call(c api.Call) string {
	came := c.Said
	if c.Class != "" {
		came = p.told("call_failed", map[string]string{"class": p.word("call", c.Class), "cause": c.Cause})
	}
	return p.told("call_text", map[string]string{"flow": orDash(c.FlowNo), "came": came}) +
		p.told("comma", nil) + p.told("took", map[string]string{"took": c.Took})
}
