package caddymodule

import (
	"context"
	"sync/atomic"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
)

// serving is the app that started last, nil when it has been cleaned up.
//
// After a reload Caddy cleans up the old configuration while its server still
// finishes requests. Those are served with the new configuration: a merchant
// must not hear "busy" because an operator changed a line.
var serving atomic.Pointer[App]

// service is what a request is served with.
type service struct {
	bridge   *bridge.Bridge
	settings *bridge.Settings
}

// service returns what to serve with, waiting for the app to start, since Caddy
// may open the listeners first. ok is false when nothing runs any more or ctx is
// done.
func (a *App) service(ctx context.Context) (s service, ok bool) {
	select {
	case <-a.started:
	case <-ctx.Done():
		return service{}, false
	}
	for _, app := range []*App{a, serving.Load()} {
		if app == nil {
			continue
		}
		if e := app.engine.Load(); e != nil {
			return service{bridge: e.bridge, settings: app.settings}, true
		}
	}
	return service{}, false
}
