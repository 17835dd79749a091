package command

import (
	"bytes"
	"cmp"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// tryCommand makes "caddy paybridge try" with its subcommands.
func tryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "try",
		Short: "Pays, queries, cancels and notifies as a merchant would",
		Long: `
Acts in a merchant's name against the bridge that runs, to see what a program of the
merchant would get. The bridge signs with the merchant's key and serves the request
as one that came to its site. No key is needed here, and none is shown.

"pay" and "cancel" move real money at the gateway. The number of a tried order begins
with ` + translate.TryPrefix + `, here, at the merchant and in statements; no merchant can use such
a number. Tried orders do not count in the success rate of the console. Who tried
what and why is in "changes".

What is between merchants and Caddy, such as DNS, TLS and a load balancer, is not
tried. Beside an old gateway a try goes to v2, whatever the merchant's route.`,
		Example: `  caddy paybridge try pay 89900001 --action WxSao --amount 0.01 --cancel
  caddy paybridge try query 89900001 20261122000001
  caddy paybridge try notify 89900001 https://shop.example.com/notify.php`,
	}
	refuseUnknown(cmd)
	cmd.AddCommand(tryPayCommand(), tryQueryCommand(), tryCancelCommand(), tryNotifyCommand())
	return cmd
}

// tryWhy is the flag of the reason. That somebody tries is reason enough for what
// touches no order but its own.
func tryWhy(cmd *cobra.Command, why *string) {
	cmd.Flags().StringVar(why, "why", "", "The reason, which is recorded (default: tried by hand)")
}

// whyTried is the reason that was given, or the default in the operator's language.
func whyTried(cmd *cobra.Command, why string) string {
	if cmd.Flags().Changed("why") {
		return why
	}
	return say("tried by hand").In(langOf(cmd))
}

func tryQueryCommand() *cobra.Command {
	return onlineCommand(&cobra.Command{
		Use:   "query <merid> <number>",
		Short: "Queries an order as its merchant would",
		Long: `
Sends the query of a merchant's program (/api/query) and prints the request and the
reply. The number is the merchant's own, or the queryid of v1; it need not be a try.

Like every query of a merchant it may have the bridge ask the gateway, and what the
gateway says for certain is recorded. Nothing else is changed. The exit status is 1
when the respcode is not 00.`,
		Example: `  caddy paybridge try query 89900001 20261122000001`,
	}, cobra.ExactArgs(2), func(o *online, args []string) error {
		return o.tryOrder("try/query", api.TryOrderRequest{MerID: args[0], OrderID: args[1]})
	})
}

func tryCancelCommand() *cobra.Command {
	var request api.TryOrderRequest
	cmd := &cobra.Command{
		Use:   "cancel <merid> <number>",
		Short: "Cancels an order as its merchant would",
		Long: `
Sends the cancel of a merchant's program (/api/cancel) and prints the request and the
reply: what is not paid is closed, what is paid is given back in full. The reply is
00 when that is done. Until then repeat the command; a refund may take a moment.

An order that is no try may be a customer's, so it needs --yes. The exit status is 1
when the respcode is not 00. It is recorded with your name and the reason.`,
		Example: `  caddy paybridge try cancel 89900001 ` + translate.TryPrefix + `20261122030000ABCDEF`,
	}
	cmd.Flags().BoolVar(&request.Yes, "yes", false, "Also an order that is no try, such as a customer's")
	tryWhy(cmd, &request.Why)
	return onlineCommand(cmd, cobra.ExactArgs(2), func(o *online, args []string) error {
		request.MerID, request.OrderID, request.Why = args[0], args[1], whyTried(cmd, request.Why)
		return o.tryOrder("try/cancel", request)
	})
}

// tryOrder queries or cancels an order.
func (o *online) tryOrder(path string, request api.TryOrderRequest) error {
	var tried api.Tried
	if err := o.client.Post(o.Context(), path, request, &tried); err != nil {
		return err
	}
	if err := o.show(tried, func(w printer) { printTried(w, tried) }); err != nil {
		return err
	}
	if !accepted(tried) {
		return ErrRefused
	}
	return nil
}

func accepted(t api.Tried) bool { return t.Code == string(v1.CodeOK) }

// printTried shows a request and its reply.
func printTried(w printer, t api.Tried) {
	w.say("Request: POST %s\n", t.Address)
	w.raw(pretty(t.Message))
	w.say("  as the form: req=%s&sign=%s\n\n", cmp.Or(t.Req, w.text(say("<that in base64>"))), t.Sign)
	code := v1.Code(t.Code)
	w.say("Reply: %s, %s; its signature is good\n", t.Code, bilingual.Pair(code.Meaning(), code.Message()))
	w.raw(pretty(t.Reply))
	if t.Result != "" {
		code := v1.ResultCode(t.Result)
		w.say("  resultcode %s: %s\n", t.Result, bilingual.Pair(code.Meaning(), code.Message()))
	}
}

// pretty writes JSON over several lines.
func pretty(text string) string {
	var lines bytes.Buffer
	if json.Indent(&lines, []byte(text), "  ", "  ") != nil {
		return "  " + text + "\n"
	}
	return "  " + lines.String() + "\n"
}
