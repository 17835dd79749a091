//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package ledger

import "syscall"

// identify says which file a name leads to, links followed.
func identify(name string) (fileID, bool) {
	var stat syscall.Stat_t
	if err := syscall.Stat(name, &stat); err != nil {
		return fileID{}, false
	}
	return fileID{name, uint64(stat.Dev), uint64(stat.Ino)}, true //nolint:unconvert // their types differ between systems
}
