package caddymodule

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/newest"
	"github.com/paybridge/paybridge/caddymodule/internal/notices"
	"github.com/paybridge/paybridge/caddymodule/internal/payer"
	"github.com/paybridge/paybridge/caddymodule/internal/routecache"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
)

// serving are the apps that have started and are not cleaned up yet.
//
// After a reload Caddy cleans up the old configuration while its server still
// finishes requests. Those are served with the new configuration: a merchant
// must not hear "busy" because an operator changed a line. The other way round,
// a new configuration may start and be taken back because another app of it
// failed; then the one before serves on.
var serving newest.List[*App]

// service is what a request is served with.
type service struct {
	app      *App
	bridge   *bridge.Bridge
	ledger   *ledger.Ledger
	settings *bridge.Settings
	health   *health.Judge
	gates    gates
	openIDs  *wechat.OpenIDs
	sides    *sides.Sides
	routes   *routecache.Cache
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
	latest, _ := serving.Get()
	for _, app := range []*App{a, latest} {
		if app == nil {
			continue
		}
		if e := app.engine.Load(); e != nil {
			return service{app: app, bridge: e.bridge, ledger: e.ledger, settings: app.settings, health: app.judge.Load(), gates: e.gates, openIDs: e.openIDs, sides: e.sides, routes: e.routes}, true
		}
	}
	return service{}, false
}

// merchantService is the service for merchants' programs.
func (a *App) merchantService(ctx context.Context) (merchantapi.Service, bool) {
	s, ok := a.service(ctx)
	return merchantapi.Service{Bridge: s.bridge, Settings: s.settings}, ok
}

// merchantServer makes what answers merchants' programs.
func (a *App) merchantServer(log *zap.Logger) *merchantapi.Server {
	return &merchantapi.Server{
		Log: log, Observer: observed, Tracer: tracer, Receiver: receiver, Refusals: refused,
		Timeout: time.Duration(a.Timeouts.Reply), Service: a.merchantService,
	}
}

// try is what serves the requests that operators make in a merchant's name.
func (a *App) try() func(context.Context, merchantapi.Trial) (merchantapi.Tried, error) {
	return a.merchantServer(a.log).Try
}

// noticeService is the service for the gateway's notices.
func (a *App) noticeService(ctx context.Context) (notices.Service, bool) {
	s, ok := a.service(ctx)
	return notices.Service{Bridge: s.bridge, Settings: s.settings, Gate: s.gates.notices}, ok
}

// payerService is the service for payers.
func (a *App) payerService(ctx context.Context) (payer.Service, bool) {
	s, ok := a.service(ctx)
	if !ok {
		return payer.Service{}, false
	}
	return payer.Service{
		Bridge: s.bridge, Settings: s.settings, Ledger: s.ledger, OpenIDs: s.openIDs,
		WeChat: s.app.WeChat.client, Returns: s.gates.returns, PublicURL: s.app.address(""),
	}, true
}

// hasStarted reports whether the app lets requests in.
func (a *App) hasStarted() bool {
	select {
	case <-a.started:
		return true
	default:
		return false
	}
}

// servingTime is the time that the newest app's bridge goes by, which is what due
// times are to be compared with.
func servingTime() time.Time {
	if app, ok := serving.Get(); ok {
		return app.now()
	}
	return time.Now()
}

// now is the time that the app's bridge goes by.
func (a *App) now() time.Time {
	if e := a.engine.Load(); e != nil {
		return e.bridge.Now()
	}
	return time.Now()
}
