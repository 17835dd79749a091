package command

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// merchantCommand makes "caddy paybridge merchant" with its subcommands.
func merchantCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "merchant",
		Short: "Lists merchants; pauses and resumes their notifications; says where their orders go",
		Long: `
Lists merchants, and keeps the notifications of one back while its server cannot
take them: "pause" keeps them, "resume" sends all that was kept. None is lost.
"route" says whether a merchant's new orders go to the old gateway or to v2. Who did
it and why is recorded.

These commands do not stop a merchant's payments, queries or cancels, and do not
add, change or remove a merchant: the configuration does.`,
		Example: `  caddy paybridge merchant list
  caddy paybridge merchant pause 89900001 --why "their database is being moved"
  caddy paybridge merchant resume 89900001 --why "their database has moved"
  caddy paybridge merchant route 89900001 v2 --percent 20 --why "shadow found nothing"
  caddy paybridge merchant keep 89900001 --for 10m --why "their signature fails"`,
	}
	refuseUnknown(cmd)
	cmd.AddCommand(merchantListCommand(), pauseCommand(), resumeCommand(), merchantRouteCommand(), keepCommand(), keptCommand(), forgetCommand())
	return cmd
}

func merchantListCommand() *cobra.Command {
	var query api.MerchantsQuery
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Lists merchants",
		Long: `
Lists the merchants of the configuration that serves, and those that are paused,
by number. It changes nothing and prints no key.`,
		Example: `  caddy paybridge merchant list
  caddy paybridge merchant list --paused`,
	}
	cmd.Flags().BoolVar(&query.Paused, "paused", false, "Only merchants whose notifications are paused")
	countVar(cmd.Flags(), &query.Limit, "limit", "At most so many, up to 500 (default 50)")
	cmd.Flags().StringVar(&query.After, "after", "", "Go on where the list before ended")
	return onlineCommand(cmd, cobra.NoArgs, func(o *online, _ []string) error {
		var list api.MerchantList
		if err := o.client.Get(o.Context(), "merchants", query, &list); err != nil {
			return err
		}
		return o.show(list, func(w printer) { printMerchants(w, list, o.now) })
	})
}

func printMerchants(w printer, list api.MerchantList, now time.Time) {
	if len(list.Items) == 0 {
		w.say("No merchant was found.\n")
		return
	}
	rows := make([][]string, len(list.Items))
	for i, m := range list.Items {
		rows[i] = []string{m.MerID, m.GatewayMerchant, m.Suite, w.pauseText(m)}
	}
	w.table("MERID | GATEWAY MERCHANT | SUITE | NOTIFICATIONS", rows)
	moreNote(w, list.Next)
	zoneNote(w, now)
}

func (p printer) pauseText(m api.Merchant) string {
	text := say("sent")
	if m.Pause != nil {
		text = say("paused since %s by %s: %s", clock(m.Pause.At), m.Pause.Who, m.Pause.Why)
	}
	if !m.Configured {
		text = say("%s (not configured any more)", text)
	}
	return p.text(text)
}

func pauseCommand() *cobra.Command {
	return pausing("merchants/pause", &cobra.Command{
		Use:   "pause <merid> --why <reason>",
		Short: "Keeps a merchant's notifications back",
		Long: `
Keeps a merchant's notifications back until "resume", for example while its server
is being repaired. None is lost: what becomes due is kept. Calls that are under way
come to their end. It is recorded with your name and the reason, and lasts over
reloads and restarts.

This command does not stop the merchant's payments, queries or cancels.`,
		Example: `  caddy paybridge merchant pause 89900001 --why "their database is being moved"`,
	}, func(w printer, answer api.PauseAnswer) {
		w.say("The notifications of merchant %s are kept back. To send them: caddy paybridge merchant resume %s --why REASON\n",
			answer.MerID, answer.MerID)
	})
}

func resumeCommand() *cobra.Command {
	return pausing("merchants/resume", &cobra.Command{
		Use:   "resume <merid> --why <reason>",
		Short: "Sends a merchant's notifications again",
		Long: `
Ends a pause. Everything that was kept back becomes due at once; the merchant gets
as many calls at a time as always. It is recorded with your name and the reason.

This command does not send what is exhausted; "notifications resend" does.`,
		Example: `  caddy paybridge merchant resume 89900001 --why "their database has moved"`,
	}, func(w printer, answer api.PauseAnswer) {
		w.say("The notifications of merchant %s are sent again; %d that were kept back are due now.\n",
			answer.MerID, answer.Resumed)
	})
}

// pausing completes a command that pauses or resumes.
func pausing(path string, cmd *cobra.Command, tell func(printer, api.PauseAnswer)) *cobra.Command {
	var request api.PauseRequest
	cmd.Flags().StringVar(&request.Why, "why", "", "The reason, which is recorded (required)")
	return onlineCommand(cmd, cobra.ExactArgs(1), func(o *online, args []string) error {
		request.MerID = args[0]
		var answer api.PauseAnswer
		if err := o.client.Post(o.Context(), path, request, &answer); err != nil {
			return err
		}
		return o.show(answer, func(w printer) { tell(w, answer) })
	})
}
