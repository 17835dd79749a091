package command

import (
	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// selfcheckCommand makes "caddy paybridge selfcheck".
func selfcheckCommand() *cobra.Command {
	var query api.SelfCheckQuery
	cmd := &cobra.Command{
		Use:   "selfcheck",
		Short: "Looks for what is wrong with the bridge that runs",
		Long: `
Tries everything a payment needs: keys, the clock, a commit to the ledger, free
disk, the gateway (a signed question about an order that does not exist, in the
name of each gateway merchant, at most 100), whether the old gateway answers (a
GET of its page /, which moves nothing), and whether the address that the gateway's
notices go to is answered by Paybridge. It tells how large the ledger is, and warns
when the disk of a SQLite ledger has no room for a copy of it, or less than a tenth
of itself free and less than 2 GiB. More than 10,000 orders are estimated.

A line says ok; WARN where something works and payments can be lost all the same,
as with a database without a synchronous standby; or FAIL. The exit status is 0
when all is well, 1 when something fails, 2 when the bridge could not be asked, 3
when nothing fails but there are warnings.

This command moves no money and changes no order. It does not check a
configuration that is not loaded; "caddy validate" does.`,
		Example: `  caddy paybridge selfcheck
  caddy paybridge selfcheck --merchant 89900001 --json`,
	}
	cmd.Flags().StringVar(&query.MerID, "merchant", "", "Only this merchant's keys and way to the gateway (merid)")
	return onlineCommand(cmd, cobra.NoArgs, func(o *online, _ []string) error {
		var found api.SelfCheck
		if err := o.client.Get(o.Context(), "selfcheck", query, &found); err != nil {
			return err
		}
		if err := o.show(found, func(w printer) { printChecks(w, found) }); err != nil {
			return err
		}
		switch found.Level {
		case api.LevelFail:
			return ErrRefused
		case api.LevelWarn:
			return errWarned
		}
		return nil
	})
}

// levelMarks are how a line of selfcheck begins.
var levelMarks = map[api.Level]bilingual.Said{api.LevelOK: say("ok"), api.LevelWarn: say("WARN"), api.LevelFail: say("FAIL")}

// levelTexts stand below the table.
var levelTexts = map[api.Level]bilingual.Said{
	api.LevelWarn: say("Nothing fails; see the lines with WARN."),
	api.LevelFail: say("Something is wrong; see the lines with FAIL."),
}

func printChecks(w printer, found api.SelfCheck) {
	rows := make([][]string, 0, len(found.Checks))
	for _, c := range w.folded(found.Checks) {
		rows = append(rows, []string{w.text(levelMarks[c.Level]), c.Name, c.Detail})
		if c.Advice != "" {
			rows = append(rows, []string{"", "", "→ " + c.Advice})
		}
	}
	w.table(" | CHECK | FOUND", rows)
	if text, is := levelTexts[found.Level]; is {
		w.raw("\n" + w.text(text) + "\n")
	}
}
