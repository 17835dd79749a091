package command

import (
	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// changesCommand makes "caddy paybridge changes".
func changesCommand() *cobra.Command {
	var query api.ChangesQuery
	cmd := &cobra.Command{
		Use:   "changes [<merid> [<orderid>]]",
		Short: "Lists what people did, newest first",
		Long: `
Lists what was settled, refunded, sent again, dealt with, paused, resumed and routed
by people: when, by whom, why, and how it was before and after. Of everything, of
one merchant, or of one order.

This command changes nothing. What the bridge did by itself is told by "order".`,
		Example: `  caddy paybridge changes
  caddy paybridge changes 89900001 --limit 10`,
	}
	countVar(cmd.Flags(), &query.Limit, "limit", "At most so many, up to 500 (default 50)")
	cmd.Flags().StringVar(&query.After, "after", "", "Go on after this, as the page before says")
	return onlineCommand(cmd, cobra.MaximumNArgs(2), func(o *online, args []string) error {
		for i, member := range []*string{&query.MerID, &query.OrderID}[:len(args)] {
			*member = args[i]
		}
		var list api.ChangeList
		if err := o.client.Get(o.Context(), "changes", query, &list); err != nil {
			return err
		}
		return o.show(list, func(w printer) { printChanges(w, list, query.MerID, o) })
	})
}

func printChanges(w printer, list api.ChangeList, merID string, o *online) {
	if len(list.Items) == 0 {
		if merID != "" {
			w.noneNote(list.Missing, "No change of this is on record.")
		} else {
			w.noneNote(list.Missing, "No change is on record.")
		}
		moreNote(w, list.Next)
		return
	}
	rows := make([][]string, len(list.Items))
	for i, c := range list.Items {
		rows[i] = []string{clock(c.At), w.word("change", c.What), c.MerID, c.OrderID, orDash(w.step(c)), w.text(say("%s: %s", c.Who, c.Why))}
	}
	w.table("TIME | WHAT | MERID | ORDERID | CHANGE | WHO AND WHY", rows)
	zoneNote(w, o.now)
	moreNote(w, list.Next)
}
