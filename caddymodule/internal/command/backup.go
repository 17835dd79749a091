package command

import (
	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// backupCommand makes "caddy paybridge backup".
func backupCommand() *cobra.Command {
	return onlineCommand(&cobra.Command{
		Use:   "backup <file>",
		Short: "Writes a copy of the ledger to a file",
		Long: `
Has the Caddy that runs write a copy of its ledger, as it is at one moment, to a new
file on its own machine, which only Caddy's user can read. Payments go on. A path
that is not absolute starts at this folder. Caddy must be allowed to write there, and see
the same folder as you: as a service it may write below /var/lib/paybridge, and what it
calls /tmp and /var/tmp is its own, so that a path there is refused. How to restore the
copy is told in docs/operating.md.

This command does not overwrite a file, does not copy keys or the configuration,
and does not work for a ledger on PostgreSQL, which has tools of its own.`,
		Example: `  caddy paybridge backup /var/lib/paybridge/backup-2026-11-22.db`,
	}, cobra.ExactArgs(1), func(o *online, args []string) error {
		path, folder, err := o.writtenFile(args[0])
		if err != nil {
			return err
		}
		var written api.BackupAnswer
		if err := o.client.Post(o.Context(), "backup", api.BackupRequest{Path: path, Folder: folder}, &written); err != nil {
			return err
		}
		return o.show(written, func(w printer) { w.say("The ledger was copied to %s.\n", written.Path) })
	})
}
