// Package samefolder tells whether two processes mean the same folder by one path. Under
// systemd's PrivateTmp= a service has a /tmp of its own, and a container has everything of
// its own: what the service writes there, the operator who named the path never sees.
package samefolder

import (
	"bufio"
	"io"
	"path/filepath"
	"strings"
)

// Of is the identity of the folder that a file is in, or will be: the numbers of its file
// system and inode, which all processes of one machine agree on. It is "" on a system
// that has no such numbers. The error is that of looking at the folder.
func Of(file string) (string, error) { return identify(filepath.Dir(file)) }

// Private reports whether the folder of a file is a temporary one that systemd has made
// for this service alone, and deletes when the service stops. What cannot be found out is
// not private.
func Private(file string) bool { return private(filepath.Dir(file)) }

// ofSystemd begins the name of every folder that PrivateTmp= makes (systemd.exec(5)).
const ofSystemd = "/systemd-private-"

// isPrivate looks for a mount by its number in a list like /proc/self/mountinfo, whose
// first column is that number and the fourth the folder that is mounted (proc_pid_mountinfo(5)).
func isPrivate(mounts io.Reader, number string) bool {
	lines := bufio.NewScanner(mounts)
	for lines.Scan() {
		if columns := strings.Fields(lines.Text()); len(columns) > 3 && columns[0] == number {
			return strings.Contains(columns[3], ofSystemd)
		}
	}
	return false
}
