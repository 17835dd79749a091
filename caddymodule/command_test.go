package caddymodule

import "testing"

// Every command has what an operator asks first: what it is for, what it does
// not do, and examples.
func TestCommandsAreExplained(t *testing.T) {
	t.Parallel()
	for _, command := range subcommands {
		cmd := command()
		all := append(cmd.Commands(), cmd)
		for _, c := range all {
			if c.Short == "" {
				t.Errorf("%s: no summary", c.CommandPath())
			}
			if c.RunE != nil && (c.Long == "" || c.Example == "") {
				t.Errorf("%s: no help or no example", c.CommandPath())
			}
			if c.RunE != nil && c.Flags().Lookup("json") == nil {
				t.Errorf("%s: no --json", c.CommandPath())
			}
		}
	}
}
