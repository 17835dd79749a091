package samefolder

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// private finds the mount that a folder is in through an open folder: the path alone may
// lead through links and mounts that lie over each other.
func private(folder string) bool {
	fd, err := unix.Open(folder, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	about, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
	if err != nil {
		return false
	}
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	defer mounts.Close()
	_, after, _ := strings.Cut(string(about), "mnt_id:")
	number := strings.Fields(after)
	return len(number) > 0 && isPrivate(mounts, number[0])
}
