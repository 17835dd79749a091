package caddymodule

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/payer"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func init() { caddy.RegisterModule(Handler{}) }

// Handler answers the paths of the old v1 gateway and lets every other request
// pass. All it needs is in the paybridge app.
type Handler struct {
	app *App
	log *zap.Logger
	// junkLog is log for what anybody can cause as often as they like.
	junkLog *zap.Logger
	payers  *payer.Server
}

// junkLines are the lines of a kind that junkLog writes in a minute; of those
// beyond it writes one in a thousand.
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
	h.log = ctx.Logger()
	h.junkLog = sampled(h.log, junkLines, 1000)
	app, err := ctx.AppIfConfigured("paybridge")
	switch {
	case errors.Is(err, caddy.ErrNotConfigured):
		return errors.New("the directive needs the global option { paybridge { … } }, which is missing")
	case err != nil:
		return err // which names the app, and has been told
	}
	h.app = app.(*App) //nolint:forcetypeassert // the module ID says so
	h.payers = &payer.Server{
		Log: h.log, Observer: observed, Tracer: tracer, Receiver: receiver,
		Timeout: time.Duration(h.app.Timeouts.Reply), Service: h.app.payerService,
	}
	return nil
}

// routes are the addresses of the site.
var routes = inbound.Served()

// callers serve a route by who calls it.
var callers = map[inbound.Caller]func(*Handler, http.ResponseWriter, *http.Request, inbound.Route){
	inbound.Merchant:     (*Handler).reply,
	inbound.Gateway:      (*Handler).notice,
	inbound.Payer:        (*Handler).payer,
	inbound.LoadBalancer: (*Handler).health,
	inbound.Nobody:       (*Handler).unsupported,
	inbound.Probe:        (*Handler).unknownProbe,
}

// endpoints serve the interfaces that merchants POST to, by their route's name.
var endpoints = map[string]func(visit) answer{
	"pay":    servePay,
	"query":  serveQuery,
	"cancel": serveCancel,
}

// ServeHTTP implements caddyhttp.MiddlewareHandler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	tracer.See(r.Context())
	route, ok := routes.At(r.URL.Path)
	switch front := h.app.isFront(); {
	case !ok, front && route.Caller == inbound.Gateway: // nobody sends notices to a front
		return next.ServeHTTP(w, r)
	case front && route.IsOld():
		h.passOn(w, r, route)
		return nil
	}
	body := inbound.LimitUpload(w, r, time.Duration(h.app.Timeouts.Read))
	callers[route.Caller](h, w, r, route)
	body.Finish()
	return nil
}

// visit is one verified request of a merchant.
type visit struct {
	service
	ctx      context.Context
	merchant *merchants.Merchant
	opened   v1.Opened
	client   string // the address the request came from
}

// answer is what a merchant hears and what is logged of it.
type answer struct {
	json    []byte
	code    v1.Code
	orderID string
	result  v1.ResultCode // of a query
	err     error         // why the request was refused
}

func refused(err error) answer {
	code := v1.CodeOf(err)
	return answer{json: v1.BuildRefusal(code, ""), code: code, err: err}
}

// reply answers a POST interface. Whatever happens inside, a panic included,
// the merchant hears well-formed v1 with status 200: its program reads nothing
// else.
func (h *Handler) reply(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	start := time.Now()
	ctx, span := tracer.Start(r.Context(), "", "v1 "+route.Name, trace.SpanKindInternal)
	r = r.WithContext(ctx)
	line := requestLine{endpoint: route.Name, remote: clientIP(r), tls: tlsVersion(r), trace: tracing.IDFrom(ctx)}
	var key v1.Key
	a := func() (a answer) {
		defer func() {
			if bug := recover(); bug != nil {
				_ = crash.Log(h.log, "serving a request", bug, zap.String("interface", route.Name))
				a = answer{json: v1.BuildRefusal(v1.CodeInternal, ""), code: v1.CodeInternal, orderID: a.orderID}
			}
		}()
		return h.answer(r, route, &key, &line)
	}()
	writeErr := plainAnswer(w, r, "application/json; charset=utf-8", v1.SealReply(a.json, key))
	line.answer, line.took, line.lost = a, time.Since(start), writeErr != nil
	h.log.Info("v1 request", zap.Inline(line))
	observed.RequestServed(route.Name, a.code, line.took)
	span.SetAttributes(tracing.MerID(line.merID), tracing.OrderID(a.orderID))
	tracing.Finish(span, string(a.code), a.code == v1.CodeInternal)
}

// plainAnswer answers a program. It says how long the answer is, for it may be sent
// before the request has ended. The connection ends with it: a reload closes
// connections that rest, and a POST that a program sends in that very moment on a
// kept one would be lost without anybody's fault.
func plainAnswer(w http.ResponseWriter, r *http.Request, contentType string, answer []byte) error {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(answer)))
	header.Set("Cache-Control", "no-store")
	if r.ProtoMajor == 1 {
		header.Set("Connection", "close")
	}
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(answer) //nolint:gosec // JSON or one word, and its type says so
	return err
}

// answer verifies a request and has it served. It reports the key to sign the
// reply with as soon as it knows it.
func (h *Handler) answer(r *http.Request, route inbound.Route, key *v1.Key, line *requestLine) answer {
	// The merchant's program counts from when it began to send.
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(h.app.Timeouts.Reply))
	defer cancel()
	v, err := h.open(ctx, r, route, key, line)
	switch {
	case route.Caller == inbound.Nobody: // whatever else is wrong with it
		return refused(inbound.ErrNotServed)
	case err != nil:
		return refused(err)
	}
	return endpoints[route.Name](v)
}

// open reads a request and verifies it.
func (h *Handler) open(
	ctx context.Context, r *http.Request, route inbound.Route, key *v1.Key, line *requestLine,
) (visit, error) {
	body, err := receiver.Receive(ctx, r, line.remote, route)
	if err != nil {
		return visit{}, inbound.RefusedBody(err)
	}
	defer body.Release()
	var params v1.Params
	if err := body.Parse(func(text []byte) (err error) {
		params, err = route.Read(r.Method, r.Header.Get("Content-Type"), text, r.URL.RawQuery)
		return err
	}); err != nil {
		return visit{}, inbound.RefusedBody(err)
	}
	service, ok := h.app.service(body.Context())
	if !ok {
		return visit{}, &v1.Error{Code: v1.CodeBusy, Field: "bridge", Reason: "not running"}
	}
	registry := service.settings.Merchants
	opened, err := v1.Open(params.Form(), func(merid string) []v1.Key {
		if m := registry.ByMerID(merid); m != nil {
			return m.SignKeys(time.Now())
		}
		return nil
	})
	*key = opened.Key
	line.merID, line.variant, line.previousKey = opened.MerID, opened.Variant, opened.Previous
	return visit{
		service: service, ctx: ctx,
		merchant: registry.ByMerID(opened.MerID), opened: opened, client: line.remote,
	}, err
}

// payer serves the pages of payers' browsers.
func (h *Handler) payer(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	h.payers.Serve(w, r, clientIP(r), route)
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
