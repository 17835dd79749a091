//go:build linux || darwin || freebsd

package health

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// FreeDisk returns how many bytes a program without privileges may still write
// to the file system that a folder is on.
func FreeDisk(folder string) (uint64, error) {
	free, _, err := DiskSpace(folder)
	return free, err
}

// DiskSpace returns what [FreeDisk] does, and how many bytes the file system has in all;
// 0 where that cannot be told.
func DiskSpace(folder string) (free, size uint64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, 0, fmt.Errorf("reading free disk space: %w", err)
	}
	block := uint64(stat.Bsize)                                          //nolint:gosec // its type differs by system
	return uint64(stat.Bavail) * block, uint64(stat.Blocks) * block, nil //nolint:unconvert // so do theirs
}
