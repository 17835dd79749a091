package payer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Server answers the browsers of payers.
type Server struct {
	Log      *zap.Logger
	Observer Observer
	Tracer   *tracing.Tracer
	Receiver inbound.Receiver
	Timeout  time.Duration // of an answer, whatever happens behind

	// Service returns what to serve with; ok is false when nothing runs any more
	// or ctx is done.
	Service func(ctx context.Context) (service Service, ok bool)
}

// Observer is told of requests, for metrics.
type Observer interface {
	// PageServed tells of a page, by its route's name, and its status.
	PageServed(page string, status int)
}

// Service is what a request is served with.
type Service struct {
	Bridge    *bridge.Bridge
	Settings  *bridge.Settings
	Ledger    *ledger.Ledger
	WeChat    *wechat.Client
	OpenIDs   *wechat.OpenIDs // for payers who come back from WeChat once more
	Returns   *admission.Gate // before WeChat is asked who a payer is
	PublicURL string          // of this server, without a slash at its end
}

// address returns the outside address of one of this server's paths.
func (s Service) address(path string) string { return s.PublicURL + path }

// handlers serve the addresses that payers' browsers open, by their route's
// name. Merchants know gopay, openid and gateway (v1 §3.2, §3.3 and the field);
// the others are between the bridge, WeChat and the gateway.
var handlers = map[string]func(visit) view{
	"gopay":       serveGoPay,
	"openid":      serveOpenID,
	"gateway":     serveGateway,
	"paying":      servePaying,
	"result":      serveResult,
	statusPage:    serveStatus,
	"unsupported": func(visit) view { return refuse(pages.NotServed, nil) },
}

// statusPage is asked by our pages while they wait, and answers JSON.
const statusPage = "status"

// Client says where a request comes from.
type Client struct {
	Address string
	// Start is when the request came, from which its answer's time counts; zero where it
	// comes now.
	Start time.Time
	// Message is the request where it has been read already, else nil.
	Message *inbound.Message
	// PassOn passes the request on to the old gateway instead, which turns out to have
	// its order; nil where there is none.
	PassOn func()
}

// Serve answers a request of a client. Whatever happens inside, a panic included,
// the payer reads a page that says what to do.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, client Client, route inbound.Route) {
	if client.Start.IsZero() {
		client.Start = time.Now()
	}
	ctx, span := s.Tracer.Start(r.Context(), "", "page "+route.Name, trace.SpanKindInternal)
	line := logLine{page: route.Name, remote: client.Address, trace: tracing.IDFrom(ctx)}
	r = r.WithContext(ctx)
	v := func() (v view) {
		defer func() {
			if bug := recover(); bug != nil {
				_ = crash.Log(s.Log, "serving a page", bug, zap.String("page", route.Name))
				v = refuse(pages.Internal, nil)
			}
		}()
		return s.view(w, r, client, route, &line)
	}()
	if v.isOld && client.PassOn != nil {
		tracing.Finish(span, "passed_on", false)
		client.PassOn()
		return
	}
	v.write(w, r)
	line.view, line.took = v, time.Since(client.Start)
	if entry := s.Log.Check(line.level(), "payer page"); entry != nil {
		entry.Write(zap.Inline(line))
	}
	s.Observer.PageServed(route.Name, v.status)
	span.SetAttributes(tracing.MerID(line.merID), tracing.OrderID(line.orderID))
	tracing.Finish(span, v.result, v.status >= http.StatusInternalServerError)
}

// view reads a request and has it served. An empty POST or a form is answered as
// a GET: merchants' programs put our links into the action of a form.
func (s *Server) view(w http.ResponseWriter, r *http.Request, client Client, route inbound.Route, line *logLine) view {
	ctx, cancel := context.WithDeadline(r.Context(), client.Start.Add(s.Timeout))
	defer cancel()
	switch {
	case !route.Takes(r.Method):
		w.Header().Set("Allow", strings.Join(route.Methods(), ", "))
		return refuse(pages.WrongMethod, nil)
	case r.Method == http.MethodHead: // only asks whether there is something, and must change nothing
		return view{result: "head", status: http.StatusOK}
	case len(r.URL.RawQuery) > inbound.MaxPageForm:
		return refuse(pages.BadRequest, inbound.ErrPageFormTooLong)
	}
	params, err := s.params(ctx, r, client, route)
	switch {
	case errors.Is(err, bodies.ErrTurnedAway):
		return refuse(pages.Busy, err)
	case err != nil:
		return refuse(pages.BadRequest, fmt.Errorf("body: %w", err))
	}
	service, ok := s.Service(ctx)
	if !ok {
		return refuse(pages.Busy, errors.New("bridge: not running"))
	}
	return handlers[route.Name](visit{Service: service, ctx: ctx, request: r, params: params, read: client.Message, client: client.Address, line: line})
}

// params are the parameters of a request, which are read unless they have been.
func (s *Server) params(ctx context.Context, r *http.Request, client Client, route inbound.Route) (v1.Params, error) {
	if client.Message == nil {
		return s.Receiver.Form(ctx, r, client.Address, route)
	}
	return client.Message.Params, client.Message.Check(route, r.Method)
}
