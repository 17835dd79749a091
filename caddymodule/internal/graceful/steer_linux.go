package graceful

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// steer has the kernel give what connects from now on to one of the sockets that listen at
// the same address (SO_REUSEPORT), one of which is given: to that at the index, counted from 0
// in the order in which they were opened. Where one is closed the last takes its place. While
// there is none at the index the kernel chooses by itself.
func steer(socket syscall.RawConn, index int) error {
	filter := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: uint32(index)} //nolint:gosec // a small number
	program := unix.SockFprog{Len: 1, Filter: &filter}
	var failed error
	err := socket.Control(func(fd uintptr) {
		failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_REUSEPORT_CBPF, &program)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("steering connections to a socket: %w", err)
	}
	return nil
}
