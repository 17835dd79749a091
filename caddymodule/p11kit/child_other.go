//go:build !unix

package p11kit

import "os/exec"

// apart has nothing to do where there are no process groups.
func apart(*exec.Cmd) {}
