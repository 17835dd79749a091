package ledger

import (
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// noStatx is set where the system refuses statx, as a filter of system calls may.
var noStatx atomic.Bool

// identify says which file a name leads to, links followed, and how large it is.
//
// It does not ask for the file's times. Once somebody has asked for them, Linux gives the
// next write a time of its own, to the nanosecond, and has to write the file's inode with the
// next flush: half as much again for every commit.
func identify(name string) (id fileID, size int64, ok bool) {
	if noStatx.Load() {
		return identifyByStat(name)
	}
	var stat unix.Statx_t
	switch err := unix.Statx(unix.AT_FDCWD, name, 0, unix.STATX_INO|unix.STATX_SIZE, &stat); err {
	case nil:
		device := unix.Mkdev(stat.Dev_major, stat.Dev_minor)
		return fileID{name, device, stat.Ino}, int64(stat.Size), true //nolint:gosec // no file is larger
	case unix.ENOSYS, unix.EPERM:
		noStatx.Store(true)
		return identifyByStat(name)
	default: // a file that is gone, or a filter with an error of its own
		return identifyByStat(name)
	}
}
