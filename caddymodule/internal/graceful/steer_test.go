//go:build linux

package graceful

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// sharing listens at an address that others may listen at, too, as Caddy does for each
// configuration.
func sharing(t *testing.T, address string) net.Listener {
	t.Helper()
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		failed := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
		if err == nil {
			err = failed
		}
		return err
	}}
	config.SetMultipathTCP(false)
	l, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return embedding{l}
}

// embedding hides a socket as Caddy does.
type embedding struct{ net.Listener }

// held is a listener that takes nothing out of its socket until it is let go, as on a machine
// that is busy with other things.
type held struct {
	net.Listener
	letGo chan struct{}
}

func (h held) Accept() (net.Conn, error) {
	<-h.letGo
	return h.Listener.Accept()
}

// connect connects and returns at once.
func connect(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestNothingIsLostInTheKernel: what has connected to the socket of a configuration, and has
// not been accepted when that ends, is served by the next. Whoever connects once that one
// listens is in its socket.
func TestNothingIsLostInTheKernel(t *testing.T) {
	t.Parallel()
	first := sharing(t, "127.0.0.1:0")
	address := first.Addr().String()
	slow := held{first, make(chan struct{})}
	old := New(time.Second, zap.NewNop()).Listen(slow)
	got := make(chan accepted, 100)
	go serve("old", old, make(chan accepted, 1))
	waiting := connect(t, address)
	next := New(time.Second, zap.NewNop()).Listen(sharing(t, address))
	go serve("new", next, got)
	const more = 50
	for range more {
		connect(t, address)
	}
	for range more {
		if a := <-got; a.err != nil {
			t.Fatal(a.err)
		}
	}
	if err := old.Close(); err != nil {
		t.Error(err)
	}
	for range more {
		connect(t, address)
	}
	for range more {
		<-got
	}
	close(slow.letGo)
	if a := <-got; a.err != nil || a.conn.RemoteAddr().String() != waiting.LocalAddr().String() {
		t.Errorf("accepted %v, %v; want the one that has waited, %s", a.conn, a.err, waiting.LocalAddr())
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}

// TestManyTakeOver: sockets come and go in any order, and whoever connects is served by the
// newest that is left.
func TestManyTakeOver(t *testing.T) {
	t.Parallel()
	first := sharing(t, "127.0.0.1:0")
	address := first.Addr().String()
	got := make(chan accepted, 100)
	open := func(name string, socket net.Listener) net.Listener {
		l := New(time.Second, zap.NewNop()).Listen(socket)
		go serve(name, l, got)
		return l
	}
	want := func(name string) {
		t.Helper()
		for range 20 {
			connect(t, address)
			if a := <-got; a.by != name || a.err != nil {
				t.Fatalf("accepted by %s, %v; want %s", a.by, a.err, name)
			}
		}
	}
	end := func(l net.Listener) {
		t.Helper()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-got // that it is closed
	}
	a := open("a", first)
	b := open("b", sharing(t, address))
	want("b")
	c := open("c", sharing(t, address))
	want("c")
	end(a)
	want("c")
	end(c) // it has failed to start
	want("b")
	d := open("d", sharing(t, address))
	want("d")
	end(b)
	want("d")
	end(d)
	closed(t, address)
}

// closed insists that nothing listens any more at an address. A process that another test
// starts shares the sockets for a moment, until it is a program of its own.
func closed(t *testing.T, address string) {
	t.Helper()
	for start := time.Now(); time.Since(start) < 30*time.Second; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = conn.Close()
	}
	t.Error("nobody is left, and a socket is open")
}
