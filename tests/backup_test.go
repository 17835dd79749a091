package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A backup that is taken while merchants pay can be put back, as
// docs/operating.md tells it: every order that it knows is there, open ones come
// to the state that the gateway knows, and nobody is charged twice.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: hasty, GatewayTimeout: 5 * time.Second, ReplyTimeout: 13 * time.Second})
	l := w.startLoad(4, true, w.bridge)
	enough := func() bool { return l.pays.Load() > 40 }
	if !eventually(enough) {
		t.Fatal("merchants cannot pay")
	}
	backup := filepath.Join(w.dir, "backup.db")
	atBackup := l.pays.Load()
	w.bridge.ask("backup", backup).want(t, 0)
	l.end()
	w.bridge.stop()

	before := w.rows()
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("backup: %v, %v", info, err)
	}
	w.putBack(backup)
	restored := w.rows()
	if int64(len(restored)) < atBackup || len(restored) > len(before) {
		t.Errorf("%d orders restored; %d were answered at the backup, %d are on record", len(restored), atBackup, len(before))
	}
	known := make(map[string]bool)
	for _, r := range restored {
		known[r.orderID] = true
	}

	w.bridge.start()
	if !eventually(w.settled) {
		t.Fatalf("does not come to rest: %q", w.moving())
	}
	// The other oracles do not hold: of orders after the backup the ledger knows
	// nothing. Those that it knows are charged once all the same.
	for _, o := range w.gateway.State().Orders {
		if o.Charges > 1 {
			t.Errorf("order %s was charged %d times", o.OrderID, o.Charges)
		}
	}
	for _, r := range w.rows() {
		if r.state == "paid" && !w.acknowledged(r.orderID) {
			t.Errorf("order %s is paid and its merchant does not know", r.orderID)
		}
	}
	l.paid.Range(func(id, suite any) bool {
		orderID := id.(string)
		if !known[orderID] { // paid after the backup: for the gateway's statement to find
			return true
		}
		if reply := w.query(suite.(string), orderID); reply.ResultCode != "0000" && reply.ResultCode != "1003" && !w.underRefund(orderID) {
			t.Errorf("order %s was paid before or after the backup and is %s", orderID, reply.ResultCode)
		}
		return true
	})
	t.Logf("%d orders at the backup, %d restored, %d on record when it stopped", atBackup, len(restored), len(before))
}

// underRefund reports whether an order's money is on its way back; its merchant
// hears "not certain" then.
func (w *world) underRefund(orderID string) bool {
	for _, r := range w.rows() {
		if r.orderID == orderID {
			return strings.HasPrefix(r.state, "refund")
		}
	}
	return false
}

// putBack does to a SQLite ledger what the documentation tells an operator to.
func (w *world) putBack(backup string) {
	w.t.Helper()
	_, ledger, _ := strings.Cut(w.settings.Ledger, " ")
	restore := exec.Command(bridgeBinary, "paybridge", "restore", backup, "--ledger", ledger)
	out, err := restore.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "The backup is at "+ledger+" now.") {
		w.t.Fatalf("restoring: %v\n%s", err, out)
	}
}
