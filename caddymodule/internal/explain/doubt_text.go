package explain

import (
	"regexp"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
)

// comparedMembers are the members that a message is compared by and that have more than
// one name on the wire.
var comparedMembers = map[string]bilingual.Said{
	"body order number": say("body order number"),
	"body amount":       say("body amount"),
}

// Doubts are the texts of [translate.Report.Reason] that the judges of package translate
// write: why a message of the gateway makes nothing certain.
var Doubts = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^` + translate.ErrMismatch.Error() + `: (.*)$`), Say: func(parts []string) bilingual.Said {
		if member, worded := comparedMembers[parts[1]]; worded {
			return say("message does not match the order: %s", member)
		}
		return say("message does not match the order: %s", parts[1])
	}},
	{Kept: regexp.MustCompile(`^gateway answered (".*") with tranState (".*")$`), Say: func(parts []string) bilingual.Said {
		return say("gateway answered %s with tranState %s", parts[1], parts[2])
	}},
	{Kept: regexp.MustCompile(`^gateway answered (.*)$`), Say: func(parts []string) bilingual.Said { return say("gateway answered %s", parts[1]) }},
	{Kept: regexp.MustCompile(`^gateway could not read the close: (.*)$`), Say: func(parts []string) bilingual.Said {
		return say("gateway could not read the close: %s", parts[1])
	}},
	{Kept: regexp.MustCompile(`^gateway could not read the refund: (.*)$`), Say: func(parts []string) bilingual.Said {
		return say("gateway could not read the refund: %s", parts[1])
	}},
	{Kept: regexp.MustCompile(`^tranState (".*") is not known$`), Say: func(parts []string) bilingual.Said { return say("tranState %s is not known", parts[1]) }},
	{Kept: regexp.MustCompile(`^state (".*") is not known$`), Say: func(parts []string) bilingual.Said { return say("state %s is not known", parts[1]) }},
	{Kept: regexp.MustCompile(`^refund state (".*") is not known$`), Say: func(parts []string) bilingual.Said {
		return say("refund state %s is not known", parts[1])
	}},
	{Kept: regexp.MustCompile(`^notice has respCode (.*)$`), Say: func(parts []string) bilingual.Said { return say("notice has respCode %s", parts[1]) }},
	doubt(say("notice of a failed refund does not say which")),
	doubt(say("answer names neither its request nor the order")),
	doubt(say("answer shows no code or link")),
	doubt(say("answer cannot be read")),
	doubt(say("message cannot be read")),
	doubt(say("gateway has no such record")),
	doubt(say("gateway says that the order is paid")),
	doubt(say("gateway refused the repeated call")),
}

// doubt is the wording of a text without values.
func doubt(said bilingual.Said) bilingual.Wording {
	return bilingual.Wording{
		Kept: regexp.MustCompile(`^` + regexp.QuoteMeta(said.Error()) + `$`),
		Say:  func([]string) bilingual.Said { return said },
	}
}
