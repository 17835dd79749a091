package netcause

import (
	"regexp"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

var say = bilingual.Say

// subjects are what causes are about, where it is more than a name: each is put together
// in this package or by the guard of package delivery.
var subjects = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^on (\d{4}-\d\d-\d\d)$`), Say: func(parts []string) bilingual.Said { return say("on %s", parts[1]) }},
	{Kept: regexp.MustCompile(`^from (\d{4}-\d\d-\d\d)$`), Say: func(parts []string) bilingual.Said { return say("from %s", parts[1]) }},
	{Kept: regexp.MustCompile(`^over (\d+) KiB$`), Say: func(parts []string) bilingual.Said { return say("over %s KiB", parts[1]) }},
	{Kept: regexp.MustCompile(`^to another path of (\S+)$`), Say: func(parts []string) bilingual.Said { return say("to another path of %s", parts[1]) }},
	{Kept: regexp.MustCompile(`^to (\S+)$`), Say: func(parts []string) bilingual.Said { return say("to %s", parts[1]) }},
	{Kept: regexp.MustCompile(`^(\S+) \(leads to (\S+), ([^()]+)\)$`), Say: func(parts []string) bilingual.Said {
		return say("%s (leads to %s, %s)", parts[1], parts[2], bilingual.CauseTerm(parts[3]))
	}},
	{Kept: regexp.MustCompile(`^(\S+) \(([^()]+)\)$`), Say: func(parts []string) bilingual.Said {
		return say("%s (%s)", parts[1], bilingual.CauseTerm(parts[2]))
	}},
}

// Said is the cause in either language. In English it is [Cause.String].
func (c Cause) Said() bilingual.Said {
	kind := bilingual.CauseTerm(c.Kind)
	if c.Subject == "" {
		return kind
	}
	subject, known := subjects.Reads(c.Subject)
	if !known {
		subject = bilingual.CauseTerm(c.Subject)
	}
	return say("%s – %s", kind, subject)
}
