//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package ledger

import (
	"io/fs"
	"syscall"
)

// identifyByStat is identify as every Unix can.
func identifyByStat(name string) (id fileID, size int64, ok bool) {
	var stat syscall.Stat_t
	if err := syscall.Stat(name, &stat); err != nil {
		return fileID{}, 0, false
	}
	return idOf(name, &stat), stat.Size, true
}

// identified says which file was found at a name.
func identified(name string, info fs.FileInfo) (fileID, bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, false
	}
	return idOf(name, stat), true
}

func idOf(name string, stat *syscall.Stat_t) fileID {
	return fileID{name, uint64(stat.Dev), uint64(stat.Ino)} //nolint:unconvert // their types differ between systems
}
