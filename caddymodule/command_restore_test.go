package caddymodule

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// restore prints JSON as all commands do: indented, for people too.
func TestRestoreCommandPrintsJSON(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	backup := filepath.Join(dir, "backup.db")
	l, err := ledger.OpenSQLite(t.Context(), filepath.Join(dir, "running.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	must(t, l.Close)
	path := filepath.Join(dir, "ledger.db")
	out, err := execute("restore", "", backup, "--ledger", path, "--json")
	if err != nil {
		t.Fatal(err)
	}
	if got := gjson.Get(out, "path").String(); got != path || !strings.HasPrefix(out, "{\n  \"") {
		t.Errorf("printed %s", out)
	}
}

// The command says how to name the ledger where there is no configuration.
func TestRestoreCommandWithoutConfiguration(t *testing.T) { // not parallel: it changes the folder
	t.Chdir(t.TempDir())
	_, err := execute("restore", "", "backup.db")
	if err == nil || !strings.Contains(err.Error(), "--config, or the file with --ledger") {
		t.Errorf("error %v", err)
	}
}
