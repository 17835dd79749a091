package command

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
)

// orderCommand makes "caddy paybridge order".
func orderCommand() *cobra.Command {
	return onlineCommand(&cobra.Command{
		Use:   "order [<merid>] <number>",
		Short: "Tells the story of one order",
		Long: `
Prints one order with everything that happened to it, oldest first: the merchant's
request, every call to the gateway and what it answered, notices, every change of
state, every notification attempt, and what people did.

The number may be the merchant's own, the queryid of v1, the order number of v2,
the number of the refund, or the PayId. Without a merchant, all are searched.

This command changes nothing and asks the gateway nothing: it shows what the
ledger knows. To have the gateway asked about a stuck order, use "settle --dry-run".`,
		Example: `  caddy paybridge order 89900001 20261122000001
  caddy paybridge order 20261122000001 --json`,
	}, cobra.RangeArgs(1, 2), showOrderStory)
}

func showOrderStory(o *online, args []string) error {
	number := args[len(args)-1]
	if len(args) == 1 {
		var found api.OrderList
		if err := o.client.Get(o.Context(), "search", api.SearchQuery{Number: number}, &found); err != nil {
			return err
		}
		switch {
		case len(found.Items)+len(found.Unreadable) == 0:
			return &api.Refusal{Message: "no order has the number " + number}
		case len(found.Items) == 1 && len(found.Unreadable) == 0:
			args, number = []string{found.Items[0].MerID}, found.Items[0].OrderID
		default:
			return o.show(found, func(w io.Writer) { printOrders(w, found, o.now) })
		}
	}
	var story api.Timeline
	if err := o.client.Get(o.Context(), "order", api.OrderQuery{MerID: args[0], Number: number}, &story); err != nil {
		return err
	}
	return o.show(story, func(w io.Writer) { printStory(w, story, o.now) })
}

func printStory(w io.Writer, story api.Timeline, now time.Time) {
	order := story.Order
	fmt.Fprintf(w, "%s %s: %s, %s yuan, %s\n", order.MerID, order.OrderID, order.Action, translate.FormatYuan(order.AmountFen), order.State)
	fmt.Fprintf(w, "%s.\n\n", order.Explain(now, time.Local))
	for _, line := range []struct{ name, value string }{
		{"queryid (v1)", order.QueryID},
		{"order number (v2)", order.OrderNo},
		{"gateway merchant", order.GatewayMerchant},
		{"gateway's number", order.GatewayNo},
		{"refund number", order.RefundNo},
		{"trace", order.TraceID},
		{"payable until", clock(order.ExpiresAt)},
	} {
		if line.value != "" {
			fmt.Fprintf(w, "%-19s%s\n", line.name, line.value)
		}
	}
	if story.Notification != nil {
		fmt.Fprintf(w, "%-19s%s to %s\n", "notification", story.Notification.State, story.Notification.Host)
		fmt.Fprintf(w, "%-19s%s\n", "", story.Notification.Explain(now, time.Local))
	}
	fmt.Fprintln(w)
	rows := make([][]string, len(story.Events))
	for i, e := range story.Events {
		rows[i] = []string{e.At.Local().Format("01-02 15:04:05.000"), e.Kind, e.Source, eventText(e)}
	}
	table(w, "TIME | WHAT | FROM | DETAIL", rows)
	zoneNote(w, now)
}

// eventText says what happened, with what an attempt brought.
func eventText(e api.Event) string {
	text := e.Text
	if e.Times > 1 {
		text += fmt.Sprintf(" (%d times, last %s)", e.Times, clock(e.LastAt))
	}
	if e.Attempt == nil {
		return text
	}
	text += fmt.Sprintf(", %dms", e.Attempt.TookMS)
	if lag := e.Attempt.LagMS; lag != nil && *lag >= 1000 {
		text += fmt.Sprintf(", %s late", time.Duration(*lag)*time.Millisecond)
	}
	if e.Attempt.Excerpt != "" {
		text += fmt.Sprintf(", answered %q", e.Attempt.Excerpt)
	}
	return text
}
