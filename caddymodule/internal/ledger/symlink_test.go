package ledger_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// detours are ways to the file real/ledger.db below a folder that lead through
// symbolic links.
var detours = []struct {
	name  string
	links [][2]string // target and place, in the order they are made
	path  string
}{
	{"file", [][2]string{{"real/ledger.db", "link.db"}}, "link.db"},
	{"folder", [][2]string{{"real", "folder"}}, "folder/ledger.db"},
	{"chain through a linked folder", [][2]string{{"real", "folder"}, {"../folder/ledger.db", "real/b.db"}, {"real/b.db", "a.db"}}, "a.db"},
}

func link(t *testing.T, folder string, links [][2]string) {
	t.Helper()
	for _, l := range links {
		if err := os.Symlink(filepath.FromSlash(l[0]), filepath.Join(folder, l[1])); err != nil {
			t.Skipf("this system makes no symbolic links: %v", err)
		}
	}
}

// TestSQLiteHasOneWriterThroughLinks opens one file by two names, both before and
// after it exists: the second is always refused.
func TestSQLiteHasOneWriterThroughLinks(t *testing.T) {
	t.Parallel()
	for _, d := range detours {
		for _, order := range []struct {
			name        string
			detourFirst bool
		}{{"the detour second", false}, {"the detour first, to a file that is not there yet", true}} {
			t.Run(d.name+", "+order.name, func(t *testing.T) {
				t.Parallel()
				root := t.TempDir()
				if err := os.Mkdir(filepath.Join(root, "real"), 0o700); err != nil {
					t.Fatal(err)
				}
				link(t, root, d.links)
				first, second := filepath.Join(root, "real", "ledger.db"), filepath.Join(root, d.path)
				if order.detourFirst {
					first, second = second, first
				}
				mustBegin(t, sqlitePlace{first}.open(t), sample(1))
				l, err := ledger.OpenSQLite(t.Context(), second)
				if err == nil {
					l.Close()
				}
				wantError(t, err, ledger.ErrLocked)
			})
		}
	}
}

// TestResolve follows links to one and the same name, whether or not there is
// anything at the end of them.
func TestResolve(t *testing.T) {
	t.Parallel()
	for _, d := range detours {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			root, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			folder := filepath.Join(root, "real")
			resolves := func(when string) {
				t.Helper()
				if got, err := ledger.Resolve(filepath.Join(root, d.path)); err != nil || got != filepath.Join(folder, "ledger.db") {
					t.Errorf("%s: resolved to %s, %v", when, got, err)
				}
			}
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			link(t, root, d.links)
			resolves("before there is a file")
			if err := os.WriteFile(filepath.Join(folder, "ledger.db"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			resolves("with the file")
		})
	}
	t.Run("no folder yet", func(t *testing.T) {
		t.Parallel()
		root, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		link(t, root, [][2]string{{"later", "folder"}})
		want := filepath.Join(root, "later", "deep", "ledger.db")
		if got, err := ledger.Resolve(filepath.Join(root, "folder", "deep", "ledger.db")); err != nil || got != want {
			t.Errorf("resolved to %s, %v, want %s", got, err, want)
		}
	})
	t.Run("circle", func(t *testing.T) {
		t.Parallel()
		root := t.TempDir()
		link(t, root, [][2]string{{"b", "a"}, {"a", "b"}})
		if got, err := ledger.Resolve(filepath.Join(root, "a")); err == nil {
			t.Errorf("resolved to %s", got)
		}
	})
}
