package explain

import (
	"regexp"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// faults are what packages translate, v1 and v2 have against a message or a member of it,
// by the English that they say.
var faults = func() map[string]bilingual.Said {
	all := make(map[string]bilingual.Said)
	for _, fault := range []bilingual.Said{
		say("missing"),
		say("missing, and so is queryid"),
		say("missing: this action needs the code that was scanned"),
		say("given twice"),
		say("not UTF-8"),
		say("too long"),
		say("too large"),
		say("zero"),
		say("control character"),
		say("neither text nor a whole number"),
		say("neither text nor a number"),
		say("not a text"),
		say("not a whole number of fen"),
		say("not letters and digits"),
		say("not printable"),
		say("shorter than 8 characters"),
		say("nested too deeply"),
		say("not JSON"),
		say("not a JSON object"),
		say("not an object"),
		say("not supported"),
		say("not WxJsApi"),
		say("not an action of this bridge"),
		say("not a member of this interface"),
		say("not an address: this action needs the payer's real address"),
		say("begins with %s, which is kept for tries of operators", translate.TryPrefix),
		say("not a URL"),
		say("not an absolute http or https URL"),
		say("URL without a host"),
		say("URL with user information"),
		say("URL with an impossible port"),
	} {
		all[fault.Error()] = fault
	}
	return all
}()

// faultText is a fault in both languages, the glimpse of the member that some end with
// included. One that has no Chinese stays English.
func faultText(reason string) bilingual.Said {
	what, glimpse, shown := strings.Cut(reason, `: "`)
	said, known := faults[what]
	switch {
	case !known:
		return say("%s", reason)
	case shown:
		return say("%s: %s", said, `"`+glimpse)
	}
	return said
}

// Refusal is why a merchant's message is refused, in both languages. In English it is the
// text of the error.
func Refusal(err *v1.Error) bilingual.Said { return say("%s: %s", err.Field, faultText(err.Reason)) }

// unreadables are the errors of [v2.ParseMessage].
var unreadables = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^parsing message: ((?:head|body)[^:]*): (.*)$`), Say: func(parts []string) bilingual.Said {
		return say("parsing message: %s", say("%s: %s", parts[1], faultText(parts[2])))
	}},
	{Kept: regexp.MustCompile(`^parsing message: longer than (\d+) bytes$`), Say: func(parts []string) bilingual.Said {
		return say("parsing message: %s", say("longer than %s bytes", parts[1]))
	}},
	{Kept: regexp.MustCompile(`^parsing message: (.*)$`), Say: func(parts []string) bilingual.Said {
		return say("parsing message: %s", faultText(parts[1]))
	}},
}

// Unreadable is why a text is no message of the gateway, in both languages: an error of
// v2.ParseMessage.
func Unreadable(err error) bilingual.Said {
	if said, known := unreadables.Reads(err.Error()); known {
		return said
	}
	return say("%v", err)
}
