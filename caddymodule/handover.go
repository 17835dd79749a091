package caddymodule

import (
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"
)

func init() { caddy.RegisterModule(new(Handover)) }

// Handover is a listener wrapper with which a reload drops no connection whose
// request follows within a moment.
//
// When Caddy reloads, the new configuration's server begins to accept and the
// old one's is shut down. Go's HTTP server then closes, without an answer, what
// it has accepted and not read yet. With this wrapper the old server stops
// accepting first and has a pause to read what it has; connections that are made
// meanwhile wait for the new server.
type Handover struct {
	// How long nobody accepts during a reload. Default: 250ms.
	Pause caddy.Duration `json:"pause,omitempty"`

	log *zap.Logger
}

// defaultPause is long beside the time in which a server reads a request that
// has arrived, and short beside a merchant's patience.
const defaultPause = caddy.Duration(250 * time.Millisecond)

// CaddyModule returns the Caddy module information.
func (*Handover) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.listeners.paybridge", New: func() caddy.Module { return new(Handover) }}
}

// Provision fills in the default.
func (h *Handover) Provision(ctx caddy.Context) error {
	h.log = ctx.Logger()
	if h.Pause <= 0 {
		h.Pause = defaultPause
	}
	return nil
}

// UnmarshalCaddyfile sets up the wrapper. Syntax, in the global option servers:
//
//	listener_wrappers {
//		paybridge [<pause>]
//	}
func (h *Handover) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the wrapper's name
	if !d.NextArg() {
		return nil
	}
	pause, err := caddy.ParseDuration(d.Val())
	if err != nil || pause <= 0 {
		return d.Errf("paybridge: %q is not a pause; write for example 250ms", d.Val())
	}
	h.Pause = caddy.Duration(pause)
	return noMoreArgs(d, "paybridge")
}

// WrapListener implements caddy.ListenerWrapper.
func (h *Handover) WrapListener(inner net.Listener) net.Listener {
	l := &handoverListener{
		Listener: inner, log: h.log, gate: gateOf(inner.Addr()), closed: make(chan struct{}), failed: make(chan error, 1),
	}
	if l.gate.enter(l) {
		<-time.After(time.Duration(h.Pause)) // the old server reads what it has accepted
	}
	l.gate.open(l)
	go l.pump()
	return l
}

// handoverListener is one configuration's listener at an address.
type handoverListener struct {
	net.Listener
	log    *zap.Logger
	gate   *gate
	closed chan struct{}
	failed chan error // that it cannot accept any more
	once   sync.Once
}

// How long a listener rests after an error that may pass, such as too many open
// files: as net/http does.
const (
	firstRest   = 5 * time.Millisecond
	longestRest = time.Second
)

// pump accepts for whoever is the newest at the address. An error that may pass is
// told once and waited out; a lasting one is handed to Accept.
func (l *handoverListener) pump() {
	rest := time.Duration(0)
	for {
		conn, err := l.Listener.Accept()
		switch {
		case err == nil:
			if rest > 0 {
				l.log.Info("connections are accepted again", zap.Stringer("address", l.Addr()))
			}
			rest = 0
			l.gate.pass(conn)
			continue
		case errors.Is(err, net.ErrClosed):
			return
		case !mayPass(err):
			l.log.Error("no connection is accepted any more", zap.Stringer("address", l.Addr()), zap.Error(err))
			l.failed <- err // has room for the one there can be
			return
		case rest == 0:
			l.log.Error("a connection could not be accepted; trying on", zap.Stringer("address", l.Addr()), zap.Error(err))
		}
		rest = min(max(firstRest, 2*rest), longestRest)
		select {
		case <-time.After(rest):
		case <-l.closed:
			return
		}
	}
}

// mayPass reports whether accepting may succeed later on.
func mayPass(err error) bool {
	var temporary interface{ Temporary() bool }
	return errors.As(err, &temporary) && temporary.Temporary()
}

// Accept implements net.Listener. Only the newest listener at an address gets
// connections.
func (l *handoverListener) Accept() (net.Conn, error) {
	for {
		conns, changed := l.gate.connsFor(l)
		select {
		case conn := <-conns:
			return conn, nil
		case <-changed:
		case err := <-l.failed:
			return nil, err
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
}

// Close implements net.Listener. The listener before it, if it is still there,
// accepts again: a new configuration may fail to start.
func (l *handoverListener) Close() error {
	err := net.ErrClosed
	l.once.Do(func() {
		close(l.closed)
		err = l.Listener.Close()
		l.gate.leave(l)
	})
	return err
}

// gate passes the connections of one address on to the newest listener there.
type gate struct {
	conns chan net.Conn

	mu        sync.Mutex
	listeners []*handoverListener // oldest first
	opened    *handoverListener   // who may accept; nil in the pause of a reload
	changed   chan struct{}       // closed and replaced at every change
}

// gates has one gate for each address that was ever listened at.
var gates sync.Map

func gateOf(addr net.Addr) *gate {
	g := &gate{conns: make(chan net.Conn), changed: make(chan struct{})}
	known, _ := gates.LoadOrStore(addr.Network()+" "+addr.String(), g)
	return known.(*gate) //nolint:forcetypeassert // nothing else is stored
}

// change lets f change the gate and wakes everybody who looks at it.
func (g *gate) change(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
	close(g.changed)
	g.changed = make(chan struct{})
}

// enter adds a listener, which does not accept yet, stops the one before from
// accepting, and reports whether there was one.
func (g *gate) enter(l *handoverListener) (takesOver bool) {
	g.change(func() {
		takesOver = len(g.listeners) > 0
		g.listeners = append(g.listeners, l)
		g.opened = nil
	})
	return takesOver
}

// open lets a listener accept.
func (g *gate) open(l *handoverListener) { g.change(func() { g.opened = l }) }

// leave removes a listener.
func (g *gate) leave(l *handoverListener) {
	g.change(func() {
		if i := slices.Index(g.listeners, l); i >= 0 {
			g.listeners = slices.Delete(g.listeners, i, i+1)
		}
		if g.opened != l {
			return
		}
		g.opened = nil
		if n := len(g.listeners); n > 0 {
			g.opened = g.listeners[n-1]
		}
	})
}

// connsFor returns where a listener gets connections from, nil while it may get
// none, and what tells that this may have changed.
func (g *gate) connsFor(l *handoverListener) (conns <-chan net.Conn, changed <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened == l {
		conns = g.conns
	}
	return conns, g.changed
}

// pass gives a connection to the newest listener, or closes it when there is
// none any more.
func (g *gate) pass(conn net.Conn) {
	for {
		g.mu.Lock()
		left, changed := len(g.listeners), g.changed
		g.mu.Unlock()
		if left == 0 {
			_ = conn.Close()
			return
		}
		select {
		case g.conns <- conn:
			return
		case <-changed:
		}
	}
}

var (
	_ caddy.ListenerWrapper = (*Handover)(nil)
	_ caddy.Provisioner     = (*Handover)(nil)
	_ caddyfile.Unmarshaler = (*Handover)(nil)
)
