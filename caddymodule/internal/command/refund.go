package command

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
)

// refundCommand makes "caddy paybridge refund".
func refundCommand() *cobra.Command {
	var request api.RefundRequest
	cmd := &cobra.Command{
		Use:   "refund <merid> <number> --why <reason>",
		Short: "Tries a failed refund again",
		Long: `
Tries the refund of an order again that is refund_failed, after its cause is mended:
usually the merchant's balance at the gateway was too low. It goes out under the
order's one refund number, so the gateway pays it once.

The gateway is asked first. When it says that the refund is done, that is recorded
and nothing is submitted; one that is under way there is waited for.

The bridge tries refunds by itself that were refused with an error code, eight times
within about four days; one that the gateway reports as failed (refundState 33, 35,
36) it leaves to you, but for a 33 of what the gateway has just refused.

What was given back by other means, for example by bank transfer, is settled:
"settle <merid> <number> refunded --gateway-no <number of the transfer>".`,
		Example: `  caddy paybridge orders --open
  caddy paybridge refund 89900001 20261122000001 --why "balance topped up"`,
	}
	cmd.Flags().StringVar(&request.Why, "why", "", "The reason, which is recorded (required without --dry-run)")
	cmd.Flags().BoolVar(&request.DryRun, "dry-run", false, "Only tell whether it could be tried; the gateway is not asked")
	return onlineCommand(cmd, cobra.ExactArgs(2), func(o *online, args []string) error {
		request.MerID, request.OrderID = args[0], args[1]
		var answer api.RefundAnswer
		if err := o.client.Post(o.Context(), "orders/refund", request, &answer); err != nil {
			return err
		}
		if err := o.show(answer, func(w printer) { printRefund(w, answer, o.now) }); err != nil {
			return err
		}
		if !answer.DryRun && answer.Order.State == translate.RefundFailed {
			return ErrRefused
		}
		return nil
	})
}

func printRefund(w printer, answer api.RefundAnswer, now time.Time) {
	if answer.DryRun {
		w.say("The refund %s could be tried again. Nothing was changed.\n", answer.Order.RefundNo)
		return
	}
	w.say("The gateway was asked and said: %s\nThe order is %s.\n", answer.GatewaySaid, answer.Order.State)
	w.sentence(w.headline(answer.Order, now))
}
