package command

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
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
the number of the refund, or the PayId. Without a merchant, all are searched. Of an
order of the old gateway, by the merchant's own number, only that is told.

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
		switch onV2 := len(found.Items) + len(found.Unreadable); {
		case onV2+len(found.Old) == 0:
			return saysNo{say("no order has the number %s", number)}
		case onV2 == 0 && len(found.Old) == 1:
			return saysNo{oldOrder(found.Old[0])}
		case onV2 == 0:
			return saysNo{say("%d merchants have an order with the number %s at the old gateway, and none on v2: ask there, or name the merchant before it", len(found.Old), number)}
		case len(found.Items) == 1 && onV2+len(found.Old) == 1:
			args, number = []string{found.Items[0].MerID}, found.Items[0].OrderID
		default:
			return o.show(found, func(w printer) { printOrders(w, found, o.now) })
		}
	}
	var story api.Timeline
	if err := o.client.Get(o.Context(), "order", api.OrderQuery{MerID: args[0], Number: number}, &story); err != nil {
		return err
	}
	return o.show(story, func(w printer) { printStory(w, story, o.now) })
}

// oldOrder says that an order is one of the old gateway.
func oldOrder(o api.OldOrder) bilingual.Said {
	if o.At.IsZero() {
		return say("order %s of merchant %s is one of the old gateway: ask there", o.OrderID, o.MerID)
	}
	return say("order %s of merchant %s is one of the old gateway, on record since %s: ask there", o.OrderID, o.MerID, clock(o.At))
}

func printStory(w printer, story api.Timeline, now time.Time) {
	order := story.Order
	w.say("%s %s: %s, %s yuan, %s\n", order.MerID, order.OrderID, order.Action, translate.FormatYuan(order.AmountFen), order.State)
	w.sentence(w.headline(order, now))
	w.line()
	for _, line := range []struct {
		name  bilingual.Said
		value string
	}{
		{say("queryid (v1)"), order.QueryID},
		{say("order number (v2)"), order.OrderNo},
		{say("gateway merchant"), order.GatewayMerchant},
		{say("gateway's number"), order.GatewayNo},
		{say("refund number"), order.RefundNo},
		{say("trace"), order.TraceID},
		{say("payable until"), clock(order.ExpiresAt)},
	} {
		w.fact(line.name, line.value)
	}
	if story.Notification != nil {
		w.fact(say("notification"), w.text(say("%s to %s", story.Notification.State, story.Notification.Host)))
		w.fact(bilingual.Said{}, w.standing(*story.Notification, now))
	}
	w.line()
	rows := make([][]string, len(story.Events))
	for i, e := range story.Events {
		what, from, text := w.event(e)
		rows[i] = []string{e.At.Local().Format("01-02 15:04:05.000"), what, from, text}
	}
	w.table("TIME | WHAT | FROM | DETAIL", rows)
	zoneNote(w, now)
}
