//go:build unix

package p11kit

import (
	"os/exec"
	"syscall"
)

// apart puts a child into a process group of its own: Ctrl-C at a terminal is for
// the program that uses the keys, which may still need them while it ends.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
