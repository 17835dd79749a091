package api

import (
	"regexp"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/quarantine"
	"github.com/paybridge/paybridge/translate"
)

// wording reads what the ledger keeps of an event, in English, and says it again.
// Where it says nothing, the text stays as it was kept.
type wording struct {
	kept *regexp.Regexp
	say  func(parts []string) bilingual.Said
}

// verdictText is what a message said of an order that it did not move.
var verdictText = wording{regexp.MustCompile(`^(\w+), order is (\w+)$`), func(parts []string) bilingual.Said {
	return say("%s, order is %s", bilingual.Term(parts[1]), bilingual.Term(parts[2]))
}}

// wordings are how the events of each kind are told. What has a structure of its own (a
// call, an attempt, a change) is put into words by whoever shows it.
var wordings = map[string]wording{
	kindMoved: {regexp.MustCompile(`^(\w+) → (\w+)$`), func(parts []string) bilingual.Said {
		return say("%s → %s", bilingual.Term(parts[1]), bilingual.Term(parts[2]))
	}},
	"quarantined": {regexp.MustCompile(`^(.*) \(([0-9a-f]+)\)$`), func(parts []string) bilingual.Said {
		return say("%s (%s)", quarantine.Means(parts[1]), parts[2])
	}},
	"notice": {regexp.MustCompile(`^(\S*): (.*)$`), func(parts []string) bilingual.Said {
		return say("flow %s: %s", parts[1], statement(parts[2]))
	}},
	"unpaid": {regexp.MustCompile(`^the answer with the code was lost`), func([]string) bilingual.Said {
		return say("the answer with the code was lost; the merchant's own repeat gets a code")
	}},
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
	if parts := w.kept.FindStringSubmatch(kept); parts != nil {
		return w.say(parts).In(lang)
	}
	return kept
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
var callCauses = []wording{
	{regexp.MustCompile(`^gateway merchant is not configured any more$`), func([]string) bilingual.Said {
		return say("gateway merchant is not configured any more")
	}},
	{regexp.MustCompile(`^too late to send$`), func([]string) bilingual.Said { return say("too late to send") }},
	{regexp.MustCompile(`^sealing request: (.*)$`), func(parts []string) bilingual.Said { return say("sealing request: %s", parts[1]) }},
	{regexp.MustCompile(`^reading answer: (.*)$`), func(parts []string) bilingual.Said { return say("reading answer: %s", parts[1]) }},
	{regexp.MustCompile(`^opening message: message refused$`), func([]string) bilingual.Said {
		return say("the answer does not open, or its signature does not fit")
	}},
	{regexp.MustCompile(`^opening message: .*the private key does not work at present$`), func([]string) bilingual.Said {
		return say("the private key does not work at present")
	}},
	{regexp.MustCompile(`^reading message: (.*)$`), func(parts []string) bilingual.Said { return say("reading message: %s", parts[1]) }},
}

// callCause is why a call failed, in a language.
func callCause(lang bilingual.Lang, kept string) string {
	for _, w := range callCauses {
		if parts := w.kept.FindStringSubmatch(kept); parts != nil {
			return w.say(parts).In(lang)
		}
	}
	return kept
}
