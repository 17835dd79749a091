package explain

import (
	"bufio"
	"fmt"
	"io"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// marks go before the steps of a report.
var marks = map[Result]string{Good: "ok", Bad: "NO", Told: "--"}

// WriteText writes a report for a person to read. What is forwarded to a merchant's
// programmer is in the language that is asked for.
func (r Report) WriteText(w io.Writer, lang bilingual.Lang) error {
	b := bufio.NewWriter(w) // keeps the first error, for Flush
	for i, s := range r.Steps {
		fmt.Fprintf(b, "%2d  %-2s  %s\n", i+1, marks[s.Result], s.name.In(lang))
		for _, line := range s.details {
			fmt.Fprintf(b, "          %s\n", line.In(lang))
		}
	}
	fmt.Fprintf(b, "\n%s\n", r.verdict().In(lang))
	if r.Served != "" {
		fmt.Fprintln(b, r.served.In(lang))
	}
	if r.Answer != "" {
		fmt.Fprintln(b, say("The sender hears: %s", r.answer).In(lang))
	}
	for i, c := range r.Causes {
		happened, advice := r.wording(c, lang)
		fmt.Fprintf(b, "\n%s %s\n  %s\n  > %s\n", title(i, c).In(lang), c.Name, happened, advice)
	}
	return b.Flush()
}

// verdict is the report in one line.
func (r Report) verdict() bilingual.Said {
	switch {
	case r.PassedOn:
		return say("PASSED ON to the old gateway; the bridge does not judge this message.")
	case r.Accepted:
		return say("VERIFIED, and the bridge takes this message.")
	case r.Verified:
		return say("VERIFIED, but the bridge refuses this message.")
	default:
		return say("NOT VERIFIED.")
	}
}

func title(i int, c Cause) bilingual.Said {
	switch {
	case c.Accepted:
		return say("Accepted, but unusual:")
	case i == 0:
		return say("Likely cause:")
	default:
		return say("Also:")
	}
}

// wording says what a cause means and what to do.
func (r Report) wording(c Cause, lang bilingual.Lang) (happened, advice string) {
	known, is := chinese[c.Name]
	if r.Kind == KindSealed {
		known, is = chineseOfSealed[c.Name]
	}
	if lang != bilingual.Zh || !is {
		return c.Happened, c.Advice
	}
	happened, advice = known.about(c.subject)
	if !c.detail.IsZero() {
		happened += c.detail.In(lang)
	}
	return happened, advice
}
