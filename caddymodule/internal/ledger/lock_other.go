//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package ledger

import (
	"errors"
	"os"
)

func lockWhole(*os.File) error {
	return errors.New("this system cannot lock files: use a PostgreSQL ledger")
}

func lockToRead(f *os.File) error { return lockWhole(f) }
