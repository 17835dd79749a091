package ledger_test

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// line is a TCP line to a server that can lose the answer to a commit, or swallow
// everything as a broken network does.
type line struct {
	listener net.Listener
	server   string
	lose     atomic.Bool
	swallows atomic.Bool
	losses   atomic.Int32
	all      sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

func newLine(t *testing.T, server string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener, server: server}
	l.all.Go(l.serve)
	t.Cleanup(func() {
		listener.Close()
		l.hangUp()
		l.all.Wait()
	})
	return l
}

func (l *line) addr() string    { return l.listener.Addr().String() }
func (l *line) loseNextAnswer() { l.lose.Store(true) }
func (l *line) swallow(on bool) { l.swallows.Store(on) }
func (l *line) lost() int       { return int(l.losses.Load()) }

func (l *line) serve() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", l.server)
		if err != nil {
			client.Close()
			continue
		}
		l.mu.Lock()
		l.conns = append(l.conns, client, server)
		l.mu.Unlock()
		l.all.Go(func() { l.carry(client, server) })
	}
}

func (l *line) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.conns {
		conn.Close()
	}
}

// carry passes bytes on, both ways. The answer to a commit that is to be lost is
// awaited, so that the commit has happened, and then the line is cut.
func (l *line) carry(client, server net.Conn) {
	var cut atomic.Bool
	var back sync.WaitGroup
	back.Go(func() {
		defer client.Close()
		defer server.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil || cut.Load() {
				return
			}
			if l.swallows.Load() {
				continue
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	})
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			break
		}
		if l.swallows.Load() {
			continue
		}
		if bytes.Contains(buffer[:n], []byte("commit\x00")) && l.lose.CompareAndSwap(true, false) {
			cut.Store(true)
			l.losses.Add(1)
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			break
		}
	}
	server.Close()
	back.Wait()
}
