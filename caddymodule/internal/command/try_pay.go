package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// tryPayCommand makes "caddy paybridge try pay".
func tryPayCommand() *cobra.Command {
	var request api.TryPayRequest
	var amount yuanFlag
	var following follow
	cmd := &cobra.Command{
		Use:   "pay <merid> --action <action> --amount <yuan>",
		Short: "Pays as a merchant's customer would",
		Long: `
Sends the pay request of a merchant's program (/api/mpgateway) and prints the request,
the reply and the code for the payer. Then it tells what happens, as it happens, until
the order is paid or --for is over, and gives the money back with --cancel.

It is real money, and this command does not pay: a person scans the code. More than ` + translate.FormatYuan(api.TryLimit) + ` yuan, and the actions *Code, which take the money at
once, need --yes. Nobody is notified of the payment, unless --backurl says whom.

The exit status is 0 when the order was paid, and with --cancel when it was closed or
given back; 3 when --for was over first; 1 when the request was refused or failed.`,
		Example: `  caddy paybridge try pay 89900001 --action WxSao --amount 0.01
  caddy paybridge try pay 89900001 --action AliSao --amount 0.01 --for 5m --cancel
  caddy paybridge try pay 89900001 --action WxSao --amount 0.01 --for 0s --cancel   # without a payer`,
	}
	flags := cmd.Flags()
	flags.StringVar(&request.Action, "action", "", "The v1 action, such as WxSao (required)")
	flags.Var(&amount, "amount", "The amount in yuan, such as 0.01 (required)")
	flags.StringVar(&request.BackURL, "backurl", "", "Who is notified of the payment (default: nobody)")
	flags.StringVar(&request.FrontURL, "fronturl", "", "Where the payer's browser returns to, for WxJsApi")
	flags.StringVar(&request.Code, "code", "", "The code that the payer's phone shows, for the actions *Code")
	flags.StringVar(&request.OpenID, "openid", "", "The payer at WeChat, for WxJsApi")
	flags.StringVar(&request.IP, "ip", "", "The payer's address, for WxH5")
	flags.StringVar(&request.PayWay, "payway", "", "The channel, of a merchant with several")
	flags.DurationVar(&following.until, "for", 2*time.Minute, "Follow the order for so long")
	flags.BoolVar(&following.cancel, "cancel", false, "Then cancel the order: close it, or give the money back")
	flags.BoolVar(&request.Yes, "yes", false, "Also a greater amount, or an action that takes the money at once")
	tryWhy(cmd, &request.Why)
	return onlineCommand(cmd, cobra.ExactArgs(1), func(o *online, args []string) error {
		for _, needed := range []string{"action", "amount"} {
			if !cmd.Flags().Changed(needed) {
				return say("missing: %s", "--"+needed)
			}
		}
		if amount.fen == 0 {
			return say("--amount: write yuan, such as 0.01")
		}
		if following.until < 0 {
			return say("--for: a time cannot be negative")
		}
		request.MerID, request.AmountFen, request.Why = args[0], amount.fen, whyTried(cmd, request.Why)
		following.online, following.merID, following.notified, following.why = o, args[0], request.BackURL != "", request.Why
		return following.pay(request)
	})
}

// yuanFlag reads an amount in yuan.
type yuanFlag struct{ fen int64 }

// Set implements pflag.Value.
func (f *yuanFlag) Set(text string) (err error) {
	if f.fen, err = translate.ParseYuan(text); err != nil {
		return say("write yuan, such as 0.01")
	}
	return nil
}

func (f *yuanFlag) String() string {
	if f == nil || f.fen == 0 {
		return ""
	}
	return translate.FormatYuan(f.fen)
}

// Type names the flag's values in the help.
func (*yuanFlag) Type() string { return "yuan" }

// triedPayment is what "try pay --json" prints when all is over.
type triedPayment struct {
	Pay    api.Tried     `json:"pay"`
	Story  *api.Timeline `json:"story,omitempty"`
	Cancel *api.Tried    `json:"cancel,omitempty"`
}

// pay tries a payment from its request to its end.
func (f *follow) pay(request api.TryPayRequest) error {
	f.out = printerOf(f.Command)
	if asJSON, _ := f.Flags().GetBool("json"); asJSON {
		f.out.Writer = io.Discard // one answer at the end
	}
	var all triedPayment
	if err := f.client.Post(f.Context(), "try/pay", request, &all.Pay); err != nil {
		return err
	}
	f.orderID = all.Pay.OrderID
	f.printPaying(all.Pay, request.AmountFen)
	err := f.toTheEnd(&all)
	if err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, errWarned) {
		f.out.say("\nHow the order stands is not known. To see it: caddy paybridge order %s %s\nTo close it, or to give the money back: %s\n",
			f.merID, f.orderID, f.cancelByHand())
	}
	return cmp.Or(f.show(all, func(printer) {}), err)
}

// cancelByHand is the command that cancels the order.
func (f *follow) cancelByHand() string {
	return fmt.Sprintf("caddy paybridge try cancel %s %s", f.merID, f.orderID)
}

// toTheEnd follows the order, and cancels it where that is wanted. An interrupt ends
// only the following.
func (f *follow) toTheEnd(all *triedPayment) error {
	unknown := all.Pay.Code == string(v1.CodeBusy) // it may have been sent
	if !accepted(all.Pay) && !unknown {
		f.out.say("\nThe request was refused, and no money moves.\n")
		return ErrRefused
	}
	watched, stop := signal.NotifyContext(f.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	state, err := f.watch(watched, all)
	if err != nil {
		return err
	}
	if f.cancel {
		return f.giveUp(all)
	}
	return f.verdict(state)
}

// verdict says how the order stands at the end, and what can be done.
func (f *follow) verdict(state translate.State) error {
	switch {
	case state == translate.Paid:
		f.out.say("\nPaid. To give the money back: %s\n", f.cancelByHand())
		return nil
	case state.Final():
		f.out.say("\nThe order is %s.\n", state)
		return ErrRefused
	}
	f.out.say("\nNot paid within %s; it can still be paid. To see more: caddy paybridge order %s %s\nTo close it: %s\n",
		f.until, f.merID, f.orderID, f.cancelByHand())
	return errWarned
}

// giveUp cancels the order until that is done. A refund takes the gateway a moment.
func (f *follow) giveUp(all *triedPayment) error {
	request := api.TryOrderRequest{MerID: f.merID, OrderID: f.orderID, Why: f.why}
	all.Cancel = new(api.Tried)
	for range cancelTries {
		*all.Cancel = api.Tried{}
		if err := f.client.Post(f.Context(), "try/cancel", request, all.Cancel); err != nil {
			return err
		}
		if accepted(*all.Cancel) {
			break
		}
		rest(f.Context(), lookEvery)
	}
	f.out.line()
	printTried(f.out, *all.Cancel)
	if _, err := f.look(f.Context(), all); err != nil {
		return err
	}
	if !accepted(*all.Cancel) {
		f.out.say("\nNot cancelled yet; the bridge goes on. Repeat: caddy paybridge try cancel %s %s\n", f.merID, f.orderID)
		return ErrRefused
	}
	f.out.say("\nCancelled: the order is %s.\n", all.Story.Order.State)
	return nil
}

// rest waits, but not longer than ctx.
func rest(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
