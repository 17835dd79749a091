package caddymodule

import (
	"path/filepath"
	"testing"
)

// The admin API works on the configuration that serves: the newest that has
// started, and the one before when that is taken back.
func TestAdminAPIFollowsWhatServes(t *testing.T) { // not parallel: one app serves in a process
	inFile := inLedger(filepath.Join(t.TempDir(), "ledger.db"))
	mustServe := func(when string, app *App) {
		t.Helper()
		served, running := servedNow()
		if running != (app != nil) {
			t.Fatalf("%s: running: %t", when, running)
		}
		if running && (served.Settings != app.settings || served.Health == nil || served.PublicURL != "https://pay.example.com") {
			t.Errorf("%s: another configuration is served", when)
		}
	}
	mustServe("before", nil)
	older := startApp(t, appJSON(inFile))
	mustServe("started", older)
	takenBack := startApp(t, appJSON(inFile, inApp("console_actions", true)))
	mustServe("reloaded", takenBack)
	if served, _ := servedNow(); !served.ConsoleActions {
		t.Error("console_actions is not passed on")
	}
	must(t, takenBack.Cleanup)
	mustServe("taken back", older)
	newer := startApp(t, appJSON(inFile))
	must(t, older.Cleanup)
	mustServe("reloaded for good", newer)
	must(t, newer.Cleanup)
	mustServe("ended", nil)
}
