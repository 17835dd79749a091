package ledger_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// replace puts a copy of a file into its place.
func replace(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".copy", data, 0o600); err != nil {
		t.Fatal(err)
	}
	rename(t, path+".copy", path)
}

// TestFileGone does to a running ledger what somebody may do to its files. From then
// on nothing is written, and when what was there comes back, all goes on.
func TestFileGone(t *testing.T) {
	t.Parallel()
	remove := func(t *testing.T, path string) {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		harm func(*testing.T, string)
		heal func(*testing.T, string) // nil: there is no way back
	}{
		"file moved":    {func(t *testing.T, p string) { rename(t, p, p+".aside") }, func(t *testing.T, p string) { rename(t, p+".aside", p) }},
		"file deleted":  {remove, nil},
		"file replaced": {replace, nil},
		"log deleted":   {func(t *testing.T, p string) { remove(t, p+"-wal") }, nil},
		"log replaced":  {func(t *testing.T, p string) { replace(t, p+"-wal") }, nil},
		"index deleted": {func(t *testing.T, p string) { remove(t, p+"-shm") }, nil},
		"lock deleted":  {func(t *testing.T, p string) { remove(t, p+".lock") }, nil},
		"file cut off":  {func(t *testing.T, p string) { cutOff(t, p, sector) }, nil},
		"file emptied":  {func(t *testing.T, p string) { cutOff(t, p, 0) }, nil},
		"log cut off":   {func(t *testing.T, p string) { cutOff(t, p+"-wal", sizeOf(t, p+"-wal")-page) }, nil},
		"log emptied":   {func(t *testing.T, p string) { cutOff(t, p+"-wal", 0) }, nil},
		"lock replaced": {func(t *testing.T, p string) { replace(t, p+".lock") }, nil},
		"folder moved": {
			func(t *testing.T, p string) { rename(t, filepath.Dir(p), filepath.Dir(p)+".aside") },
			func(t *testing.T, p string) { rename(t, filepath.Dir(p)+".aside", filepath.Dir(p)) },
		},
		"all moved, a backup put in its place": {func(t *testing.T, p string) {
			for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
				rename(t, p+suffix, p+suffix+".aside")
			}
			replaced, err := os.ReadFile(p + ".aside")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, replaced, 0o600); err != nil {
				t.Fatal(err)
			}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "var", "ledger.db")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			l := sqlitePlace{path}.open(t)
			o := mustBegin(t, l, sample(1))
			c.harm(t, path)
			if _, _, err := l.Begin(t.Context(), sample(2)); !errors.Is(err, ledger.ErrFileGone) || !errors.Is(err, ledger.ErrUnavailable) {
				t.Errorf("an order was begun: %v", err)
			}
			_, _, err := l.Record(t.Context(), o.Key, ledger.Update{State: translate.Sent})
			wantError(t, err, ledger.ErrFileGone)
			wantError(t, l.Ping(t.Context()), ledger.ErrFileGone)
			_, err = l.Order(t.Context(), o.Key)
			wantError(t, err, ledger.ErrFileGone) // and so readiness and gauges
			if c.heal == nil {
				return
			}
			c.heal(t, path)
			if err := l.Ping(t.Context()); err != nil {
				t.Errorf("back at its path: %v", err)
			}
			if got := mustOrder(t, l, o.Key); got != o {
				t.Errorf("the order is %+v", got)
			}
			_, err = l.Order(t.Context(), sample(2).Key)
			wantError(t, err, ledger.ErrNotFound)
		})
	}
}

// cutOff makes a file shorter without replacing it.
func cutOff(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

// TestFileWrittenOver: cp keeps the file that is there, cuts it off and fills it. That it
// is as large as before in the end does not make it the one that was.
func TestFileWrittenOver(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{"", "-wal"} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		l := sqlitePlace{path}.open(t)
		mustBegin(t, l, sample(1))
		data, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		cutOff(t, path+suffix, 0)
		wantError(t, l.Ping(t.Context()), ledger.ErrFileGone)
		putFile(t, path+suffix, append(data, make([]byte, page)...))
		_, _, err = l.Begin(t.Context(), sample(2))
		wantError(t, err, ledger.ErrFileGone)
	}
}

