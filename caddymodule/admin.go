package caddymodule

import (
	"strings"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
)

func init() { caddy.RegisterModule(new(AdminAPI)) }

// AdminAPI serves the bridge's admin API below /paybridge/ on Caddy's admin
// endpoints, the local one and, where it is configured, the remote one.
type AdminAPI struct{ server *api.Server }

// CaddyModule returns the Caddy module information.
func (*AdminAPI) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "admin.api.paybridge", New: func() caddy.Module { return new(AdminAPI) }}
}

// Provision makes the server. What it serves is looked up per request: after a
// reload that failed, Caddy's admin endpoint belongs to the configuration that
// failed, while the one before goes on serving.
func (a *AdminAPI) Provision(ctx caddy.Context) error {
	a.server = newAPI(ctx.Logger())
	return showMetrics(ctx)
}

// newAPI makes a server of the API on what serves, by the clock that due times are
// stored by.
func newAPI(log *zap.Logger) *api.Server { return api.NewServer(log, servedNow, servingTime) }

// Routes returns the routes of the admin endpoint. The console has a site of its
// own (console.go): to let browsers in here would let them in to Caddy's own API.
func (a *AdminAPI) Routes() []caddy.AdminRoute {
	return []caddy.AdminRoute{{Pattern: api.Prefix, Handler: a.server}}
}

// servedNow is what the admin API works on: the app that started last.
func servedNow() (api.Served, bool) {
	app, ok := serving.Get()
	if !ok {
		return api.Served{}, false
	}
	e := app.engine.Load()
	if e == nil {
		return api.Served{}, false
	}
	return api.Served{
		DefaultRoute: app.defaultRoute(), RouteChanged: e.routes.Expire,
		Bridge: e.bridge, Ledger: e.ledger, Settings: app.settings, Health: app.judge.Load(), Refusals: refused,
		Try: app.try(), PublicURL: strings.TrimSuffix(app.PublicURL, "/"), ConsoleActions: app.ConsoleActions, Doubts: app.allDoubts, DiskSpace: health.DiskSpace, Shadow: app.shadow.forAPI(), Guard: e.guard.State,
		OldGateway: app.OldGateway,
	}, true
}

var (
	_ caddy.Provisioner = (*AdminAPI)(nil)
	_ caddy.AdminRouter = (*AdminAPI)(nil)
)
