package command

import (
	"errors"
	"os"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

// ErrRefused ends a command when everything has been said: with exit status 1.
var ErrRefused = errors.New("refused")

// errWarned ends a command with exitWarned when everything has been said.
var errWarned = errors.New("warned")

// configFlags adds the flags that name a configuration, as Caddy's own commands
// have them.
func configFlags(cmd *cobra.Command) {
	cmd.Flags().StringP("config", "c", "", "Configuration file (default ./Caddyfile)")
	cmd.Flags().StringP("adapter", "a", "", "Name of the config adapter to apply")
}

// errNoConfig is that no configuration is named and none is in this folder.
var errNoConfig = errors.New("no configuration")

// namedConfig returns the configuration that the flags name, in JSON.
func namedConfig(cmd *cobra.Command) ([]byte, error) {
	file, _ := cmd.Flags().GetString("config")
	adapter, _ := cmd.Flags().GetString("adapter")
	if err := readable(file); err != nil {
		return nil, err
	}
	text, _, _, err := caddycmd.LoadConfig(file, adapter)
	if err == nil && len(text) == 0 {
		err = errNoConfig
	}
	return text, err
}

// readable returns why a configuration cannot be read, which Caddy tells in English only.
// Without a name, and for that of the standard input, there is nothing to open.
func readable(file string) error {
	if file == "" || file == "-" {
		return nil
	}
	opened, err := os.Open(file) //nolint:gosec // the operator names it
	if err == nil {
		err = opened.Close()
	}
	return err
}

// load reads the configuration that the flags name.
func load(cmd *cobra.Command, offline Offline) (Config, error) {
	text, err := namedConfig(cmd)
	switch {
	case errors.Is(err, errNoConfig):
		return Config{}, say("there is no Caddyfile in this folder: name the configuration with --config")
	case err != nil:
		return Config{}, err
	}
	return offline.Load(text)
}
