package caddymodule

import (
	"net"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/graceful"
)

func init() { caddy.RegisterModule(new(ListenerWrapper)) }

// ListenerWrapper is a listener wrapper with which a reload drops no connection whose
// request follows within a moment.
//
// When Caddy reloads, the new configuration's server begins to accept and the
// old one's is shut down. Go's HTTP server then closes, without an answer, what
// it has accepted and not read yet. With this wrapper the old server stops
// accepting first and has a pause to read what it has; connections that are made
// meanwhile wait for the new server.
type ListenerWrapper struct {
	// How long nobody accepts during a reload. Default: 250ms.
	Pause caddy.Duration `json:"pause,omitempty"`

	log *zap.Logger
}

// defaultPause is long beside the time in which a server reads a request that
// has arrived, and short beside a merchant's patience.
const defaultPause = caddy.Duration(250 * time.Millisecond)

// CaddyModule returns the Caddy module information.
func (*ListenerWrapper) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.listeners.paybridge", New: func() caddy.Module { return new(ListenerWrapper) }}
}

// Provision fills in the default.
func (w *ListenerWrapper) Provision(ctx caddy.Context) error {
	w.log = ctx.Logger()
	if w.Pause <= 0 {
		w.Pause = defaultPause
	}
	return nil
}

// UnmarshalCaddyfile sets up the wrapper. Syntax, in the global option servers:
//
//	listener_wrappers {
//		paybridge [<pause>]
//	}
func (w *ListenerWrapper) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the wrapper's name
	if !d.NextArg() {
		return nil
	}
	pause, err := caddy.ParseDuration(d.Val())
	if err != nil || pause <= 0 {
		return d.Errf("paybridge: %q is not a pause; write for example 250ms", d.Val())
	}
	w.Pause = caddy.Duration(pause)
	return noMoreArgs(d, "paybridge")
}

// WrapListener implements caddy.ListenerWrapper.
func (w *ListenerWrapper) WrapListener(inner net.Listener) net.Listener {
	return graceful.Listen(inner, time.Duration(w.Pause), w.log)
}

var (
	_ caddy.ListenerWrapper = (*ListenerWrapper)(nil)
	_ caddy.Provisioner     = (*ListenerWrapper)(nil)
	_ caddyfile.Unmarshaler = (*ListenerWrapper)(nil)
)
