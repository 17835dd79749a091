package ledger_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

const (
	page   = 4096 // bytes
	sector = 512
)

// filled makes a ledger with orders, and returns the content of its file and the
// orders as they are read from it.
func filled(t *testing.T, orders int) (content []byte, want []ledger.Order) {
	t.Helper()
	p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
	l := p.open(t)
	for i := range orders {
		mustBegin(t, l, sample(i))
		mustRecord(t, l, sample(i).Key, ledger.Update{State: translate.Paid, At: noon}, translate.Applied)
	}
	for i := range orders {
		o, err := l.Order(t.Context(), sample(i).Key)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, o)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(p.path)
	if err != nil {
		t.Fatal(err)
	}
	return content, want
}

// A sector of the ledger's file that the disk has damaged leads to errors that say
// so, and to no order that is other than it was, or not there.
func TestDamagedSectors(t *testing.T) {
	t.Parallel()
	content, want := filled(t, 40)
	path := filepath.Join(t.TempDir(), "ledger.db")
	met := 0
	// The first sector makes it a ledger. Of the others each third is tried, which comes to
	// every place in a page.
	for at := sector; at < len(content); at += 3 * sector {
		damaged := append([]byte(nil), content...)
		for i := range sector {
			damaged[at+i] = ^damaged[at+i]
		}
		if err := errors.Join(os.WriteFile(path, damaged, 0o600), forgetLog(path)); err != nil {
			t.Fatal(err)
		}
		err := readAll(t, path, want)
		if err == nil {
			continue
		}
		met++
		if !errors.Is(err, ledger.ErrDamagedFile) || errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("sector at %d of page %d: %v", at%page, at/page+1, err)
		}
	}
	if met == 0 {
		t.Error("no damage was met")
	}
	t.Logf("%d of %d damaged sectors were met", met, len(content)/sector/3)
}

// forgetLog removes what a ledger leaves beside its file, with the lock, which knows how
// far the file was.
func forgetLog(path string) error {
	return errors.Join(os.RemoveAll(path+"-wal"), os.RemoveAll(path+"-shm"), os.RemoveAll(path+".lock"))
}

// readAll reads orders from the ledger at path and returns the first error. What is
// read must be as wanted.
func readAll(t *testing.T, path string, want []ledger.Order) (failed error) {
	t.Helper()
	l, err := ledger.OpenSQLite(t.Context(), path)
	if err != nil {
		return err
	}
	defer l.Close()
	for _, o := range want {
		got, err := l.Order(t.Context(), o.Key)
		if failed == nil {
			failed = err
		}
		if err == nil && !reflect.DeepEqual(got, o) {
			t.Errorf("order %s is %+v, was %+v", o.OrderID, got, o)
		}
	}
	return failed
}

// A log of the database that was cut off, or damaged, costs the last commits in it,
// as a disk that lies does, and nothing before them; what is left is whole.
func TestDamagedLog(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(log []byte, at int) []byte{
		"cut off": func(log []byte, at int) []byte { return log[:at] },
		"damaged": func(log []byte, at int) []byte { log[at] = ^log[at]; return log },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const orders = 12
			p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
			l := p.open(t)
			for i := range orders {
				mustBegin(t, l, sample(i))
			}
			files := map[string][]byte{}
			for _, suffix := range []string{"", "-wal"} {
				content, err := os.ReadFile(p.path + suffix)
				if err != nil {
					t.Fatal(err)
				}
				files[suffix] = content
			}
			fewest := orders
			for at := len(files["-wal"]) - 1; at > 0; at -= 3 * page {
				left := openHarmed(t, files[""], harm(bytes.Clone(files["-wal"]), at))
				fewest = min(fewest, left)
			}
			if fewest == orders {
				t.Error("nothing was lost, so nothing was harmed")
			}
		})
	}
}

// openHarmed opens a ledger whose log is harmed and returns how many orders it has:
// the first ones, without a gap.
func openHarmed(t *testing.T, file, log []byte) (orders int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := errors.Join(os.WriteFile(path, file, 0o600), os.WriteFile(path+"-wal", log, 0o600)); err != nil {
		t.Fatal(err)
	}
	l, err := ledger.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	orders = countRows(t, l, "orders", "true")
	for i := range orders {
		if _, err := l.Order(t.Context(), sample(i).Key); err != nil {
			t.Errorf("%d orders are left, and not order %d: %v", orders, i, err)
		}
	}
	mustBegin(t, l, sample(1000))
	return orders
}
