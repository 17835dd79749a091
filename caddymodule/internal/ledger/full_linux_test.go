package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func init() { children["fill"] = fillUp }

// TestDiskFull lets a process run into a limit on the size of its files, as it
// would run into the end of a disk, and lifts the limit again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
	if out, err := startChild(t, "fill", 0, p).Output(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	l := p.open(t)
	if err := l.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func fillUp(ctx context.Context, l *ledger.Ledger, _ int) error {
	signal.Ignore(syscall.SIGXFSZ) // so that writing fails instead
	unlimited := syscall.Rlimit{}
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited); err != nil {
		return err
	}
	if err := limitFiles(2<<20, unlimited.Max); err != nil {
		return err
	}
	begun := 0
	var err error
	for ; err == nil; begun++ {
		_, _, err = l.Begin(ctx, sample(begun))
	}
	begun-- // the last one failed
	if !errors.Is(err, ledger.ErrUnavailable) || begun == 0 {
		return fmt.Errorf("after %d orders: %w", begun, err)
	}
	// What the log of the database took is free again; now nothing is.
	if err := limitFiles(1, unlimited.Max); err != nil {
		return err
	}
	if err := l.Ping(ctx); !errors.Is(err, ledger.ErrUnavailable) {
		return fmt.Errorf("ping on a full disk: %w", err)
	}
	if _, err := l.Order(ctx, sample(0).Key); err != nil {
		return fmt.Errorf("reading on a full disk: %w", err)
	}
	if err := limitFiles(unlimited.Cur, unlimited.Max); err != nil {
		return err
	}
	if err := l.Ping(ctx); err != nil {
		return fmt.Errorf("ping when there is room again: %w", err)
	}
	for i := range begun {
		if _, err := l.Order(ctx, sample(i).Key); err != nil {
			return fmt.Errorf("order %d of %d: %w", i, begun, err)
		}
	}
	_, _ = fmt.Fprintf(os.Stdout, "%d orders kept\n", begun)
	return l.Close()
}

func limitFiles(bytes, most uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: most})
}
