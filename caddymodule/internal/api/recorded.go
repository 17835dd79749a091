package api

import (
	"regexp"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// recordedTexts read what the ledger keeps of changes, besides states and what people
// have typed: how it was before, and how it is since. Each stands for one that this
// package writes.
var recordedTexts = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^(\w+) over ([0-9.]+) yuan$`), Say: func(parts []string) bilingual.Said {
		return say("%s over %s yuan", parts[1], parts[2])
	}},
	{Kept: regexp.MustCompile(`^a sample to (.*)$`), Say: func(parts []string) bilingual.Said { return say("a sample to %s", parts[1]) }},
	{Kept: regexp.MustCompile(`^for ([0-9a-z.]+)$`), Say: func(parts []string) bilingual.Said { return say("for %s", lasting(parts[1])) }},
	{Kept: regexp.MustCompile(`^form (\d+) of (\S+)$`), Say: func(parts []string) bilingual.Said { return say("form %s of %s", parts[1], parts[2]) }},
	{Kept: regexp.MustCompile(`^(\d+) forms$`), Say: func(parts []string) bilingual.Said { return say("%s forms", parts[1]) }},
	{Kept: regexp.MustCompile(`^none$`), Say: always(say("none"))},
	{Kept: regexp.MustCompile(`^begun, of before (\S+) to (.*)$`), Say: func(parts []string) bilingual.Said {
		return say("begun, of before %s to %s", parts[1], parts[2])
	}},
	{Kept: regexp.MustCompile(`^(\d+) orders of before (\S+) to (.*)$`), Say: func(parts []string) bilingual.Said {
		return say("%s orders of before %s to %s", parts[1], parts[2], parts[3])
	}},
}

// recordedText is what is kept of a change, in a language. States stay as they are
// spelled: whoever shows them has their words.
func recordedText(lang bilingual.Lang, kept string) string {
	return recordedTexts.In(lang, kept)
}

// lasting is a duration as a text has it.
func lasting(text string) any {
	if d, err := time.ParseDuration(text); err == nil {
		return bilingual.Duration(d)
	}
	return text
}

// reasonText is why something was changed: in the words of whoever did it, and of the
// guard in those of the reader.
func reasonText(lang bilingual.Lang, who, why string) string {
	if moverOf(who) == MovedByGuard {
		if reason, known := rollback.ParseReason(why); known {
			return reason.Said().In(lang)
		}
	}
	return why
}

// whoSaid is who did something, as [whoIs] has put it, in both languages.
func whoSaid(who string) bilingual.Said {
	i := strings.LastIndex(who, fromWord)
	switch {
	case moverOf(who) == MovedByGuard:
		return bilingual.Term(guard.Who)
	case i < 0:
		return bilingual.Pair(who, who)
	}
	name, place := who[:i], wordOf(who[i+len(fromWord):], localSocket, say("a local socket"))
	if person, subject, has := strings.Cut(name, certificateWord); has {
		return say("%s, certificate %s from %s", wordOf(person, nobodyNamed, say("somebody")), subject, place)
	}
	return say("%s from %s", wordOf(name, nobodyNamed, say("somebody")), place)
}

// wordOf is said where a text is the one that is asked for; another is a name.
func wordOf(text, asked string, said bilingual.Said) bilingual.Said {
	if text == asked {
		return said
	}
	return bilingual.Pair(text, text)
}
