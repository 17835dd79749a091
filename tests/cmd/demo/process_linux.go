package main

import "syscall"

// attributes keeps Ctrl-C from the servers, which the demo stops itself, and
// makes them die with a demo that was killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
