package caddymodule

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/paybridge/paybridge/caddymodule/internal/graceful"
)

func init() { caddy.RegisterModule(new(ListenerWrapper)) }

// ListenerWrapper is a listener wrapper with which a reload drops no connection that
// brings its request in time.
//
// When Caddy reloads, the new configuration's server begins to accept and the
// old one's is shut down. Go's HTTP server then closes, without an answer, what
// it has accepted and not read yet. With this wrapper what connects goes to the new
// server alone, and the old one is shut down when it has read the request of every
// connection that it has accepted. So it is when Caddy stops.
//
// Each configuration has a socket of its own at the address. On Linux what connects comes in
// by the newest, and an older one stays open until no handshake can be under way by it: the
// kernel resets those when a socket is closed. The sockets speak plain TCP for that, unless
// GODEBUG has multipathtcp.
type ListenerWrapper struct {
	// How long a connection may take to bring its request while a reload or the end of
	// Caddy waits for it. Connections that never do hold these up no longer than that.
	// Default: 5s.
	Wait caddy.Duration `json:"wait,omitempty"`

	ctx   caddy.Context
	conns *graceful.Connections
}

// defaultWait is what net/http, too, lets a new connection have when it is shut down.
const defaultWait = caddy.Duration(5 * time.Second)

// CaddyModule returns the Caddy module information.
func (*ListenerWrapper) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.listeners.paybridge", New: func() caddy.Module { return new(ListenerWrapper) }}
}

// Provision fills in the default and has the server tell of its connections, and Caddy
// of the end of the configuration.
func (w *ListenerWrapper) Provision(ctx caddy.Context) error {
	if w.Wait <= 0 {
		w.Wait = defaultWait
	}
	graceful.PlainTCP()
	w.ctx, w.conns = ctx, graceful.New(time.Duration(w.Wait), ctx.Logger())
	server, ok := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	if !ok {
		return nil // of another app, which shuts nothing down as net/http does
	}
	server.RegisterConnContext(w.conns.Context)
	server.RegisterConnState(w.conns.State)
	events, err := ctx.App("events")
	if err != nil {
		return fmt.Errorf("getting events: %w", err)
	}
	if err := events.(*caddyevents.App).On("stopping", beforeShutdown{w}); err != nil { //nolint:forcetypeassert // Caddy's own
		return fmt.Errorf("subscribing to the end of the configuration: %w", err)
	}
	return nil
}

// beforeShutdown handles the event that Caddy stops a configuration, before it does.
// Until it returns, the servers go on.
type beforeShutdown struct{ wrapper *ListenerWrapper }

// Handle implements caddyevents.Handler. A server that is to accept on for the
// shutdown_delay of Caddy is left to it.
func (b beforeShutdown) Handle(context.Context, caddy.Event) error {
	w := b.wrapper
	app, err := w.ctx.AppIfConfigured("http")
	if err == nil && app.(*caddyhttp.App).ShutdownDelay > 0 && w.conns.Last() { //nolint:forcetypeassert // Caddy's own
		return nil
	}
	w.conns.Drain()
	return nil
}

// UnmarshalCaddyfile sets up the wrapper. Syntax, in the global option servers:
//
//	listener_wrappers {
//		paybridge [<wait>]
//	}
func (w *ListenerWrapper) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the wrapper's name
	if !d.NextArg() {
		return nil
	}
	wait, err := caddy.ParseDuration(d.Val())
	if err != nil || wait <= 0 {
		return d.Errf("paybridge: %q is not a time to wait; write for example 5s", d.Val())
	}
	w.Wait = caddy.Duration(wait)
	return noMoreArgs(d, "paybridge")
}

// WrapListener implements caddy.ListenerWrapper.
func (w *ListenerWrapper) WrapListener(inner net.Listener) net.Listener {
	return w.conns.Listen(inner)
}

var (
	_ caddy.ListenerWrapper = (*ListenerWrapper)(nil)
	_ caddy.Provisioner     = (*ListenerWrapper)(nil)
	_ caddyfile.Unmarshaler = (*ListenerWrapper)(nil)
	_ caddyevents.Handler   = beforeShutdown{}
)
