package caddymodule

import (
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
notification beyond its host.`,
		CobraFunc: func(paybridge *cobra.Command) {
			for _, command := range subcommands {
				paybridge.AddCommand(command())
			}
		},
	})
}

// subcommands are the commands of "caddy paybridge", in one list so that a
// reader sees them all. Cobra sorts them by name.
var subcommands = []func() *cobra.Command{
	backupCommand,
	changesCommand,
	explainCommand,
	keygenCommand,
	merchantCommand,
	notificationsCommand,
	orderCommand,
	ordersCommand,
	selfcheckCommand,
	settleCommand,
	translateCommand,
}
