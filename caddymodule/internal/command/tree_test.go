package command

import (
	"os"
	"strings"
	"testing"
)

// Every command has what an operator asks first: what it is for, what it does
// not do, and examples.
func TestCommandsAreExplained(t *testing.T) {
	t.Parallel()
	for _, cmd := range commands(nil) {

		all := append(cmd.Commands(), cmd)
		for _, c := range all {
			if c.Short == "" {
				t.Errorf("%s: no summary", c.CommandPath())
			}
			if c.Long == "" || c.Example == "" {
				t.Errorf("%s: no help or no example", c.CommandPath())
			}
			if !strings.Contains(c.Long, " not ") && !strings.Contains(c.Long, " nothing") {
				t.Errorf("%s: no word on what it does not do", c.CommandPath())
			}
			groups := c.Name() == "merchant" || c.Name() == "try"
			if !groups && c.Flags().Lookup("json") == nil {
				t.Errorf("%s: no --json", c.CommandPath())
			}
		}
	}
}

// Who has written a backup is told where its restoring is described, and the
// example's path is one that the service may write to.
func TestBackupSaysWhereRestoringIsTold(t *testing.T) {
	t.Parallel()
	cmd := backupCommand()
	const guide = "docs/operating.md"
	if !strings.Contains(cmd.Long, guide) {
		t.Errorf("%s is not named", guide)
	}
	text, err := os.ReadFile("../../../" + guide)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "To restore") {
		t.Errorf("%s does not tell it", guide)
	}
	if !strings.Contains(cmd.Example, " /var/lib/paybridge/") {
		t.Errorf("example: %s", cmd.Example)
	}
}
