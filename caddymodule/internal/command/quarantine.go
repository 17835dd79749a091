package command

import (
	"cmp"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// quarantineCommand makes "caddy paybridge quarantine".
func quarantineCommand() *cobra.Command {
	var query api.QuarantineQuery
	cmd := &cobra.Command{
		Use:   "quarantine [<merid> <orderid>]",
		Short: "Lists messages in quarantine",
		Long: `
Lists the messages that the gateway has signed and that were not believed, newest
first: they name another amount, order or merchant than the ledger, contradict
themselves, or tell of an order that the ledger does not know. Money may have moved.
After a restore from a backup they may be the only trace of a payment.

Kept are the numbers, the state and the amount that a message names, and nothing
else of it. The same message again is counted. States are those of v2: 11 paid, 13
failed, 31 refunded, 33 refund failed.

This command changes nothing. Its subcommand "show" tells all of one message, and
"dealt" takes one off the list.`,
		Example: `  caddy paybridge quarantine
  caddy paybridge quarantine show 1f0c5a9be3d27704
  caddy paybridge quarantine dealt 1f0c5a9be3d27704 --why "gateway's mail of 22 Nov: a test of theirs"`,
	}
	flags := cmd.Flags()
	flags.BoolVar(&query.All, "all", false, "Also those that somebody has dealt with")
	flags.StringVar(&query.After, "after", "", "Go on after this, as the page before says")
	countVar(flags, &query.Limit, "limit", "At most so many, up to 500 (default 50)")
	cmd.AddCommand(quarantineShowCommand(), quarantineDealtCommand())
	return onlineCommand(cmd, noneOr(2), func(o *online, args []string) error {
		if len(args) > 0 {
			query.MerID, query.OrderID = args[0], args[1]
		}
		var list api.QuarantineList
		if err := o.client.Get(o.Context(), "quarantine", query, &list); err != nil {
			return err
		}
		return o.show(list, func(w printer) { printQuarantine(w, list, query, o.now) })
	})
}

func quarantineShowCommand() *cobra.Command {
	return onlineCommand(&cobra.Command{
		Use:   "show <id>",
		Short: "Shows a message in quarantine",
		Long: `
Shows everything that is kept of one message, as it names it: compare it with the
gateway's people. This command changes nothing.`,
		Example: `  caddy paybridge quarantine show 1f0c5a9be3d27704`,
	}, cobra.ExactArgs(1), func(o *online, args []string) error {
		var message api.Quarantined
		if err := o.client.Get(o.Context(), "quarantine/message", api.QuarantinedQuery{ID: args[0]}, &message); err != nil {
			return err
		}
		return o.show(message, func(w printer) { printQuarantined(w, message, o.now) })
	})
}

func quarantineDealtCommand() *cobra.Command {
	var request api.DealtRequest
	cmd := &cobra.Command{
		Use:   "dealt <id> --why <how>",
		Short: "Takes a message off the list of what is to be done",
		Long: `
Says that somebody has dealt with a message, and how. It stays on record with your
name, and is counted and alarmed no longer. It does not change an order; to say
what became of one, use "settle".`,
		Example: `  caddy paybridge quarantine dealt 1f0c5a9be3d27704 --why "gateway's mail of 22 Nov: a test of theirs"`,
	}
	cmd.Flags().StringVar(&request.Why, "why", "", "How it was dealt with, which is recorded (required)")
	return onlineCommand(cmd, cobra.ExactArgs(1), func(o *online, args []string) error {
		request.ID = args[0]
		var message api.Quarantined
		if err := o.client.Post(o.Context(), "quarantine/deal", request, &message); err != nil {
			return err
		}
		return o.show(message, func(w printer) { w.say("The message %s is dealt with.\n", message.ID) })
	})
}

func printQuarantine(w printer, list api.QuarantineList, query api.QuarantineQuery, now time.Time) {
	if len(list.Items) == 0 {
		if query.OrderID != "" {
			w.noneNote(list.Missing, "No message in quarantine is about order %s of merchant %s.", query.OrderID, query.MerID)
		} else {
			w.noneNote(list.Missing, "No message is in quarantine.")
		}
		moreNote(w, list.Next)
		return
	}
	rows := make([][]string, len(list.Items))
	for i, q := range list.Items {
		rows[i] = []string{
			clock(q.LastAt), strconv.Itoa(q.Times), q.ID, orDash(cmp.Or(q.MerID, q.GatewayMerchant)),
			orDash(cmp.Or(q.OrderID, q.OrderNo, q.RefundNo)), orDash(q.State), orDash(q.Amount), q.Means,
		}
	}
	w.table("LAST | TIMES | ID | MERCHANT | ORDER | STATE | YUAN | CAUSE", rows)
	moreNote(w, list.Next)
	zoneNote(w, now)
}

func printQuarantined(w printer, q api.Quarantined, now time.Time) {
	order := w.text(say("the ledger does not know it"))
	if q.OrderID != "" {
		order = q.MerID + " " + q.OrderID
	}
	dealt := w.text(say("nobody has dealt with it"))
	if !q.DealtAt.IsZero() {
		dealt = w.text(say("%s by %s: %s", clock(q.DealtAt), q.DealtWho, q.DealtWhy))
	}
	for _, line := range []struct {
		name  bilingual.Said
		value string
	}{
		{say("cause"), q.Means},
		{say("in detail"), q.Detail},
		{say("order"), order},
		{say("gateway merchant"), q.GatewayMerchant},
		{say("order number (v2)"), q.OrderNo},
		{say("refund number"), q.RefundNo},
		{say("gateway's number"), q.GatewayNo},
		{say("state (v2)"), q.State},
		{say("amount in yuan"), q.Amount},
		{say("came as"), q.Source},
		{say("tranCode"), q.TranCode},
		{say("respCode"), q.RespCode},
		{say("flow number"), q.FlowNo},
		{say("first"), clock(q.CreatedAt)},
		{say("last"), clock(q.LastAt)},
		{say("times"), strconv.Itoa(q.Times)},
		{say("dealt with"), dealt},
	} {
		w.fact(line.name, line.value)
	}
	zoneNote(w, now)
}

// orDash is "-" for an empty cell of a table.
func orDash(text string) string { return cmp.Or(text, "-") }
