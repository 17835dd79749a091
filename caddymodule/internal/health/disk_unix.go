//go:build linux || darwin || freebsd

package health

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// FreeDisk returns how many bytes a program without privileges may still write
// to the file system that a folder is on.
func FreeDisk(folder string) (uint64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, fmt.Errorf("reading free disk space: %w", err)
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), nil //nolint:gosec,unconvert // their types differ by system
}
