//go:build unix

package samefolder

import (
	"fmt"
	"io/fs"
	"syscall"
)

func identify(folder string) (string, error) {
	var stat syscall.Stat_t
	if err := syscall.Stat(folder, &stat); err != nil {
		return "", &fs.PathError{Op: "stat", Path: folder, Err: err}
	}
	return fmt.Sprintf("%d:%d", stat.Dev, stat.Ino), nil
}
