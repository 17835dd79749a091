package caddymodule

import (
	"fmt"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

func init() {
	caddycmd.RegisterCommand(caddycmd.Command{
		Name:  "paybridge",
		Usage: "<command>",
		Short: "Looks into Paybridge and acts on it",
		Long: `
The commands of an operator. Most of them ask the Caddy that runs, through its
admin endpoint (see --address), and work on its ledger. Those marked "offline"
read files only and need no Caddy.

Nothing that they print holds a key, a payer's openid or the address of a
notification beyond its host.

Exit statuses:` + exitTable(),
		CobraFunc: func(paybridge *cobra.Command) {
			refuseUnknown(paybridge)
			for _, command := range subcommands {
				paybridge.AddCommand(command())
			}
		},
	})
}

// refuseUnknown has a command that only groups others fail on a word that is none
// of them. Cobra by itself prints the help and reports success, which a script
// takes for a backup.
func refuseUnknown(group *cobra.Command) {
	group.Args = usageOf(cobra.ArbitraryArgs)
	group.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return exitWith(cmd, exitUsage, fmt.Errorf("there is no command %q; see %s --help", args[0], cmd.CommandPath()))
	}
}

// subcommands are the commands of "caddy paybridge", in one list so that a
// reader sees them all. Cobra sorts them by name.
var subcommands = []func() *cobra.Command{
	backupCommand,
	changesCommand,
	dealtCommand,
	explainCommand,
	keygenCommand,
	merchantCommand,
	notificationsCommand,
	orderCommand,
	ordersCommand,
	quarantineCommand,
	refundCommand,
	restoreCommand,
	selfcheckCommand,
	settleCommand,
	translateCommand,
}