// TestStopLeavesWhatIsAnothers: a bridge that is stopped while its files are not in their
// places deletes no log by its name, and writes its own into nothing that was copied
// over its file.
func TestStopLeavesWhatIsAnothers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t)
	mustBegin(t, l, sample(1))
	rename(t, path+"-wal", path+"-wal.aside")
	putFile(t, path+"-wal", []byte("another's"))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	wantContent(t, path+"-wal", []byte("another's"))

	path = filepath.Join(t.TempDir(), "ledger.db")
	l = sqlitePlace{path}.open(t)
	mustBegin(t, l, sample(1))
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	cutOff(t, path, sector)
	wantError(t, l.Ping(t.Context()), ledger.ErrFileGone)
	backup := backupOfAnother(t)
	putFile(t, path, backup)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	wantContent(t, path, backup)
	wantContent(t, path+"-wal", log)
}

// TestFilesNeverShrink: neither the file nor the log becomes smaller by what a ledger
// does, however often the log is copied and begun anew.
func TestFilesNeverShrink(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t)
	for i := range 2 * ledger.CheckpointEvery {
		mustBegin(t, l, sample(i)) // refused, were one smaller
	}
	if err := ledger.Exec(t.Context(), l, `DELETE FROM orders`); err != nil {
		t.Fatal(err)
	}
	for i := range ledger.CheckpointEvery {
		mustBegin(t, l, sample(i))
	}
}

// TestLockIsNotTakenAlong: with the lock at its path, nobody opens what was put
// there, and with the lock gone the bridge that holds it writes no more.
func TestLockIsNotTakenAlong(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t)
	mustBegin(t, l, sample(1))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		rename(t, path+suffix, path+suffix+".aside")
	}
	_, err := ledger.OpenSQLite(t.Context(), path)
	wantError(t, err, ledger.ErrLocked)
	rename(t, path+".lock", path+".lock.aside")
	second := sqlitePlace{path}.open(t)
	mustBegin(t, second, sample(1))
	wantError(t, l.Ping(t.Context()), ledger.ErrFileGone)
}

// TestLinkLeadsElsewhere turns the link that a ledger was opened by. Whoever is
// started by that name then finds another lock and is not kept out, so the bridge
// that runs must stop.
func TestLinkLeadsElsewhere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	name := filepath.Join(folder, "ledger.db")
	for _, target := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(folder, target), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	link(t, folder, [][2]string{{"a/ledger.db", "ledger.db"}})
	first := sqlitePlace{name}.open(t)
	mustBegin(t, first, sample(1))
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	link(t, folder, [][2]string{{"b/ledger.db", "ledger.db"}})
	mustBegin(t, sqlitePlace{name}.open(t), sample(2))
	_, _, err := first.Begin(t.Context(), sample(2))
	wantError(t, err, ledger.ErrFileGone)
}

// TestLinkBecomesTheFile puts a second name of the file into the place of the link that
// a ledger was opened by. The file is the same one, but by this name it has another log:
// who starts there would miss what is in ours.
func TestLinkBecomesTheFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	name, file := filepath.Join(folder, "ledger.db"), filepath.Join(folder, "real.db")
	link(t, folder, [][2]string{{"real.db", "ledger.db"}})
	l := sqlitePlace{name}.open(t)
	mustBegin(t, l, sample(1))
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(file, name); err != nil {
		t.Fatal(err)
	}
	_, _, err := l.Begin(t.Context(), sample(2))
	wantError(t, err, ledger.ErrFileGone)
}

// TestGoneIsSeenWithoutWork: the files are checked even when nothing is written.
func TestGoneIsSeenWithoutWork(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t)
	o := mustBegin(t, l, sample(1))
	rename(t, path, path+".aside")
	eventually(t, func() bool {
		_, err := l.Order(t.Context(), o.Key) // reads check nothing themselves
		return errors.Is(err, ledger.ErrFileGone)
	})
	rename(t, path+".aside", path)
	eventually(t, func() bool {
		_, err := l.Order(t.Context(), o.Key)
		return err == nil
	})
}

// eventually waits for what comes by itself.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("it does not come")
		}
	}
}

// panicCostsOneJob: on both stores, those who share a commit with a function that
// panics are none the worse, and nothing of it is written.
func panicCostsOneJob(t *testing.T, p place) {
	l := p.open(t)
	mustBegin(t, l, sample(1))
	if err := ledger.Panic(t.Context(), l); err == nil {
		t.Error("a panic brought no error")
	}
	mustBegin(t, l, sample(2))
	mustOrder(t, l, sample(1).Key)
	if _, err := ledger.Text(t.Context(), l, `SELECT id FROM pulse WHERE id = 'panic'`); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("what a panic broke off is there: %v", err)
	}
}
