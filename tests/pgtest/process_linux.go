package pgtest

import "syscall"

// attributes makes the server die with the test binary, so that none is left
// behind by a test that was killed.
func attributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGINT}
}
