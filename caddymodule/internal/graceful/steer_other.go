//go:build !linux

package graceful

import (
	"errors"
	"syscall"
)

// steer is for Linux alone.
func steer(syscall.RawConn, int) error { return errors.ErrUnsupported }
