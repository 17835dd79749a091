package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// ordersCommand makes "caddy paybridge orders".
func ordersCommand() *cobra.Command {
	var query api.OrdersQuery
	var states, actions []string
	var least, most yuanFlag
	var from, to timeFlag
	var asCSV, all bool
	cmd := &cobra.Command{
		Use:   "orders",
		Short: "Lists orders",
		Long: `
Lists orders, newest first, page by page.

The states:

` + stateList() + `
An order is overdue when its next step should have been taken by now, which is so
for seconds at most while all is well.

With --csv the list has every number and time of an order, and with --all every order
that the filter lets through, however many: they are printed as they are read. Cells
that a spreadsheet would take for formulas begin with an apostrophe. Do not open the file
in Excel by a double click: it cuts numbers to 15 digits, for good once you save, and
garbles Chinese. Use its import of text (Data, From Text/CSV), as UTF-8 and with every
column as text.

This command changes nothing and asks the gateway nothing.`,
		Example: `  caddy paybridge orders --state in_doubt,refunding
  caddy paybridge orders --merchant 89900001 --from 2h
  caddy paybridge orders --action WxSao --min 100 --max 500.50
  caddy paybridge orders --open
  caddy paybridge orders --overdue --json
  caddy paybridge orders --from 2026-11-22 --to 2026-11-23 --all --csv > orders.csv`,
	}
	pageFlags(cmd, &query.MerID, &query.Page, &from, &to)
	cmd.Flags().StringSliceVar(&states, "state", nil, "Only orders in these states")
	cmd.Flags().StringSliceVar(&actions, "action", nil, "Only orders of these v1 actions")
	cmd.Flags().Var(&least, "min", "Only orders of this amount in yuan or more, such as 100")
	cmd.Flags().Var(&most, "max", "Only orders of this amount in yuan or less")
	cmd.Flags().BoolVar(&query.Open, "open", false, "Only orders whose refund failed and that nobody has dealt with")
	cmd.Flags().BoolVar(&query.Overdue, "overdue", false, "Only orders whose next step should have been taken")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "Print the orders as CSV, with every number and time")
	cmd.Flags().BoolVar(&all, "all", false, "With --csv: every order, not one page")
	return onlineCommand(cmd, cobra.NoArgs, func(o *online, _ []string) error {
		if all && !asCSV {
			return say("--all needs --csv")
		}
		if cmd.Flags().Changed("max") && most.fen == 0 {
			return say("--max: write yuan, such as 0.01")
		}
		for _, state := range states {
			query.State = append(query.State, translate.State(state))
		}
		for _, action := range actions {
			query.Action = append(query.Action, v1.Action(action))
		}
		query.MinFen, query.MaxFen = least.fen, most.fen
		query.From, query.To = from.Time, to.Time
		if asCSV {
			return o.exportOrders(query, all)
		}
		var list api.OrderList
		if err := o.client.Get(o.Context(), "orders", query, &list); err != nil {
			return err
		}
		return o.show(list, func(w printer) { printOrders(w, list, o.now) })
	})
}

// stateList says what each state means, a line for each.
func stateList() string {
	var b strings.Builder
	for _, state := range translate.States() {
		fmt.Fprintf(&b, "  %-14s %s\n", state, state.Row().Means)
	}
	return b.String()
}

// pageFlags adds the flags that all lists share.
func pageFlags(cmd *cobra.Command, merID *string, page *api.Page, from, to *timeFlag) {
	flags := cmd.Flags()
	flags.StringVar(merID, "merchant", "", "Only this merchant's (merid)")
	flags.Var(from, "from", "Only what was created at this time or later")
	flags.Var(to, "to", "Only what was created before this time")
	countVar(flags, &page.Limit, "limit", "At most so many, up to 500 (default 50)")
	flags.StringVar(&page.After, "after", "", "Go on where the list before ended")
}

func printOrders(w printer, list api.OrderList, now time.Time) {
	if len(list.Items) == 0 {
		w.noneNote(list.Missing, "No order was found.")
		oldNote(w, list.Old)
		moreNote(w, list.Next)
		return
	}
	rows := make([][]string, len(list.Items))
	for i, o := range list.Items {
		rows[i] = []string{clock(o.CreatedAt), o.MerID, o.OrderID, o.Action, translate.FormatYuan(o.AmountFen), w.term(string(o.State)), clock(o.NextAt)}
	}
	w.table("CREATED | MERID | ORDERID | ACTION | YUAN | STATE | NEXT STEP", rows)
	oldNote(w, list.Old)
	moreNote(w, list.Next)
	if list.More {
		w.say("\nMore orders than these have the number; name the merchant before it.\n")
	}
	zoneNote(w, now)
}

// oldNote names orders of the old gateway that a number names, too.
func oldNote(w printer, old []api.OldOrder) {
	if len(old) == 0 {
		return
	}
	w.line()
	for _, o := range old {
		w.sentence(w.text(oldOrder(o)))
	}
}
