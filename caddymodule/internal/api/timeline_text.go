package api

import (
	"regexp"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/quarantine"
	"github.com/paybridge/paybridge/translate"
)

// always says a sentence, whatever the parts.
func always(said bilingual.Said) func([]string) bilingual.Said {
	return func([]string) bilingual.Said { return said }
}

// verdictText is what a message said of an order that it did not move.
var verdictText = bilingual.Wording{Kept: regexp.MustCompile(`^(\w+), order is (\w+)$`), Say: func(parts []string) bilingual.Said {
	return say("%s, order is %s", bilingual.Term(parts[1]), bilingual.Term(parts[2]))
}}

// wordings are how the events of each kind are told. What has a structure of its own (a
// call, an attempt, a change) is put into words by whoever shows it.
var wordings = map[string]bilingual.Wording{
	kindMoved: {Kept: regexp.MustCompile(`^(\w+) → (\w+)$`), Say: func(parts []string) bilingual.Said {
		return say("%s → %s", bilingual.Term(parts[1]), bilingual.Term(parts[2]))
	}},
	"quarantined": {Kept: regexp.MustCompile(`^(.*) \(([0-9a-f]+)\)$`), Say: func(parts []string) bilingual.Said {
		return say("%s (%s)", quarantine.Means(parts[1]), parts[2])
	}},
	"notice": {Kept: regexp.MustCompile(`^(\S*): (.*)$`), Say: func(parts []string) bilingual.Said {
		return say("flow %s: %s", parts[1], statement(parts[2]))
	}},
	"unpaid":                         {Kept: regexp.MustCompile(`^the answer with the code was lost`), Say: always(say("the answer with the code was lost; the merchant's own repeat gets a code"))},
	translate.Repeated.String():      verdictText,
	translate.Late.String():          verdictText,
	translate.LatePayment.String():   verdictText,
	translate.Contradicted.String():  verdictText,
	translate.FailedAttempt.String(): verdictText,
}

// eventText is what happened, in a language.
func eventText(lang bilingual.Lang, kind, kept string) string {
	w, known := wordings[kind]
	if !known {
		return kept
	}
	return bilingual.Wordings{w}.In(lang, kept)
}

// statement is respCode and state of a message as the ledger keeps them.
func statement(kept string) bilingual.Said {
	if kept == "neither code nor state" {
		return say("neither code nor state")
	}
	code, state, both := strings.Cut(kept, ", state ")
	if both {
		return say("%s, state %s", code, state)
	}
	if state, only := strings.CutPrefix(kept, "state "); only {
		return say("state %s", state)
	}
	return bilingual.Pair(kept, kept)
}

// callCauses are why a call brought no message that can be trusted, where it is not the
// network's fault: those causes have a name of their own.
var callCauses = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^gateway merchant is not configured any more$`), Say: always(say("gateway merchant is not configured any more"))},
	{Kept: regexp.MustCompile(`^too late to send$`), Say: always(say("too late to send"))},
	{Kept: regexp.MustCompile(`^sealing request: (.*)$`), Say: func(parts []string) bilingual.Said { return say("sealing request: %s", parts[1]) }},
	{Kept: regexp.MustCompile(`^reading answer: (.*)$`), Say: func(parts []string) bilingual.Said { return say("reading answer: %s", parts[1]) }},
	{Kept: regexp.MustCompile(`^opening message: message refused$`), Say: always(say("the answer does not open, or its signature does not fit"))},
	{Kept: regexp.MustCompile(`^opening message: .*the private key does not work at present$`), Say: always(say("the private key does not work at present"))},
	{Kept: regexp.MustCompile(`^reading message: (.*)$`), Say: func(parts []string) bilingual.Said { return say("reading message: %s", parts[1]) }},
}

// callCause is why a call of the gateway failed or made nothing certain, in a language.
func callCause(lang bilingual.Lang, kept string) string {
	for _, wordings := range []bilingual.Wordings{callCauses, explain.Doubts} {
		if said, known := wordings.Reads(kept); known {
			return said.In(lang)
		}
	}
	return causeText(lang, kept)
}

// causeText is why a call failed, as the ledger keeps it, in a language.
func causeText(lang bilingual.Lang, kept string) string {
	return netcause.Parse(kept).Said().In(lang)
}

// answersOfGateway are what the gateway said of an order when it was asked, as package
// bridge puts it, besides a state.
var answersOfGateway = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^no such record$`), Say: always(say("no such record"))},
	{Kept: regexp.MustCompile(`^nothing certain: (.*)$`), Say: func(parts []string) bilingual.Said {
		return say("nothing certain: %s", bilingual.Pair(parts[1], callCause(bilingual.Zh, parts[1])))
	}},
}

// gatewaySaid is what the gateway said of an order, in a language.
func gatewaySaid(lang bilingual.Lang, kept string) string {
	if said, known := answersOfGateway.Reads(kept); known {
		return said.In(lang)
	}
	return bilingual.Term(translate.State(kept)).In(lang)
}
