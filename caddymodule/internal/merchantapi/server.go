// Package merchantapi answers merchants' programs, which pay, query and cancel orders
// by v1. It verifies who asks and signs the reply; what happens to an order is
// decided in package bridge.
package merchantapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Server answers merchants' programs.
type Server struct {
	Log      *zap.Logger
	Observer Observer
	Tracer   *tracing.Tracer
	Receiver inbound.Receiver
	Refusals *refusals.Recorder
	Timeout  time.Duration // of an answer, whatever happens behind

	// Service returns what to serve with; ok is false when nothing runs any more
	// or ctx is done.
	Service func(ctx context.Context) (service Service, ok bool)
}

// Observer is told of requests, for metrics.
type Observer interface {
	// RequestServed tells of a request, by its route's name, of its reply and how
	// long that took.
	RequestServed(endpoint string, code v1.Code, took time.Duration)
}

// Service is what a request is served with.
type Service struct {
	Bridge   *bridge.Bridge
	Settings *bridge.Settings
}

// Client says where a request comes from.
type Client struct {
	Address string
	TLS     string // as it came to Caddy, "none" for plain http
	// Start is when the request came, from which its answer's time counts; zero where it
	// comes now.
	Start time.Time
	// Message is the request where it has been read already, else nil.
	Message *inbound.Message
	// PassOn passes the request on to the old gateway instead, which turns out to have
	// its order; nil where there is none.
	PassOn func()
	// Answered is told of the reply once it has left: whether v2 has refused the payment, or
	// has not answered. It is not told of a reply that says nothing new about v2: that to a
	// payment which the ledger could not take, or whose number it had before, and that to a
	// merchant which has hung up, or whose request had to give way to others, before there
	// was any. nil tells nobody.
	Answered func(refused bool)

	try bool // an operator tries the bridge, see [Server.Try]
}

// answer is what a merchant hears and what is logged of it.
type answer struct {
	json       []byte
	code       v1.Code
	orderID    string
	result     v1.ResultCode // of a query
	err        error         // why the request was refused
	isOld      bool          // the order is the old gateway's
	nothingNew bool          // of a payment: the ledger could not take the order, or had its number before
	unanswered bool          // of a payment: v2 has not answered, whatever the merchant hears
}

func refused(err error) answer {
	code := v1.CodeOf(err)
	return answer{json: v1.BuildRefusal(code, ""), code: code, err: err}
}

// Serve answers a request of a client. Whatever happens inside, a panic included,
// the merchant hears well-formed v1 with status 200: its program reads nothing
// else.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, client Client, route inbound.Route) {
	if client.Start.IsZero() {
		client.Start = time.Now()
	}
	ctx, span := s.Tracer.Start(r.Context(), "", "v1 "+route.Name, trace.SpanKindInternal)
	r = r.WithContext(ctx)
	e := &exchange{route: route, method: r.Method, line: requestLine{endpoint: route.Name, client: client, trace: tracing.IDFrom(ctx)}}
	a := func() (a answer) {
		defer func() {
			if bug := recover(); bug != nil {
				_ = crash.Log(s.Log, "serving a request", bug, zap.String("interface", route.Name))
				a = answer{json: v1.BuildRefusal(v1.CodeInternal, ""), code: v1.CodeInternal, orderID: a.orderID}
			}
		}()
		return s.answer(r, e)
	}()
	ended := ctx.Err() // before the reply; whoever has it may hang up
	if a.isOld && client.PassOn != nil {
		tracing.Finish(span, "passed_on", false)
		client.PassOn()
		return
	}
	writeErr := inbound.Answer(w, r, "application/json; charset=utf-8", v1.SealReply(a.json, e.key))
	line := &e.line
	line.answer, line.took = a, time.Since(client.Start)
	line.lost = writeErr != nil || ended != nil && !errors.Is(context.Cause(ctx), bodies.ErrTurnedAway)
	s.Log.Info("v1 request", zap.Inline(line))
	s.Refusals.Refused(e.refusal(a, s.Log))
	s.Observer.RequestServed(route.Name, a.code, line.took)
	span.SetAttributes(tracing.MerID(line.merID), tracing.OrderID(a.orderID))
	tracing.Finish(span, string(a.code), a.code == v1.CodeInternal)
	if client.Answered != nil && !a.nothingNew && ended == nil && writeErr == nil {
		client.Answered(a.code != v1.CodeOK || a.unanswered)
	}
}

// answer verifies a request and has it served.
func (s *Server) answer(r *http.Request, e *exchange) answer {
	// The merchant's program counts from when it began to send.
	ctx, cancel := context.WithDeadline(r.Context(), e.line.client.Start.Add(s.Timeout))
	defer cancel()
	v, err := s.open(ctx, r, e)
	switch {
	case e.route.Caller == inbound.Nobody: // whatever else is wrong with it
		return refused(inbound.ErrNotServed)
	case err != nil:
		return refused(err)
	}
	return endpoints[e.route.Name](v)
}
