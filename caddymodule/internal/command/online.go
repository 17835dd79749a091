package command

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/user"
	"time"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// online is a command that asks the Caddy that runs, while it runs itself.
type online struct {
	*cobra.Command
	client *api.Client
	now    time.Time
}

// onlineCommand completes a command that asks the Caddy that runs: its common
// flags, where it prints, and how it ends (see exitStatuses).
func onlineCommand(cmd *cobra.Command, args cobra.PositionalArgs, run func(*online, []string) error) *cobra.Command {
	flags := cmd.Flags()
	flags.String("address", "", "Address of Caddy's admin endpoint (default: that of --config, or localhost:2019)")
	flags.StringP("config", "c", "", "Configuration file that names the admin endpoint")
	flags.StringP("adapter", "a", "", "Name of the config adapter to apply")
	flags.Bool("json", false, "Print the API's answer as JSON")
	cmd.SetFlagErrorFunc(flagUsage)
	cmd.Args = usageOf(args)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, err := adminClient(cmd)
		if err == nil {
			err = run(&online{Command: cmd, client: client, now: time.Now()}, args)
		}
		var refusal *api.Refusal
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrRefused): // everything has been said
			cmd.SilenceErrors = true
			return err
		case errors.Is(err, errWarned):
			cmd.SilenceErrors = true
			return exitWith(cmd, exitWarned, nil)
		}
		status := statusOf(err)
		if errors.As(err, &refusal) {
			err = withFlagName(cmd, refusal)
		}
		return exitWith(cmd, status, err)
	}
	return cmd
}

// adminClient makes the client of the endpoint that the flags name.
func adminClient(cmd *cobra.Command) (*api.Client, error) {
	text := func(flag string) string {
		value, _ := cmd.Flags().GetString(flag) // the flag is there
		return value
	}
	err := readable(text("config"))
	var address string
	if err == nil {
		address, err = caddycmd.DetermineAdminAPIAddress(text("address"), nil, text("config"), text("adapter"))
	}
	if err != nil {
		return nil, say("looking for the admin endpoint in the configuration: %v", err)
	}
	client, err := api.NewClient(address, operatorName())
	if err != nil {
		return nil, err
	}
	if asJSON, _ := cmd.Flags().GetBool("json"); !asJSON { // what programs read is English
		client.Language = langOf(cmd)
	}
	return client, nil
}

// operatorName is who sits at the terminal, as far as the system knows. Behind
// sudo that is who called it.
func operatorName() string {
	if name := os.Getenv("SUDO_USER"); name != "" {
		return name
	}
	if current, err := user.Current(); err == nil {
		return current.Username
	}
	return cmp.Or(os.Getenv("USER"), "uid unknown")
}

// show prints an answer: as JSON when that is asked for, else in words. It returns
// errWarned when rows of the ledger are missing from the answer.
func (o *online) show(answer any, words func(printer)) error {
	var missing []api.Unreadable
	if partial, may := answer.(interface{ Incomplete() []api.Unreadable }); may {
		missing = partial.Incomplete()
	}
	if asJSON, _ := o.Flags().GetBool("json"); asJSON {
		if err := writeJSON(outOf(o.Command), answer); err != nil {
			return err
		}
	} else {
		words(printerOf(o.Command))
		missingNote(printerOf(o.Command), missing)
	}
	if len(missing) > 0 {
		return errWarned
	}
	return nil
}

// missingNote names the rows that are left out.
func missingNote(w printer, rows []api.Unreadable) {
	if len(rows) == 0 {
		return
	}
	w.say("\nLeft out, because their rows in the ledger cannot be read: %d. See the runbook PaybridgeRowsSetAside.\n", len(rows))
	for _, row := range rows {
		w.say("  %s: %s\n", row.Name(), row.Cause)
	}
}

// noneNote says that a list has nothing, unless what it has cannot be read.
func (p printer) noneNote(missing api.Missing, text string, values ...any) {
	if len(missing.Unreadable) == 0 {
		p.say(text+"\n", values...)
	}
}

// writeJSON prints what a command answers to --json.
func writeJSON(w io.Writer, answer any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(answer)
}

// clock writes a time of a table, in the local zone; "-" for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format(time.DateTime)
}

// zoneNote says in which zone the times of a table are.
func zoneNote(w printer, now time.Time) {
	w.say("\nTimes are local: %s (UTC%s).\n", now.Local().Format("MST"), now.Local().Format("-07:00"))
}

// moreNote says that a list goes on.
func moreNote(w printer, next string) {
	if next != "" {
		w.say("\nThere are more; for the next page add: --after %s\n", next)
	}
}

// timeFlag reads a time as operators write it.
type timeFlag struct{ time.Time }

var timeLayouts = []string{time.RFC3339, time.DateTime, "2006-01-02 15:04", time.DateOnly}

// Set reads a moment, in the local zone unless it names another, or how long
// ago.
func (f *timeFlag) Set(text string) error {
	if ago, err := time.ParseDuration(text); err == nil && ago > 0 {
		f.Time = time.Now().Add(-ago)
		return nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			f.Time = t
			return nil
		}
	}
	return say(`write for example "2026-11-22 03:00" or 2026-11-22 in local time, or 2h for two hours ago`)
}

func (f *timeFlag) String() string {
	if f == nil || f.IsZero() {
		return ""
	}
	return f.Format(time.RFC3339)
}

// Type names the flag's values in the help.
func (*timeFlag) Type() string { return "time" }
