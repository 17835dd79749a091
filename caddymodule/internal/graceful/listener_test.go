package graceful

import (
	"errors"
	"net"
	"testing"
	"time"

	"go.uber.org/zap"
)

// accepted tells which listener accepted a connection.
type accepted struct {
	by   string
	conn net.Conn
	err  error
}

// serve accepts with a listener until it is closed.
func serve(name string, l net.Listener, into chan<- accepted) {
	for {
		conn, err := l.Accept()
		into <- accepted{name, conn, err}
		if err != nil {
			return
		}
	}
}

// dial connects and fails the test when nobody listens.
func dial(t *testing.T, addr net.Addr) {
	t.Helper()
	conn, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
}

// twin listens on the socket of another listener, as Caddy does with fd/3.
func twin(t *testing.T, l net.Listener) net.Listener {
	t.Helper()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	other, err := net.FileListener(file)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

func TestListen(t *testing.T) {
	t.Parallel()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan accepted)
	next := func(want string) {
		t.Helper()
		a := <-got
		if a.by != want || a.err != nil {
			t.Fatalf("accepted by %s, %v; want %s", a.by, a.err, want)
		}
		a.conn.Close()
	}

	old := New(time.Second, zap.NewNop()).Listen(socket)
	go serve("old", old, got)
	dial(t, old.Addr())
	next("old")

	// The new configuration takes over. A connection that is made before it serves
	// waits for it, although the old one still listens.
	current := New(time.Second, zap.NewNop()).Listen(twin(t, socket))
	dial(t, old.Addr())
	go serve("new", current, got)
	next("new")
	dial(t, old.Addr())
	next("new")

	// It fails to start after all, and the old one goes on.
	if err := current.Close(); err != nil {
		t.Error(err)
	}
	if a := <-got; a.by != "new" || !errors.Is(a.err, net.ErrClosed) {
		t.Errorf("closed: %+v", a)
	}
	dial(t, old.Addr())
	next("old")

	if err := old.Close(); err != nil {
		t.Error(err)
	}
	if a := <-got; a.by != "old" || !errors.Is(a.err, net.ErrClosed) {
		t.Errorf("closed: %+v", a)
	}
	if err := old.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
}

// A connection that is accepted when nobody is left to serve it is closed, not
// leaked.
func TestListenToNobody(t *testing.T) {
	t.Parallel()
	a := &address{conns: make(chan handover), changed: make(chan struct{})}
	here, there := net.Pipe()
	defer there.Close()
	a.pass(here)
	if _, err := there.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is open")
	}
}

// TestTakenOver: a connection that a listener is given in the very moment in which
// another takes over goes to that one.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	a := &address{conns: make(chan handover), changed: make(chan struct{})}
	old := &listener{address: a, conns: New(time.Second, zap.NewNop()), closed: make(chan struct{})}
	current := &listener{address: a, conns: New(time.Second, zap.NewNop()), closed: make(chan struct{})}
	a.enter(old)
	here, there := net.Pipe()
	defer there.Close()
	go a.pass(here)
	h := <-a.conns
	a.enter(current)
	if a.take(old, h) {
		t.Error("the listener before takes it")
	}
	if conn, err := current.Accept(); conn != here || err != nil {
		t.Errorf("the newest gets %v, %v", conn, err)
	}
	if until, _ := old.conns.waitedFor(); !until.IsZero() {
		t.Error("the listener before waits for it")
	}
}
