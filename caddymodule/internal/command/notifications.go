package command

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// notificationsCommand makes "caddy paybridge notifications".
func notificationsCommand() *cobra.Command {
	var query api.NotificationsQuery
	var states []string
	var exhausted bool
	var from, to timeFlag
	cmd := &cobra.Command{
		Use:   "notifications",
		Short: "Lists notifications to merchants",
		Long: `
Lists the notifications that are owed to merchants or were delivered, newest first,
page by page.

States: waiting (for its time), delivered (the merchant acknowledged),
already_credited (the schedule has ended, and the merchant's last answer was that it
has credited the order already; nothing is to be done), exhausted (the schedule has
ended; it can be sent again), paused (the merchant is paused), withheld (the
payment was given back; it is never sent).

This command changes nothing. Its subcommand "resend" sends again.`,
		Example: `  caddy paybridge notifications --open
  caddy paybridge notifications --overdue --merchant 89900001
  caddy paybridge notifications resend --merchant 89900001 --why "their server is back" --dry-run`,
	}
	pageFlags(cmd, &query.MerID, &query.Page, &from, &to)
	cmd.Flags().StringSliceVar(&states, "state", nil, "Only notifications in these states")
	cmd.Flags().BoolVar(&exhausted, "exhausted", false, "The same as --state exhausted")
	cmd.Flags().BoolVar(&query.Open, "open", false, "Only exhausted ones that nobody has dealt with")
	cmd.Flags().BoolVar(&query.Overdue, "overdue", false, "Only those that should have been sent")
	cmd.AddCommand(resendCommand())
	return onlineCommand(cmd, cobra.NoArgs, func(o *online, _ []string) error {
		if exhausted {
			states = append(states, string(ledger.Exhausted))
		}
		for _, state := range states {
			query.State = append(query.State, ledger.NotificationState(state))
		}
		query.From, query.To = from.Time, to.Time
		var list api.NotificationList
		if err := o.client.Get(o.Context(), "notifications", query, &list); err != nil {
			return err
		}
		return o.show(list, func(w printer) { printNotifications(w, list, o.now) })
	})
}

func printNotifications(w printer, list api.NotificationList, now time.Time) {
	if len(list.Items) == 0 {
		w.noneNote(list.Missing, "No notification was found.")
		moreNote(w, list.Next)
		return
	}
	notificationTable(w, list.Items)
	moreNote(w, list.Next)
	zoneNote(w, now)
}

func notificationTable(w printer, items []api.Notification) {
	rows := make([][]string, len(items))
	for i, n := range items {
		rows[i] = []string{clock(n.CreatedAt), n.MerID, n.OrderID, w.term(string(n.State)), strconv.Itoa(n.Attempts), clock(n.DueAt), n.Host}
	}
	w.table("PAID | MERID | ORDERID | STATE | CALLS | NEXT CALL | HOST", rows)
}
