// Package command has the commands of "caddy paybridge". Most ask the Caddy that runs,
// through the client of internal/api; explain, translate and restore read a
// configuration instead, through [Offline]; keygen needs neither.
package command

import (
	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/preview"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// Offline reads configurations for commands that need no running Caddy. It starts
// nothing and opens nothing but files and the tokens of keys that are in none.
type Offline interface {
	// Load reads the app of a configuration in JSON, and its merchants with their
	// keys. The configuration is to be closed.
	Load(config []byte) (Config, error)
	// Examples are the settings of an app without any configuration.
	Examples() preview.Settings
	// LedgerFile is the path of the ledger that a configuration in JSON names. The
	// error says so when it is no file.
	LedgerFile(config []byte) (string, error)
}

// Config is a configuration that is read and not run.
type Config struct {
	Merchants *merchants.Registry
	Preview   preview.Settings // without what a merchant has of its own
	Close     func()           // lets go of keys that are in no file

	OldGateway   bool       // there is one
	DefaultRoute route.Side // beside it, of merchants without a route of their own
}

// Long is the help of "caddy paybridge" itself.
var Long = `
The commands of an operator. Most of them ask the Caddy that runs, through its
admin endpoint (see --address), and work on its ledger. Those marked "offline"
read files only and need no Caddy.

Nothing that they print holds a key, a payer's openid or the address of a
notification beyond its host.

Exit statuses:` + exitTable()

// AddTo adds the commands to "caddy paybridge".
func AddTo(paybridge *cobra.Command, offline Offline) {
	refuseUnknown(paybridge)
	addLangFlag(paybridge)
	paybridge.SetFlagErrorFunc(flagUsage)
	for _, cmd := range commands(offline) {
		addCompletion(cmd)
		capitalise(cmd)
		paybridge.AddCommand(cmd)
	}
	speakHelp(paybridge)
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
		return exitWith(cmd, exitUsage, say("there is no command %q; see %s --help", args[0], cmd.CommandPath()))
	}
}

// commands are those of "caddy paybridge", in one list so that a reader sees them
// all. Cobra sorts them by name.
func commands(offline Offline) []*cobra.Command {
	return []*cobra.Command{
		backupCommand(),
		changesCommand(),
		dealtCommand(),
		explainCommand(offline),
		keygenCommand(),
		merchantCommand(),
		notificationsCommand(),
		orderCommand(),
		ordersCommand(),
		purgeCommand(),
		quarantineCommand(),
		reconcileCommand(),
		readinessCommand(),
		refundCommand(),
		refusedCommand(),
		restoreCommand(offline),
		routesCommand(),
		selfcheckCommand(),
		settleCommand(),
		translateCommand(offline),
		tryCommand(),
		versionCommand(),
	}
}
