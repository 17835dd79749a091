package command

import (
	"cmp"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// refusedCommand makes "caddy paybridge refused".
func refusedCommand() *cobra.Command {
	var query api.RefusalsQuery
	cmd := &cobra.Command{
		Use:   "refused [<merid>]",
		Short: "Lists why merchants' requests were refused in the last day",
		Long: `
Lists how often requests were refused in the last day, by merchant and cause, the
most frequent first. The causes are those of "explain". The merchant is the one that
a request names; whoever does not know its key can name it too.

The bridge looks for causes after it has answered, with a small part of one
processor; what comes beyond that is counted as not_examined. It counts in memory:
a restart begins anew, and each of several bridges tells its own.

This command changes nothing. Nothing of the requests is kept for it; to see what
the next ones look like, see "merchant keep --help".`,
		Example: `  caddy paybridge refused
  caddy paybridge refused 89900001`,
	}
	cmd.Flags().StringVar(&query.After, "after", "", "Go on after this, as the page before says")
	countVar(cmd.Flags(), &query.Limit, "limit", "At most so many, up to 500 (default 50)")
	return onlineCommand(cmd, cobra.MaximumNArgs(1), func(o *online, args []string) error {
		if len(args) > 0 {
			query.MerID = args[0]
		}
		var list api.RefusalList
		if err := o.client.Get(o.Context(), "refused", query, &list); err != nil {
			return err
		}
		return o.show(list, func(w printer) { printRefusals(w, list, query.MerID, o) })
	})
}

func printRefusals(w printer, list api.RefusalList, merID string, o *online) {
	switch {
	case len(list.Items) == 0 && merID != "":
		w.say("No request that names merchant %s was refused since %s. Those of merchants that are not configured are counted as (unknown): caddy paybridge refused\n", merID, clock(list.Since))
		return
	case len(list.Items) == 0:
		w.say("No request was refused since %s.\n", clock(list.Since))
		return
	}
	rows := make([][]string, len(list.Items))
	for i, c := range list.Items {
		rows[i] = []string{cmp.Or(c.MerID, w.text(say("(unknown)"))), c.Cause, strconv.Itoa(c.Times), clock(c.LastAt), c.Means}
	}
	w.table("MERID | CAUSE | TIMES | LAST | MEANS", rows)
	w.say("\nCounted since %s.", clock(list.Since))
	zoneNote(w, o.now)
	moreNote(w, list.Next)
}
