package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// readinessCommand makes "caddy paybridge readiness".
func readinessCommand() *cobra.Command {
	var query api.ReadinessQuery
	cmd := &cobra.Command{
		Use:   "readiness [<merid>]",
		Short: "Says which merchants can be moved to v2, and why not",
		Long: `
Says whether merchants can be moved from the old gateway to v2, from what was seen of
their own requests while their route was shadow, and from the configuration: requests
that the bridge would refuse, replies that differ, keys that do not fit, addresses
that could not be notified. For one merchant with all reasons, without one as a list.

  ready      nothing was found against it
  look       somebody should look at the reasons first
  unknown    too little was seen: at least two days, and a payment, are needed
  not_ready  something would go wrong

With --check, name, port and TLS of the hosts that the merchant is notified at are
tried as well, by the same rules as notifications; nothing is sent to them. The exit
status is 0 when all are ready, 1 when one is not_ready, 3 when there is something to
look at, too little was seen, or there are more merchants than are listed.

This command changes no route; "merchant route" does.`,
		Example: `  caddy paybridge readiness
  caddy paybridge readiness 89900001 --check
  caddy paybridge readiness 89900001 --days 1 --json`,
	}
	countVar(cmd.Flags(), &query.Days, "days", "What was seen on so many days, today included, up to 30 (default 7)")
	cmd.Flags().BoolVar(&query.Check, "check", false, "Try name, port and TLS of the notification hosts; nothing is sent")
	countVar(cmd.Flags(), &query.Limit, "limit", "At most so many merchants, up to 500 (default 50)")
	cmd.Flags().StringVar(&query.After, "after", "", "Go on where the list before ended")
	return onlineCommand(cmd, cobra.MaximumNArgs(1), func(o *online, args []string) error {
		if len(args) == 1 {
			query.MerID = args[0]
		}
		var list api.ReadinessList
		if err := o.client.Get(o.Context(), "readiness", query, &list); err != nil {
			return err
		}
		err := o.show(list, func(w printer) {
			if query.MerID != "" {
				printReadiness(w, list.Items[0], o)
			} else {
				printReadinessList(w, list, o)
			}
		})
		if err != nil {
			return err
		}
		return verdictError(list)
	})
}

// verdictError is the exit status of verdicts: that of the gravest. Nothing is known of
// merchants behind the page.
func verdictError(list api.ReadinessList) error {
	var err error
	if list.Next != "" {
		err = errWarned
	}
	for _, r := range list.Items {
		switch r.Verdict {
		case readiness.NotReady:
			return ErrRefused
		case readiness.Ready:
		default:
			err = errWarned
		}
	}
	return err
}

func printReadinessList(w printer, list api.ReadinessList, o *online) {
	if len(list.Items) == 0 {
		w.say("No merchant was found.\n")
		return
	}
	rows := make([][]string, len(list.Items))
	for i, r := range list.Items {
		first := ""
		if len(r.Reasons) > 0 {
			first = r.Reasons[0].Text
		}
		rows[i] = []string{r.MerID, w.term(string(r.Verdict)), fmt.Sprint(r.Days), fmt.Sprint(r.Compared), first}
	}
	w.table("MERID | VERDICT | DAYS | COMPARED | FIRST REASON", rows)
	moreNote(w, list.Next)
	zoneNote(w, o.now)
}

func printReadiness(w printer, r api.Readiness, o *online) {
	w.say("Merchant %s: %s\n", r.MerID, r.Verdict)
	switch {
	case r.Days == 1:
		w.say("%d exchanges were compared on one day, %s (Beijing).\n", r.Compared, r.FirstDay)
	case r.Days > 1:
		w.say("%d exchanges were compared on %d days, %s to %s (Beijing).\n", r.Compared, r.Days, r.FirstDay, r.LastDay)
	}
	for _, reason := range r.Reasons {
		w.line()
		w.sentence(padded(w.levelWord(reason.Level), 8) + reason.Text)
		switch {
		case reason.Times > 0:
			w.say("        seen %s, last %s%s\n", times(reason.Times), clock(reason.LastAt), exampleNote(reason.Example))
		case !reason.LastAt.IsZero():
			w.say("        last seen %s\n", clock(reason.LastAt))
		}
		if reason.Advice != "" {
			w.sentence("        → " + reason.Advice)
		}
	}
	if len(r.Seen) > 0 {
		w.line()
		rows := make([][]string, len(r.Seen))
		for i, s := range r.Seen {
			rows[i] = []string{w.term(string(s.Kind)), s.Interface, fmt.Sprint(s.Times), clock(s.LastAt), s.Example, w.finding(s)}
		}
		w.table("SEEN | INTERFACE | TIMES | LAST | EXAMPLE | WHAT", rows)
	}
	zoneNote(w, o.now)
}

// finding is what was seen; names of members and hosts are the same in all languages.
func (p printer) finding(s api.ReadinessSeen) string {
	subject := s.Subject
	if s.Kind == shadow.Dialect || s.Kind == shadow.Uncompared {
		subject = bilingual.Terms(subject).In(p.lang)
	}
	return strings.Trim(subject+": "+bilingual.Terms(s.Detail).In(p.lang), ": ")
}

// levelWord is a level as a line begins with it.
func (p printer) levelWord(level readiness.Level) string {
	word := p.term(string(level))
	if level == readiness.Note {
		return word
	}
	return strings.ToUpper(word)
}

func times(n int) bilingual.Said {
	if n == 1 {
		return say("once")
	}
	return say("%d times", n)
}

func exampleNote(orderID string) bilingual.Said {
	if orderID == "" {
		return bilingual.Said{}
	}
	return say(", for example order %s", orderID)
}
