package caddymodule

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
)

// One file is one engine, by whatever name a configuration calls it, and already
// before it exists: else a reload would meet the lock of its own process.
func TestSQLiteIdentityFollowsLinks(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.Symlink("real", filepath.Join(root, "folder")); err != nil {
		t.Skipf("this system makes no symbolic links: %v", err)
	}
	straight := &SQLite{Path: filepath.Join(root, "real", "ledger.db")}
	detour := &SQLite{Path: filepath.Join(root, "folder", "ledger.db")}
	before := detour.identity()
	if want := straight.identity(); before != want {
		t.Errorf("identities %q and %q of a file to come", before, want)
	}
	l, err := detour.open(t.Context(), zap.NewNop(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, s := range []*SQLite{straight, detour} {
		if id := s.identity(); id != before {
			t.Errorf("identity of %s is %q, and was %q before there was a file", s.Path, id, before)
		}
	}
	if other := (&SQLite{Path: filepath.Join(root, "real", "other.db")}).identity(); other == before {
		t.Errorf("two files are both %q", other)
	}
}
