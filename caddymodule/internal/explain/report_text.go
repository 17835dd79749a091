package explain

import (
	"bufio"
	"fmt"
	"io"
)

// marks go before the steps of a report.
var marks = map[Result]string{Good: "ok", Bad: "NO", Told: "--"}

// WriteText writes a report for a person to read.
func (r Report) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w) // keeps the first error, for Flush
	for i, s := range r.Steps {
		fmt.Fprintf(b, "%2d  %-2s  %s\n", i+1, marks[s.Result], s.Name)
		for _, line := range s.Details {
			fmt.Fprintf(b, "          %s\n", line)
		}
	}
	fmt.Fprintf(b, "\n%s\n", r.verdict())
	if r.Answer != "" {
		fmt.Fprintf(b, "The sender hears: %s\n", r.Answer)
	}
	for i, c := range r.Causes {
		fmt.Fprintf(b, "\n%s %s\n  %s\n  > %s\n", title(i, c), c.Name, c.Happened, c.Advice)
	}
	return b.Flush()
}

// verdict is the report in one line.
func (r Report) verdict() string {
	switch {
	case r.Accepted:
		return "VERIFIED, and the bridge takes this message."
	case r.Verified:
		return "VERIFIED, but the bridge refuses this message."
	default:
		return "NOT VERIFIED."
	}
}

func title(i int, c Cause) string {
	switch {
	case c.Accepted:
		return "Accepted, but unusual:"
	case i == 0:
		return "Likely cause:"
	default:
		return "Also:"
	}
}
