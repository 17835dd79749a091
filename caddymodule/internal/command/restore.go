package command

import (
	"errors"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// restoreCommand makes "caddy paybridge restore".
func restoreCommand(offline Offline) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restore <backup>",
		Short: "Puts a backup into the ledger's place (offline)",
		Long: `
Puts a copy of a backup into the place of the ledger that the configuration names,
while no Caddy has it open: stop Caddy first, and run this as Caddy's user. The
backup is checked before anything is touched. What was there is kept beside it,
under a name with the time, and the lock stays where it is.

What happened after the backup is not in it: docs/operating.md tells what that
means, and what to do before merchants are let in again.

This command does not start Caddy, and does not work for a ledger on PostgreSQL,
which has tools of its own.`,
		Example: `  sudo systemctl stop paybridge
  sudo -u paybridge caddy paybridge restore /var/lib/paybridge/backup-2026-11-22.db --config /etc/paybridge/Caddyfile`,
		SilenceUsage: true,
	}
	configFlags(cmd)
	cmd.Flags().String("ledger", "", "The ledger's file, instead of the one that the configuration names")
	cmd.Flags().Bool("json", false, "Print one JSON object")
	cmd.SetFlagErrorFunc(flagUsage)
	cmd.Args = usageOf(cobra.ExactArgs(1))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path, err := ledgerFile(cmd, offline)
		if err != nil {
			return exitWith(cmd, exitUsage, err)
		}
		done, err := ledger.Restore(cmd.Context(), args[0], path, time.Now())
		switch {
		case errors.Is(err, ledger.ErrLocked):
			return exitWith(cmd, exitRefused, say("%v; a backup is restored while nobody writes", err))
		case err != nil && !errors.Is(err, ledger.ErrNotOnDisk):
			return exitWith(cmd, notRestored(err), say("nothing was restored: %v", err))
		}
		shown := showRestored(cmd, done)
		if err != nil {
			return exitWith(cmd, exitRefused, say("the backup is in its place, but a power cut may undo that: %v", err))
		}
		return shown
	}
	return cmd
}

// notRestored is the exit status where nothing was restored: a file that is not there, or
// may not be read, is a mistake in what was typed.
func notRestored(err error) int {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return exitUsage
	}
	return exitRefused
}

// ledgerFile is the file that the flags name, or the configuration.
func ledgerFile(cmd *cobra.Command, offline Offline) (string, error) {
	if path, _ := cmd.Flags().GetString("ledger"); path != "" {
		return path, nil
	}
	text, err := namedConfig(cmd)
	switch {
	case errors.Is(err, errNoConfig):
		return "", say("there is no Caddyfile in this folder: name the configuration with --config, or the file with --ledger")
	case err != nil:
		return "", err
	}
	return offline.LedgerFile(text)
}

func showRestored(cmd *cobra.Command, done ledger.Restored) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		return writeJSON(outOf(cmd), done)
	}
	printRestored(printerOf(cmd), done)
	return nil
}

func printRestored(w printer, done ledger.Restored) {
	if done.Newest.IsZero() {
		w.say("The backup is at %s now. It has %d orders.\n", done.Path, done.Orders)
	} else {
		w.say("The backup is at %s now. It has %d orders, the newest of %s.\n", done.Path, done.Orders, clock(done.Newest))
	}
	if done.Aside != "" {
		w.say("What was there before is kept at %s.\n", done.Aside)
	}
	if done.Log != "" {
		w.say("The log that was there without its file is kept at %s. If you find that file, put both into one folder: the log has its name and -wal.\n", done.Log)
	}
	w.say("Orders made after the backup are unknown now. Before you start Caddy, read in docs/operating.md what to do about them.\n")
}
