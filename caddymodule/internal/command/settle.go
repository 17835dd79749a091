package command

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
)

// settleCommand makes "caddy paybridge settle".
func settleCommand() *cobra.Command {
	var request api.SettleRequest
	moved := translate.OneOf(translate.StatesWhere(func(r translate.StateRow) bool { return r.Moved })...)
	cmd := &cobra.Command{
		Use:   "settle <merid> <number> <state> --why <reason> [--gateway-no <number>]",
		Short: "Settles a stuck order by your word",
		Long: `
Records what became of an order that the gateway does not answer for, after its
people have told you. It is the last resort: an order in doubt is asked about by
itself, again and again.

Only an order that is stuck can be settled:

  ` + strings.Join(translate.SettleRules(), "\n  ") + `

A refund that failed has become refunded when somebody gave the money back by other
means. For ` + moved + `, --gateway-no must give the gateway's own number of the
payment or refund, or the number of the bank transfer.

An order that is final can be settled when the gateway has contradicted it since.
Give the state it has to record that it stands. A failed order that was paid is
settled as paid, with the gateway's number: the bridge gives the payment back,
because the merchant may have heard that the order failed. A refunded order becomes
refund_failed only where the gateway itself has said that since.

The gateway is asked first. When it is certain, its word is recorded instead of
yours; when what it signs says otherwise, your word is refused. An order that
becomes paid is notified to the merchant as always. All is recorded with your
name and the reason.

It cannot undo what is final, and charges nobody.`,
		Example: `  caddy paybridge settle 89900001 20261122000001 failed --dry-run
  caddy paybridge settle 89900001 20261122000001 paid --gateway-no 2026112200123 --why "bank statement of 22 Nov"`,
	}
	cmd.Flags().StringVar(&request.GatewayNo, "gateway-no", "", "The gateway's own number, or that of a bank transfer (required for "+moved+")")
	cmd.Flags().StringVar(&request.Why, "why", "", "The reason, which is recorded (required without --dry-run)")
	cmd.Flags().BoolVar(&request.DryRun, "dry-run", false, "Only tell whether it would be done; the gateway is asked, and what it says for certain is recorded")
	return onlineCommand(cmd, cobra.ExactArgs(3), func(o *online, args []string) error {
		request.MerID, request.OrderID, request.State = args[0], args[1], translate.State(args[2])
		var answer api.SettleAnswer
		if err := o.client.Post(o.Context(), "orders/settle", request, &answer); err != nil {
			return err
		}
		if err := o.show(answer, func(w printer) { printSettled(w, answer, request, o.now) }); err != nil {
			return err
		}
		if answer.ByGateway && answer.Order.State != request.State {
			return ErrRefused
		}
		return nil
	})
}

func printSettled(w printer, answer api.SettleAnswer, request api.SettleRequest, now time.Time) {
	w.say("The gateway was asked and said: %s\n", answer.GatewaySaid)
	switch {
	case answer.ByGateway && answer.Before == translate.RefundFailed && request.GatewayNo != "" && !request.DryRun:
		w.say("That is certain and was recorded: the order was %s and is %s. Your number is on record, too; see that the payer has not got the money twice.\n",
			answer.Before, answer.Order.State)
	case answer.ByGateway:
		w.say("That is certain and was recorded: the order was %s and is %s. Your word was not needed.\n", answer.Before, answer.Order.State)
	case answer.DryRun && answer.Order.State != answer.Before:
		w.say("By the gateway's answer the order is %s; it was %s. It could be settled as %s. Nothing else was changed.\n", answer.Order.State, answer.Before, request.State)
	case answer.DryRun:
		w.say("The order is %s; it could be settled as %s. Nothing was changed.\n", answer.Order.State, request.State)
	case answer.Order.State == answer.Before:
		w.say("The order stays %s; your word is on record.\n", answer.Order.State)
	default:
		w.say("The order was %s and is %s.\n", answer.Before, answer.Order.State)
	}
	w.sentence(w.headline(answer.Order, now))
}
