package command

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// resendCommand makes "caddy paybridge notifications resend".
func resendCommand() *cobra.Command {
	var request api.ResendRequest
	var state string
	var from, to timeFlag
	var yes bool
	cmd := &cobra.Command{
		Use:   "resend [<merid> <number>] --why <reason>",
		Short: "Sends notifications to merchants again",
		Long: `
Sends the notification of one order again, or those that a filter finds: what is
exhausted and nobody has dealt with, unless --state says paused or already_credited. What a
filter finds is only shown until you say --yes; one order is sent at once, unless you say --dry-run.

They are spread over time, 10 a second unless --rate says otherwise, and each is
called once more; when the merchant does not acknowledge, it is exhausted again. At
most 5000 are sent at once. What is done is recorded with your name and the reason.

--again calls once more about one order that the merchant has acknowledged. ASK THE
MERCHANT FIRST: a program that does not recognise the order number credits the payment
a second time. Exactly one call is made, at once; its answer is printed and recorded,
and whatever it is, the notification stays delivered and nothing is repeated. Should
the bridge die meanwhile, the history shows the call as unrecorded. --dry-run only
tells whether it could be made. The exit status is 1 when the answer does not count.

Without --again, this command does not send what waits for its time anyway, what the merchant has
acknowledged, what is withheld because the payment was given back, or what belongs
to a paused merchant ("merchant resume" does that). It does not change an order.`,
		Example: `  caddy paybridge notifications resend 89900001 20261122000001 --why "asked by telephone"
  caddy paybridge notifications resend 89900001 20261122000001 --again --why "they lost their books; asked by telephone"
  caddy paybridge notifications resend --merchant 89900001 --from 6h
  caddy paybridge notifications resend --merchant 89900001 --from 6h --rate 5 --why "their server is back" --yes`,
	}
	flags := cmd.Flags()
	flags.StringVar(&request.MerID, "merchant", "", "Filter: only this merchant's (merid)")
	flags.StringVar(&state, "state", "", "Filter: exhausted (the default), paused or already_credited")
	flags.Var(&from, "from", "Filter: only of payments recorded at this time or later")
	flags.Var(&to, "to", "Filter: only of payments recorded before this time")
	flags.BoolVar(&request.All, "all", false, "Everything, of all merchants")
	countVar(flags, &request.Rate, "rate", "So many a second, up to 100 (default 10)")
	flags.BoolVar(&request.Again, "again", false, "One call about one order that its merchant has acknowledged")
	flags.BoolVar(&request.DryRun, "dry-run", false, "Only tell what would be sent")
	flags.BoolVar(&yes, "yes", false, "Send what the filter finds, rather than show it")
	flags.StringVar(&request.Why, "why", "", "The reason, which is recorded (required without --dry-run)")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "yes")
	return onlineCommand(cmd, noneOr(2), func(o *online, args []string) error {
		if len(args) > 0 {
			if request.MerID != "" {
				return say("--merchant: the merchant is named already")
			}
			request.MerID, request.OrderID = args[0], args[1]
		}
		unconfirmed := len(args) == 0 && !yes
		request.DryRun = request.DryRun || unconfirmed
		request.State, request.From, request.To = ledger.NotificationState(state), from.Time, to.Time
		var sent api.Resent
		if err := o.client.Post(o.Context(), "notifications/resend", request, &sent); err != nil {
			return err
		}
		err := o.show(sent, func(w printer) {
			printResent(w, sent, o.now)
			if unconfirmed && sent.Count > 0 {
				w.say("To send them, repeat the command with --yes and --why.\n")
			}
		})
		if err == nil && sent.Call != nil && !sent.Call.Counts {
			return ErrRefused
		}
		if (err == nil || errors.Is(err, errWarned)) && sent.Count == 0 && len(sent.Refused) > 0 {
			return ErrRefused
		}
		return err
	})
}

// noneOr takes no arguments or n of them.
func noneOr(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return cobra.ExactArgs(n)(cmd, args)
	}
}

// resentText says in a sentence what was sent.
func (p printer) resentText(sent api.Resent) string {
	switch {
	case sent.DryRun && sent.Count > 0 && sent.Warning != "":
		return p.text(say("The call could be made; nothing was changed. Note: %s.", sent.Warning))
	case sent.DryRun:
		return p.text(say("%d would be sent again; nothing was changed.", sent.Count))
	case sent.Call != nil:
		return p.calledAgainText(*sent.Call)
	case sent.Count > 0:
		return p.text(say("%d are sent again, the last at %s.", sent.Count, clock(sent.LastDue)))
	}
	return p.text(say("Nothing is sent again."))
}

// calledAgainText says what came of the one call of --again.
func (p printer) calledAgainText(c api.CalledAgain) string {
	text := p.text(say("Call %d: %s.", c.Attempt.N, p.judged(c.Attempt, c.Explained))) + "\n" + p.answerText(c.Attempt) + "\n"
	if c.Counts {
		return text + p.text(say("The merchant has acknowledged again."))
	}
	return text + p.text(say("It does not count, and nothing follows: the notification stays delivered, and no other call is made."))
}

func printResent(w printer, sent api.Resent, now time.Time) {
	if len(sent.Items) > 0 {
		notificationTable(w, sent.Items)
		if sent.Count > len(sent.Items) {
			w.say("… and %d more\n", sent.Count-len(sent.Items))
		}
		w.line()
	}
	w.raw(w.resentText(sent) + "\n")
	for _, r := range sent.Refused {
		w.say("not %s %s: %s\n", r.MerID, r.OrderID, r.Reason)
	}
	if sent.More {
		w.say("There are more than one request sends; repeat the command when these are done.\n")
	}
	if sent.Count > 0 {
		zoneNote(w, now)
	}
}
