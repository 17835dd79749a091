package command

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// purgeCommand makes "caddy paybridge purge".
func purgeCommand() *cobra.Command {
	var request api.PurgeRequest
	var age daysFlag
	var yes bool
	cmd := &cobra.Command{
		Use:   "purge --older-than <days>d --export <file> --why <reason> --yes",
		Short: "Exports old orders and forgets all of them but the numbers",
		Long: `
Has the Caddy that runs write old orders to a new file on its own machine, which only
Caddy's user can read: every column of the order, its notification, calls, history and
changes, one line of JSON each, and on the last line their number and SHA-256. What is
durable there is then forgotten, in small steps; payments go on. Without --yes they are
only counted. Nothing is forgotten where Caddy sees another folder than you, such as the
/tmp that a service has to itself.

Of each order there stay its numbers, amount, state, times and the fingerprint of its
request. So a number is never used for a second payment, a repeat, a query and a cancel
are answered as ever, and a late notice is held against state and amount. Payer's openid
and address, URLs, what was shown to the payer, history and calls are gone.

Only final orders are purged whose age is over 30 days. Never purged is what somebody has
to do something about: what is open, waits, is paused, is exhausted or a failed refund
that nobody has dealt with, or has a message in quarantine.

A purge that was stopped is gone on with by a new one, to another file. The ledger's file
does not become smaller: what is free in it is used for new orders. A backup has only what
is left, and so has a ledger that was restored from one.`,
		Example: `  caddy paybridge purge --older-than 400d
  caddy paybridge purge --older-than 400d --export /var/lib/paybridge/purged-2027-01.jsonl --why "retention, 13 months" --yes`,
	}
	flags := cmd.Flags()
	flags.Var(&age, "older-than", "Orders created and settled longer ago than so many days, such as 400d (required)")
	flags.StringVar(&request.File, "export", "", "The file to write them to; it must not exist (required with --yes)")
	flags.StringVar(&request.Why, "why", "", "The reason, which is recorded (required with --yes)")
	flags.BoolVar(&yes, "yes", false, "Purge, rather than count")
	return onlineCommand(cmd, cobra.NoArgs, func(o *online, _ []string) error {
		if age.days == 0 {
			return exitWith(cmd, exitUsage, say("--older-than: missing; write for example 400d"))
		}
		request.Before, request.DryRun = o.now.AddDate(0, 0, -age.days).Truncate(time.Millisecond), !yes
		if yes && request.File != "" {
			var err error
			if request.File, request.Folder, err = o.writtenFile(request.File); err != nil {
				return err
			}
		}
		var purged api.Purged
		if err := o.client.Post(o.Context(), "purge", request, &purged); err != nil {
			return err
		}
		return o.show(purged, func(w printer) { printPurged(w, purged) })
	})
}

func printPurged(w printer, p api.Purged) {
	if p.DryRun {
		w.say("%d orders would be purged; nothing was changed. To purge them, repeat the command with --export, --why and --yes.\n", p.Orders)
		return
	}
	w.say("%d orders were purged; %d are in %s (SHA-256 %s).\n", p.Orders, p.Written, p.File, p.SHA256)
}

// daysFlag is a flag with a number of days, such as 400d.
type daysFlag struct{ days int }

// Set reads a number of days.
func (f *daysFlag) Set(text string) error {
	number, days := strings.CutSuffix(text, "d")
	n, err := strconv.Atoi(number)
	if !days || err != nil || n < 1 || n > 100_000 {
		return say("write for example 400d for 400 days")
	}
	f.days = n
	return nil
}

func (f *daysFlag) String() string {
	if f == nil || f.days == 0 {
		return ""
	}
	return strconv.Itoa(f.days) + "d"
}

// Type names the flag's values in the help.
func (*daysFlag) Type() string { return "days" }
