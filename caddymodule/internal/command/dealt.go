package command

import (
	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// dealtCommand makes "caddy paybridge dealt".
func dealtCommand() *cobra.Command {
	var request api.DealRequest
	cmd := &cobra.Command{
		Use:   "dealt <merid> <number> refund|notification --why <how>",
		Short: "Takes an order off the list of what is to be done",
		Long: `
Says that somebody has dealt with a failed refund or an exhausted notification by
other means, and how. It is counted and alarmed no longer, and the bridge does not try
the refund again by itself. It is open again when somebody tries the refund or the
notification again and it fails.

This does not change the order, nor what its merchant hears. A refund that was given
back by hand is better settled: then the order is refunded, see "settle --help".`,
		Example: `  caddy paybridge orders --open
  caddy paybridge dealt 89900001 20261122000001 refund --why "payer keeps the goods, merchant's mail of 22 Nov"
  caddy paybridge dealt 89900001 20261122000002 notification --why "credited by hand, ticket 4711"`,
	}
	cmd.Flags().StringVar(&request.Why, "why", "", "How it was dealt with, which is recorded (required)")
	return onlineCommand(cmd, cobra.ExactArgs(3), func(o *online, args []string) error {
		request.MerID, request.OrderID, request.Matter = args[0], args[1], ledger.Matter(args[2])
		var answer api.DealAnswer
		if err := o.client.Post(o.Context(), "orders/deal", request, &answer); err != nil {
			return err
		}
		return o.show(answer, func(w printer) {
			w.say("The %s of %s %s is dealt with. The order stays %s.\n", request.Matter, answer.Order.MerID, answer.Order.OrderID, answer.Order.State)
			if request.Matter == ledger.RefundMatter {
				w.say("The bridge does not try the refund again by itself.\n")
			}
		})
	})
}
