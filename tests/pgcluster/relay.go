package pgcluster

import (
	"errors"
	"net"
	"sync"

	"github.com/paybridge/paybridge/tests/port"
)

// relay passes connections on. When it is cut, nothing comes through, and nobody
// learns why.
type relay struct {
	address  string // where clients connect
	target   string
	port     *port.Reservation
	listener net.Listener

	mu    sync.Mutex
	conns map[net.Conn]bool
	open  chan struct{} // closed while bytes may pass
	ended bool
	work  sync.WaitGroup
}

func newRelay(target string) (*relay, error) {
	reserved, err := port.Reserve()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", reserved.Address)
	if err != nil {
		return nil, errors.Join(err, reserved.Close())
	}
	r := &relay{
		address: reserved.Address, target: target, port: reserved, listener: listener,
		conns: make(map[net.Conn]bool), open: make(chan struct{}),
	}
	close(r.open)
	r.work.Go(r.accept)
	return r, nil
}

func (r *relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.work.Go(func() { r.connect(client) })
	}
}

func (r *relay) connect(client net.Conn) {
	defer r.forget(client)
	if !r.keep(client) || !r.passable() {
		return
	}
	server, err := net.Dial("tcp", r.target)
	if err != nil {
		return
	}
	defer r.forget(server)
	if !r.keep(server) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { r.copy(server, client) })
	both.Go(func() { r.copy(client, server) })
	both.Wait()
}

// copy passes bytes on until an end closes, or the relay.
func (r *relay) copy(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if !r.passable() {
			return
		}
		if _, werr := to.Write(buffer[:n]); werr != nil || err != nil {
			return
		}
	}
}

// passable waits until bytes may pass, and reports false when the relay is closed.
func (r *relay) passable() bool {
	r.mu.Lock()
	open := r.open
	r.mu.Unlock()
	<-open
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.ended
}

func (r *relay) keep(c net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[c] = true
	return !r.ended
}

func (r *relay) forget(c net.Conn) {
	_ = c.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
}

// cut lets nothing through from now on.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = make(chan struct{})
}

// mend lets bytes through again. Connections of before are gone: their ends have
// given up.
func (r *relay) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.open:
		return
	default:
	}
	for c := range r.conns {
		_ = c.Close()
	}
	close(r.open)
}

func (r *relay) close() error {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	err := r.listener.Close()
	r.mend()
	r.mu.Lock()
	for c := range r.conns {
		_ = c.Close()
	}
	r.mu.Unlock()
	r.work.Wait()
	return errors.Join(err, r.port.Close())
}
