package graceful

import (
	"net"
	"reflect"
	"slices"
	"syscall"
)

// steer has what connects come in by the newest listener's socket. Where that cannot be had,
// as on other systems than Linux, each socket gets its share; all of them are accepted from.
func (a *address) steer() {
	if a.opened == nil {
		return
	}
	if socket := socketOf(a.opened.Listener); socket != nil {
		_ = steer(socket, slices.Index(a.sockets, a.opened))
	}
}

// socketOf is the socket of a listener, nil for none. Caddy's own listeners embed it and
// show nothing of it.
func socketOf(l net.Listener) syscall.RawConn {
	for l != nil {
		if has, ok := l.(syscall.Conn); ok {
			socket, err := has.SyscallConn()
			if err != nil {
				return nil
			}
			return socket
		}
		value := reflect.Indirect(reflect.ValueOf(l))
		if value.Kind() != reflect.Struct {
			return nil
		}
		field := value.FieldByName("Listener")
		if !field.IsValid() || !field.CanInterface() {
			return nil
		}
		l, _ = field.Interface().(net.Listener)
	}
	return nil
}
