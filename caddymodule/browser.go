package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// payerPages serve the addresses that payers' browsers open, by their route's
// name. Merchants know gopay, openid and gateway (v1 §3.2, §3.3 and the field);
// the others are between the bridge, WeChat and the gateway.
var payerPages = map[string]func(browserVisit) view{
	"gopay":       serveGoPay,
	"openid":      serveOpenID,
	"gateway":     serveGateway,
	"paying":      servePaying,
	"result":      serveResult,
	statusPage:    serveStatus,
	"unsupported": func(browserVisit) view { return refuse(pages.NotServed, nil) },
}

// statusPage is asked by our pages while they wait, and answers JSON.
const statusPage = "status"

// browserVisit is one request of a payer's browser.
type browserVisit struct {
	service
	ctx     context.Context
	request *http.Request
	params  v1.Params
	client  string // the address the request came from
	line    *pageLine
}

// payer serves the pages of payers' browsers. Whatever happens inside, a panic
// included, the payer reads a page that says what to do.
func (h *Handler) payer(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	start := time.Now()
	ctx, span := tracer.Start(r.Context(), "", "page "+route.Name, trace.SpanKindInternal)
	line := pageLine{page: route.Name, remote: clientIP(r), trace: tracing.IDFrom(ctx)}
	r = r.WithContext(ctx)
	v := func() (v view) {
		defer func() {
			if bug := recover(); bug != nil {
				h.logPanic("serving a page", bug, zap.String("page", route.Name))
				v = refuse(pages.Internal, nil)
			}
		}()
		return h.view(w, r, route, &line)
	}()
	v.write(w, r)
	line.view, line.took = v, time.Since(start)
	if entry := h.log.Check(line.level(), "payer page"); entry != nil {
		entry.Write(zap.Inline(line))
	}
	observed.PageServed(route.Name, v.status)
	span.SetAttributes(tracing.MerID(line.merID), tracing.OrderID(line.orderID))
	tracing.Finish(span, v.result, v.status >= http.StatusInternalServerError)
}

// view reads a request and has it served. An empty POST or a form is answered as
// a GET: merchants' programs put our links into the action of a form.
func (h *Handler) view(w http.ResponseWriter, r *http.Request, route inbound.Route, line *pageLine) view {
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(h.app.Timeouts.Reply))
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
	params, err := readForm(ctx, r, route)
	switch {
	case errors.Is(err, bodies.ErrTurnedAway):
		return refuse(pages.Busy, err)
	case err != nil:
		return refuse(pages.BadRequest, fmt.Errorf("body: %w", err))
	}
	service, ok := h.app.service(ctx)
	if !ok {
		return refuse(pages.Busy, errors.New("bridge: not running"))
	}
	return payerPages[route.Name](browserVisit{service: service, ctx: ctx, request: r, params: params, client: line.remote, line: line})
}

// found finds the merchant with a number and notes whose page it is.
func (v browserVisit) found(merID string) (*merchants.Merchant, bool) {
	m := v.settings.Merchants.ByMerID(merID)
	if m == nil {
		return nil, false
	}
	v.line.merID = m.MerID
	return m, true
}

// opened is what a merchant has signed into a link.
func (v browserVisit) opened() (opened v1.Opened, m *merchants.Merchant, refusal view, ok bool) {
	unknown := false
	opened, err := v1.Open(v.params.Form(), func(merID string) []v1.Key {
		found, known := v.found(merID)
		if unknown = !known; unknown {
			return nil
		}
		m = found
		return m.SignKeys(time.Now())
	})
	switch {
	case err == nil:
		return opened, m, view{}, true
	case unknown:
		return opened, nil, refuse(pages.UnknownMerchant, err), false
	case v1.CodeOf(err) == v1.CodeSignature:
		return opened, nil, refuse(pages.BadSignature, err), false
	}
	return opened, nil, refuse(pages.BadRequest, err), false
}

// inWeChat reports whether the browser is WeChat's. It says so itself, and has
// nothing to win by lying: other browsers cannot pay on these pages.
func (v browserVisit) inWeChat() bool {
	return strings.Contains(v.request.UserAgent(), "MicroMessenger")
}

// outside tells a browser that is not WeChat's how to open an address there.
func (v browserVisit) outside(link string) view {
	return show("outside", pages.Outside{Link: v.app.address(link)})
}

// goPayLink is where an order is paid, below the public URL.
func goPayLink(k ledger.Key, payID string) string {
	return inbound.GoPayPath + "?" + url.Values{"merid": {k.MerID}, "orderid": {k.OrderID}, "code": {payID}}.Encode()
}

// byPayID is where something is known of an order by its PayId.
func byPayID(path, payID string) string {
	return path + "?" + url.Values{"id": {payID}}.Encode()
}

// pageLine is the one log line of a request of a payer's browser: an allow-list.
type pageLine struct {
	page    string
	remote  string
	merID   string // of a configured merchant, else ""
	orderID string // of an order that exists, else ""
	view    view
	took    time.Duration
	trace   string // the request's trace ID, "" when it is not traced
}

// level keeps what operators should see apart from the many questions of pages
// that wait.
func (l pageLine) level() zapcore.Level {
	switch {
	case l.view.status >= http.StatusInternalServerError:
		return zapcore.WarnLevel
	case l.page == statusPage:
		return zapcore.DebugLevel
	}
	return zapcore.InfoLevel
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l pageLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("page", l.page)
	enc.AddString("remote_ip", l.remote)
	enc.AddString("result", l.view.result)
	enc.AddInt("status", l.view.status)
	enc.AddDuration("took", l.took)
	for _, s := range []struct{ key, value string }{
		{"merid", l.merID}, {"orderid", l.orderID}, {"trace_id", l.trace},
	} {
		if s.value != "" {
			enc.AddString(s.key, s.value)
		}
	}
	if l.view.err != nil {
		enc.AddString("error", l.view.err.Error())
	}
	return nil
}
