package command

import (
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

func keepCommand() *cobra.Command {
	var request api.KeepRequest
	cmd := &cobra.Command{
		Use:   "keep <merid> --why <reason>",
		Short: "Keeps a merchant's next refused forms for a short time",
		Long: `
Has the bridge that is asked keep the next refused forms of one merchant, so that
"merchant kept" can tell why they were refused: at most 20, of those that are not
longer than 4 KiB, for 10 minutes unless --for says otherwise (at most 1h).

They are in the memory of that bridge only. They are gone when the time is over,
after "merchant forget", and when the configuration is reloaded or the bridge stops.
It is recorded with your name and the reason.

This command does not keep what was refused before, nor what names no merchant.`,
		Example: `  caddy paybridge merchant keep 89900001 --for 10m --why "their signature fails"`,
	}
	cmd.Flags().StringVar(&request.For, "for", "", "How long, up to 1h (default 10m)")
	cmd.Flags().StringVar(&request.Why, "why", "", "The reason, which is recorded (required)")
	return onlineCommand(cmd, cobra.ExactArgs(1), func(o *online, args []string) error {
		request.MerID = args[0]
		var answer api.KeepAnswer
		if err := o.client.Post(o.Context(), "merchants/keep", request, &answer); err != nil {
			return err
		}
		return o.show(answer, func(w printer) {
			w.say("The next %d refused forms of merchant %s are kept until %s. To see why they were refused: caddy paybridge merchant kept %s\n",
				answer.Most, answer.MerID, clock(answer.Until), answer.MerID)
		})
	})
}

func keptCommand() *cobra.Command {
	var request api.KeptTextRequest
	var number int
	cmd := &cobra.Command{
		Use:   "kept <merid>",
		Short: "Tells why the refused forms that are kept were refused",
		Long: `
Lists the refused forms of a merchant that "merchant keep" has kept, and says of each
what "explain" says. With --report it tells all about one form. Neither shows a key, a
signature or anything of a payer.

With --text it prints the request itself as it came, for "explain" or a programmer.
That holds what a payer may be known or charged by: do not put it into mails and
tickets. Who read it and why is recorded.

This command does not change what is kept.`,
		Example: `  caddy paybridge merchant kept 89900001
  caddy paybridge merchant kept 89900001 --report 2
  caddy paybridge merchant kept 89900001 --text 2 --why "comparing with their log"`,
	}
	countVar(cmd.Flags(), &number, "report", "All that explain says of the form with this number")
	countVar(cmd.Flags(), &request.Number, "text", "The form with this number as it came; needs --why")
	cmd.Flags().StringVar(&request.Why, "why", "", "The reason, which is recorded (required with --text)")
	cmd.MarkFlagsMutuallyExclusive("report", "text")
	return onlineCommand(cmd, cobra.ExactArgs(1), func(o *online, args []string) error {
		request.MerID = args[0]
		if request.Number != 0 {
			var answer api.KeptText
			if err := o.client.Post(o.Context(), "merchants/kept/text", request, &answer); err != nil {
				return err
			}
			return o.show(answer, func(w printer) { _, _ = io.WriteString(exactly(w), answer.Text) })
		}
		var list api.KeptList
		if err := o.client.Get(o.Context(), "merchants/kept", api.KeptQuery{MerID: args[0]}, &list); err != nil {
			return err
		}
		if number < 0 || number > len(list.Items) {
			return saysNo{say("--report: there is no form with this number")}
		}
		return o.show(list, func(w printer) { printKept(w, list, number, o) })
	})
}

func printKept(w printer, list api.KeptList, number int, o *online) {
	if number > 0 {
		_, _ = io.WriteString(w, list.Items[number-1].Report)
		return
	}
	if len(list.Items) == 0 {
		w.say("None was refused yet. They are kept until %s.\n", clock(list.Until))
		return
	}
	rows := make([][]string, len(list.Items))
	for i, k := range list.Items {
		rows[i] = []string{strconv.Itoa(k.Number), clock(k.At), k.RemoteIP, k.RespCode, k.Cause}
	}
	w.table("NUMBER | TIME | FROM | RESPCODE | CAUSE", rows)
	w.say("\nKept until %s.", clock(list.Until))
	zoneNote(w, o.now)
}

func forgetCommand() *cobra.Command {
	var request api.ForgetRequest
	cmd := &cobra.Command{
		Use:   "forget <merid> --why <reason>",
		Short: "Forgets a merchant's refused forms that are kept",
		Long: `
Ends what "merchant keep" has begun, before its time is over: what is kept is gone, and
no more is kept. It is recorded with your name and the reason.

This command does not change an order.`,
		Example: `  caddy paybridge merchant forget 89900001 --why "found it"`,
	}
	cmd.Flags().StringVar(&request.Why, "why", "", "The reason, which is recorded (required)")
	return onlineCommand(cmd, cobra.ExactArgs(1), func(o *online, args []string) error {
		request.MerID = args[0]
		var answer api.ForgetAnswer
		if err := o.client.Post(o.Context(), "merchants/forget", request, &answer); err != nil {
			return err
		}
		return o.show(answer, func(w printer) {
			w.say("%d kept forms of merchant %s are gone, and no more are kept.\n", answer.Forms, answer.MerID)
		})
	})
}
