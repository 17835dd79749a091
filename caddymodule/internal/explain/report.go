package explain

import (
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// say fills values into a sentence of the catalogue.
var say = bilingual.Say

// Kind is what a message was taken for.
type Kind string

// The kinds.
const (
	KindRequest Kind = "v1 request" // of a merchant
	KindSealed  Kind = "v2 message" // of the gateway
	KindUnknown Kind = "unknown"
)

// Report is what can be said of one message.
type Report struct {
	Kind Kind `json:"kind"`
	// Merchant is the v1 or v2 number that the message was judged by, "" when
	// it names none that could be a number.
	Merchant string `json:"merchant,omitempty"`
	// Verified says that the signature is the sender's.
	Verified bool `json:"verified"`
	// Accepted says that the bridge would have acted on the message.
	Accepted bool `json:"accepted"`
	// PassedOn says that the old gateway would have got the message instead.
	PassedOn bool `json:"passed_on,omitempty"`
	// Served says why that is so, or on what it depends, where there is an old gateway.
	Served string `json:"served,omitempty"`
	served bilingual.Said
	// Answer is what the sender heard.
	Answer string `json:"answer,omitempty"`
	answer bilingual.Said
	// Steps are what was looked at, in order.
	Steps []Step `json:"steps"`
	// Causes are what explains the verdict, the most likely first; behind them
	// what is unusual and was accepted.
	Causes []Cause `json:"causes"`
}

// Step is one thing that was looked at.
type Step struct {
	Name    string   `json:"step"`
	Result  Result   `json:"result"`
	Details []string `json:"details"`
	name    bilingual.Said
	details []bilingual.Said
}

// Result is what a step came to.
type Result string

// The results.
const (
	Good Result = "ok"
	Bad  Result = "failed"
	Told Result = "note" // neither
)

// Cause is one likely reason, or something unusual that was accepted.
type Cause struct {
	// Name is short and stable, for scripts: "json_signed".
	Name string `json:"name"`
	// Accepted says that the bridge takes the message all the same.
	Accepted bool `json:"accepted"`
	// Happened says what went on.
	Happened string         `json:"happened"`
	detail   bilingual.Said // stands behind what happened
	subject  string         // whom the texts are about
	// Advice says what to do or what to tell the sender.
	Advice string `json:"advice"`
}

// causeText is the part of a row that becomes a Cause.
type causeText struct {
	name, happened, advice string
	subject                string // whom happened and advice are about, where they name somebody
}

// cause makes a Cause; detail is put behind what happened.
func (c causeText) cause(detail bilingual.Said) Cause {
	happened := c.happened
	if !detail.IsZero() {
		happened += " " + detail.Error()
	}
	return Cause{Name: c.name, Happened: happened, Advice: c.advice, detail: detail, subject: c.subject}
}

func (r *Report) step(name bilingual.Said, result Result, details ...bilingual.Said) {
	english := make([]string, len(details))
	for i, line := range details {
		english[i] = line.Error()
	}
	r.Steps = append(r.Steps, Step{Name: name.Error(), Result: result, Details: english, name: name, details: details})
}

// add appends a cause unless one of that name is there.
func (r *Report) add(causes ...Cause) {
	for _, c := range causes {
		if !r.has(c.Name) {
			r.Causes = append(r.Causes, c)
		}
	}
}

// without masks keys that stand where a merchant or order number belongs: a
// program that mixes up its settings sends its key as merid.
func (r Report) without(keys []v1.Key) Report {
	for _, key := range keys {
		r.Merchant = key.Mask(r.Merchant)
		for i := range r.Steps {
			for j, line := range r.Steps[i].Details {
				r.Steps[i].Details[j] = key.Mask(line)
				r.Steps[i].details[j] = r.Steps[i].details[j].Mapped(key.Mask)
			}
		}
		for i, c := range r.Causes {
			r.Causes[i].Happened = key.Mask(c.Happened)
			r.Causes[i].detail = c.detail.Mapped(key.Mask)
		}
	}
	return r
}

func (r *Report) has(name string) bool {
	for _, c := range r.Causes {
		if c.Name == name {
			return true
		}
	}
	return false
}
