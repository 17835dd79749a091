package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/lossydisk"
	"github.com/paybridge/paybridge/translate"
)

// payOn pays orders until something fails, and notes in states what the ledger has
// acknowledged.
func payOn(ctx context.Context, l *ledger.Ledger, states map[int]translate.State) error {
	const orders = 2
	for i := range orders {
		if _, _, err := l.Begin(ctx, sample(i)); err != nil {
			return err
		}
		states[i] = translate.Begun
		if _, _, err := l.Record(ctx, sample(i).Key, ledger.Update{State: translate.Paid, At: noon}); err != nil {
			return err
		}
		states[i] = translate.Paid
	}
	return nil
}

func writeSynced(path string, content []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// faultAtEvery lets a fault come at the first, the second and so on until the work
// ends before it comes. The ledger says that it cannot, nothing that it has
// acknowledged is lost, and it goes on by itself when the disk is well. Then the power
// fails.
func faultAtEvery(t *testing.T, set func(*lossydisk.Remote, int)) {
	t.Helper()
	disk := lossydisk.Start(t)
	empty, _ := filled(t, 0) // made on a quicker disk
	failed := 0
	for n := 0; ; n++ {
		p := sqlitePlace{disk.Path(fmt.Sprintf("%d.db", n))}
		if err := writeSynced(p.path, empty); err != nil {
			t.Fatal(err)
		}
		l := p.open(t)
		states := map[int]translate.State{}
		set(disk, n)
		err := payOn(t.Context(), l, states)
		disk.Heal()
		if err != nil && !errors.Is(err, ledger.ErrUnavailable) {
			t.Errorf("at %d: %v", n, err)
		}
		if err := payOn(t.Context(), l, states); err != nil {
			t.Fatalf("after %d, on a disk that is well again: %v", n, err)
		}
		disk.Cut()
		_ = l.Close()
		disk.Restore(0)
		checkAcknowledged(t, p, states)
		if err == nil {
			break
		}
		failed++
	}
	if failed < 4 {
		t.Errorf("only %d faults met anything", failed)
	}
	t.Logf("the fault came at %d places", failed)
}

func TestDiskFullAtEveryWrite(t *testing.T) {
	t.Parallel()
	faultAtEvery(t, (*lossydisk.Remote).FillAfter)
}

// A sync that fails has lost what it should have written, and the next one does not
// know of it.
func TestEverySyncFails(t *testing.T) {
	t.Parallel()
	faultAtEvery(t, (*lossydisk.Remote).FailSync)
}

// An operator is told of a ledger on a file system that may take back what was written to
// mapped memory.
func TestUnfitFileSystem(t *testing.T) {
	t.Parallel()
	core, logged := observer.New(zap.WarnLevel)
	l := sqlitePlace{lossydisk.Start(t).Path("ledger.db")}.open(t, ledger.WithLogger(zap.New(core)))
	risks, err := l.Risks(t.Context())
	if err != nil || len(risks) != 1 || !strings.Contains(risks[0].Error(), "is on FUSE") {
		t.Fatalf("risks are %q, %v", risks, err)
	}
	if logged.FilterMessage(risks[0].Error()).Len() != 1 {
		t.Errorf("warnings are %+v", logged.All())
	}
}

// A file system that the machine has made read-only, as it does when its disk fails,
// answers nobody wrongly, and the ledger goes on when it can write again.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	disk := lossydisk.Start(t)
	p := sqlitePlace{disk.Path("ledger.db")}
	l := p.open(t)
	states := map[int]translate.State{}
	if err := payOn(t.Context(), l, states); err != nil {
		t.Fatal(err)
	}
	disk.SetReadOnly(true)
	if _, _, err := l.Begin(t.Context(), sample(100)); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("beginning an order: %v", err)
	}
	if o, err := l.Order(t.Context(), sample(0).Key); err != nil || o.State != translate.Paid {
		t.Errorf("reading an order: %s, %v", o.State, err)
	}
	disk.SetReadOnly(false)
	if _, _, err := l.Begin(t.Context(), sample(100)); err != nil {
		t.Errorf("beginning an order again: %v", err)
	}
	states[100] = translate.Begun
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	checkAcknowledged(t, p, states)
}
