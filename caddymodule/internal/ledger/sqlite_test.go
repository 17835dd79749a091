package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// TestSQLiteRefuses opens files that are no ledger for this program.
func TestSQLiteRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, path string)
		want    error
		says    string
	}{
		{"text", writeFile(strings.Repeat("no ledger", 100)), ledger.ErrWrongFile, "file of its own"},
		{"short text", writeFile("x"), ledger.ErrWrongFile, "file of its own"},
		{"foreign database", foreignDatabase, ledger.ErrWrongFile, "another program"},
		{"folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, nil, "is a directory"},
		{"in use", func(t *testing.T, path string) { sqlitePlace{path}.open(t) },
			ledger.ErrLocked, "process " + strconv.Itoa(os.Getpid())},
		{"newer", func(t *testing.T, path string) { makeNewer(t, sqlitePlace{path}.open(t)) },
			ledger.ErrNewerSchema, "version 999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ledger.db")
			c.prepare(t, path)
			before, _ := os.ReadFile(path)
			l, err := ledger.OpenSQLite(t.Context(), path)
			if err == nil {
				l.Close()
				t.Fatal("opened")
			}
			if c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) ||
				!strings.Contains(err.Error(), path) {
				t.Errorf("error is %v", err)
			}
			if after, _ := os.ReadFile(path); errors.Is(c.want, ledger.ErrWrongFile) && string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
	_, err := ledger.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "missing", "ledger.db"))
	wantError(t, err, os.ErrNotExist)
}

func writeFile(content string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func foreignDatabase(t *testing.T, path string) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE theirs (n INT)"); err != nil {
		t.Fatal(err)
	}
}

// makeNewer lets a ledger look as if a later version had migrated it.
func makeNewer(t *testing.T, l *ledger.Ledger) {
	const later = `INSERT INTO ledger_version (version_id, is_applied) VALUES (999, CAST(1 AS BOOLEAN))`
	if err := ledger.Exec(t.Context(), l, later); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSQLiteFileIsPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	mustBegin(t, sqlitePlace{path}.open(t), sample(1))
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o", suffix, mode)
		}
	}
}

func TestSQLiteCommitsAreDurable(t *testing.T) {
	t.Parallel()
	p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
	l := p.open(t)
	_, unfit := ledger.UnfitFileSystem(p.path)
	if risks, err := l.Risks(t.Context()); err != nil || len(risks) > 0 != unfit {
		t.Errorf("risks are %q, %v", risks, err)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2"} {
		if got, err := ledger.Text(t.Context(), l, "PRAGMA "+pragma); err != nil || got != want {
			t.Errorf("%s is %s, error %v, want %s", pragma, got, err, want)
		}
	}
}

// TestSQLiteBatchIsNotSpoiled lets functions that fail share a commit with others.
func TestSQLiteBatchIsNotSpoiled(t *testing.T) {
	t.Parallel()
	l := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}.open(t)
	mustBegin(t, l, sample(0))
	inParallel(1000, func(i int) {
		switch i % 4 {
		case 0:
			o := sample(5000 + i)
			o.QueryID = sample(0).QueryID
			_, _, err := l.Begin(t.Context(), o)
			wantError(t, err, ledger.ErrNumberTaken)
		case 1:
			wantError(t, ledger.Exec(t.Context(), l, `INSERT INTO nowhere VALUES (1)`), ledger.ErrUnavailable)
		case 2:
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			_, _, err := l.Begin(gone, sample(i))
			wantError(t, err, context.Canceled)
		default:
			mustBegin(t, l, sample(i))
		}
	})
	for i := range 1000 {
		_, err := l.Order(t.Context(), sample(i).Key)
		if kept := err == nil; kept != (i%4 == 3 || i == 0) {
			t.Errorf("order %d: %v", i, err)
		}
	}
}

// withRoom lets a ledger's file grow by so many pages, and then be full.
func withRoom(t *testing.T, pages int) ledger.Option {
	t.Helper()
	empty, _ := filled(t, 0)
	return ledger.WithPragmas(fmt.Sprintf("max_page_count(%d)", len(empty)/page+pages))
}

// TestSQLiteFull lets the database itself say that it has no room, and the
// functions that shared the batch fail with it.
func TestSQLiteFull(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t, withRoom(t, 10))
	var begun []int
	var err error
	for i := 0; err == nil && i < 10_000; i++ {
		if _, _, err = l.Begin(t.Context(), sample(i)); err == nil {
			begun = append(begun, i)
		}
	}
	if !errors.Is(err, ledger.ErrUnavailable) || !strings.Contains(err.Error(), "full") {
		t.Fatalf("after %d orders the error is %v", len(begun), err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = sqlitePlace{path}.open(t)
	for _, i := range begun {
		mustOrder(t, l, sample(i).Key)
	}
	mustBegin(t, l, sample(len(begun)))
}

// TestPingFailsWhileLockedOut shows that Ping commits: it needs the lock on the file
// that a foreign program holds.
func TestPingFailsWhileLockedOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t, ledger.WithBusyTimeout(time.Millisecond))
	foreign, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	conn, err := foreign.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	wantError(t, l.Ping(ctx), ledger.ErrUnavailable)
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := l.Ping(ctx); err != nil {
		t.Error(err)
	}
}
