package caddymodule

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/graceful"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/notices"
	"github.com/paybridge/paybridge/caddymodule/internal/payer"
	"github.com/paybridge/paybridge/caddymodule/internal/stack"
)

func init() { caddy.RegisterModule(Handler{}) }

// Handler answers the paths of the old v1 gateway and lets every other request
// pass. All it needs is in the paybridge app.
type Handler struct {
	app       *App
	log       *zap.Logger
	merchants *merchantapi.Server
	notices   *notices.Server
	payers    *payer.Server
}

// junkLines are the lines of a kind of junk that are logged in a minute; of those
// beyond, one in a thousand is.
const junkLines = 60

// sampled is a logger that writes the first lines of a kind in a minute, and of the
// rest one in so many, or none.
func sampled(log *zap.Logger, first, then int) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, time.Minute, first, then)
	}))
}

// CaddyModule returns the Caddy module information.
func (Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.paybridge", New: func() caddy.Module { return new(Handler) }}
}

// Provision finds the app.
func (h *Handler) Provision(ctx caddy.Context) error {
	app, err := ctx.AppIfConfigured("paybridge")
	switch {
	case errors.Is(err, caddy.ErrNotConfigured):
		return errors.New("the directive needs the global option { paybridge { … } }, which is missing")
	case err != nil:
		return err // which names the app, and has been told
	}
	h.serve(app.(*App), ctx.Logger()) //nolint:forcetypeassert // the module ID says so
	if server, ok := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server); ok {
		server.RegisterConnState(requestCame)
	}
	return nil
}

// requestCame has the stack grow before the handlers are on it: a connection of HTTP/1,
// which merchants' programs speak, runs them in the goroutine that tells of its states. In
// HTTP/2 and 3 each request has another goroutine, which this does nothing for.
func requestCame(_ net.Conn, state http.ConnState) {
	if state == http.StateActive {
		stack.ForRequest()
	}
}

// serve makes what answers for an app.
func (h *Handler) serve(app *App, log *zap.Logger) {
	timeout := time.Duration(app.Timeouts.Reply)
	h.app, h.log = app, log
	h.merchants = app.merchantServer(log)
	h.notices = &notices.Server{
		Log: log, JunkLog: sampled(log, junkLines, 1000), Observer: observed, Receiver: receiver,
		Timeout: timeout, Reply: app.NoticeReply, Service: app.noticeService,
	}
	h.payers = &payer.Server{
		Log: log, Observer: observed, Tracer: tracer, Receiver: receiver,
		Timeout: timeout, Service: app.payerService,
	}
}

// routes are the addresses of the site.
var routes = inbound.Served()

// callers serve a route by who calls it.
var callers = map[inbound.Caller]func(*Handler, http.ResponseWriter, *http.Request, inbound.Route){
	inbound.Merchant:     (*Handler).merchant,
	inbound.Gateway:      (*Handler).notice,
	inbound.Payer:        (*Handler).payer,
	inbound.LoadBalancer: (*Handler).health,
	inbound.Nobody:       (*Handler).unsupported,
	inbound.Probe:        (*Handler).unknownProbe,
}

// ServeHTTP implements caddyhttp.MiddlewareHandler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	graceful.Reached(r.Context())
	tracer.See(r.Context())
	route, ok := routes.At(r.URL.Path)
	if !ok || h.app.isFront() && route.Caller == inbound.Gateway { // nobody sends notices to a front
		return next.ServeHTTP(w, r)
	}
	h.serveGuarded(w, r, route)
	return nil
}

// serveRoute serves a request to an address of the bridge.
func (h *Handler) serveRoute(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	switch {
	case h.app.isFront() && route.IsOld():
		h.passOn(w, r, passage{route: route, start: time.Now()})
		return
	case h.app.isBeside() && route.IsOld():
		h.serveBeside(w, r, route)
		return
	}
	body := inbound.LimitUpload(w, r, time.Duration(h.app.Timeouts.Read))
	callers[route.Caller](h, w, r, route)
	body.Finish()
}

// merchant answers the programs of merchants.
func (h *Handler) merchant(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	h.merchantOr(w, r, route, merchantapi.Client{})
}

// merchantOr does so beside an old gateway, which has read the request: it passes on
// what turns out to be that one's, and tells of its answers.
func (h *Handler) merchantOr(w http.ResponseWriter, r *http.Request, route inbound.Route, client merchantapi.Client) {
	client.Address, client.TLS = clientIP(r), tlsVersion(r)
	h.merchants.Serve(w, r, client, route)
}

// notice takes the gateway's notices.
func (h *Handler) notice(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	h.notices.Serve(w, r, clientIP(r), route)
}

// payer serves the pages of payers' browsers.
func (h *Handler) payer(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	h.payerOr(w, r, route, payer.Client{})
}

// payerOr does so beside an old gateway, which has read the request and passes on what
// turns out to be that one's.
func (h *Handler) payerOr(w http.ResponseWriter, r *http.Request, route inbound.Route, client payer.Client) {
	client.Address = clientIP(r)
	h.payers.Serve(w, r, client, route)
}

// clientIP is the address Caddy found for the client, trusted proxies taken
// into account.
func clientIP(r *http.Request) string {
	if ip, ok := caddyhttp.GetVar(r.Context(), caddyhttp.ClientIPVarKey).(string); ok && ip != "" {
		return ip
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// tlsVersion names the TLS of a request as it came to Caddy. It is "none" also where
// something in front of Caddy has decrypted the request.
func tlsVersion(r *http.Request) string {
	if r.TLS == nil {
		return "none"
	}
	return tls.VersionName(r.TLS.Version)
}

var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
)
