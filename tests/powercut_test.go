//go:build linux

package tests

import (
	"context"
	"database/sql"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/lossydisk"
)

// powerCuts is how often the power fails: a few times in every test run, and more
// often with make power-cuts.
func powerCuts(t *testing.T) int {
	t.Helper()
	return askedFor(t, "PAYBRIDGE_POWER_CUTS", 5)
}

// TestPowerCut cuts the power of the machine under the ledger again and again, under
// load. What merchants and the gateway heard before a cut is on the disk after it.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	disk := lossydisk.Start(t)
	w := newWorld(t, settings{Ledger: "sqlite " + disk.Path("ledger.db"), Extra: hasty})
	w.killed = true
	w.bridge.start()
	l := w.startLoad(8, false, w.bridge)
	random := rand.New(rand.NewPCG(rand.Uint64(), 0))
	cuts := powerCuts(t)
	for range cuts {
		pause(context.Background(), time.Duration(200+random.IntN(2500))*time.Millisecond)
		orders, notices := l.heard(), w.acknowledgedNotices()
		disk.Cut()
		w.bridge.kill()
		disk.Restore([]float64{0, 0.5, 0.9}[random.IntN(3)])
		checkDisk(t, disk, orders, notices)
		w.bridge.startAnyhow()
	}
	l.end()
	w.rest()
	l.allNotified(t)
	t.Logf("%d cuts, %d orders and %d notices acknowledged", cuts, len(l.heard()), len(w.acknowledgedNotices()))
}

// checkDisk looks at the ledger as the power cut left it, before any bridge does: it
// is whole, and has the orders and the payments that somebody relies on.
func checkDisk(t *testing.T, disk *lossydisk.Remote, orders, notices []string) {
	t.Helper()
	db := openCopy(t, disk)
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("the ledger after a power cut: %s, %v", verdict, err)
	}
	states := make(map[string]string) // by either number
	rows, err := db.QueryContext(t.Context(), "SELECT order_id, order_no, state FROM orders")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var theirs, ours, state string
		if err := rows.Scan(&theirs, &ours, &state); err != nil {
			t.Fatal(err)
		}
		states[theirs], states[ours] = state, state
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	mustRelyOn(t, states, orders, notices)
}

// openCopy opens a copy of the ledger's files: whoever opens a database mends it.
func openCopy(t *testing.T, disk *lossydisk.Remote) *sql.DB {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"ledger.db", "ledger.db-wal"} {
		from, err := os.Open(disk.Path(name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		from.Close()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}
