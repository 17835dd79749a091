package caddymodule

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/failpoint"
	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/caddymodule/internal/requestside"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// passage is a request on its way to the old gateway.
type passage struct {
	route inbound.Route
	start time.Time           // when the request came
	asked requestside.Request // what it names, where merchants are configured
	cause sides.Cause
	seen  seenRoute    // of the merchant, where it is guarded
	body  *bodies.Body // that has been received; nil for none
}

// passOn passes a request on to the old gateway, and its answer back. Where there
// is none a merchant's program hears v1 96 in time, and a payer's browser reads that
// it may try again.
func (h *Handler) passOn(w http.ResponseWriter, r *http.Request, p passage) {
	forShadow, counted, unmarked := h.showsShadow(p), h.app.counts(p), h.app.isUnmarked(p)
	var kept *oldgateway.Reply // nil when nobody wants it
	if forShadow || counted || unmarked {
		kept = new(oldgateway.Reply)
	}
	line := passedLine{passage: p, remote: clientIP(r), tls: tlsVersion(r), result: metrics.PassedBrokeOff}
	r, span := tracePassing(r, p)
	way := netcause.Trace{ForClient: true}
	defer func() { // also when the answer breaks off, which is a panic
		tracing.Finish(span, string(line.result), line.result != metrics.PassedAnswered)
		line.took = time.Since(p.start)
		if line.result == metrics.PassedBrokeOff {
			line.addEnd(r.Context())
		}
		if counted && !line.lost && !line.gaveWay { // which say nothing about the old gateway
			h.app.oldAnswered(p, line.result, kept)
		}
		if unmarked && way.Sent() { // by what there is of an answer: all of it, where the client hung up after that
			h.app.markAccepted(r.Context(), p, kept)
		}
		observed.RequestPassed(p.route.Name, line.result, line.took)
		h.log.Log(line.level(), "passed on to the old gateway", zap.Inline(line)) // when all of it is on record
	}()
	old := h.app.OldGateway
	err := old.Pass(w, r.WithContext(way.Watch(r.Context())), h.patience(r, p), kept)
	if err == nil {
		line.result = metrics.PassedAnswered
		if unmarked {
			h.app.markAccepted(r.Context(), p, kept) // in memory, before the end of the answer leaves
		}
		unmarked = false
		_ = http.NewResponseController(w).Flush() // the merchant waits for nothing of what follows
		failpoint.Reach(failpoint.AfterPass)
		if forShadow {
			h.tellShadow(r, p, kept)
		}
		return
	}
	line.result, line.err = metrics.PassedUnanswered, netcause.Wrap(err, way.Of(err, old.Host()))
	line.addEnd(r.Context()) // before there is one: whoever has had all of an answer hangs up, too
	h.answerBusy(w, r, p)
}

// tracePassing begins the span of a request that is passed on. Nothing of it goes
// onto the wire.
func tracePassing(r *http.Request, p passage) (*http.Request, trace.Span) {
	attributes := make([]attribute.KeyValue, 0, 2)
	if merID := p.asked.KnownMerID(); merID != "" {
		attributes = append(attributes, tracing.MerID(merID))
	}
	if orderID := p.asked.KnownOrderID(); orderID != "" {
		attributes = append(attributes, tracing.OrderID(orderID))
	}
	ctx, span := tracer.Start(r.Context(), "", "old gateway "+p.route.Name, trace.SpanKindClient, attributes...)
	return r.WithContext(ctx), span
}

// patience is how long the old gateway may take until it begins to answer, 0 for as long
// as the caller waits. Programs that pay, query and cancel give up at 16 s, and a payer
// who sees nothing for that long has gone. Nobody knows how long the rest may take, such
// as a report or a payout: there the bridge must not be what fails.
func (h *Handler) patience(r *http.Request, p passage) time.Duration {
	payersPage := inbound.IsPayers(r.URL.Path) && inbound.IsBrowser(r.Header) // that the bridge may not know
	if p.route.Caller == inbound.Nobody && !payersPage {
		return 0
	}
	return max(time.Duration(h.app.Timeouts.Reply)-time.Since(p.start), time.Millisecond)
}

// showsShadow reports whether the shadow is to be told of the answer.
func (h *Handler) showsShadow(p passage) bool {
	shadow := h.app.shadow
	return shadow != nil && p.body != nil && !p.asked.Several && p.asked.Merchant != nil && p.route.Caller == inbound.Merchant && shadow.watches(p.asked.Merchant.MerID)
}

// tellShadow tells of an exchange whose answer was kept and has left. A client that
// hangs up from here on has had all of it.
func (h *Handler) tellShadow(r *http.Request, p passage, kept *oldgateway.Reply) {
	body, err := io.ReadAll(io.LimitReader(p.body.Reader(), forms.MaxBody+1)) // more makes no difference
	if err != nil {
		return // turned away
	}
	h.app.shadow.saw(oldgateway.Exchange{
		MerID: p.asked.Merchant.MerID, Endpoint: p.route.Name, Method: r.Method, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body,
		Reply: *kept, Took: time.Since(p.start),
	})
}

// answerBusy answers for an old gateway that has not, or for a request that may go
// nowhere. What became of it is not known, which 96 says. It is signed where the
// request was verified.
func (h *Handler) answerBusy(w http.ResponseWriter, r *http.Request, p passage) {
	h.refuseUnread(w, r, p, v1.CodeBusy, pages.Busy)
}

// refuseUnread refuses a request whose body may still be on its way.
func (h *Handler) refuseUnread(w http.ResponseWriter, r *http.Request, p passage, code v1.Code, reason pages.Reason) {
	body := inbound.LimitUpload(w, r, time.Duration(h.app.Timeouts.Read))
	h.refuse(w, r, p, code, reason)
	body.Finish()
}

// refuse answers a merchant's program with a code, and a payer's browser with a page.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, p passage, code v1.Code, reason pages.Reason) {
	if p.route.Caller == inbound.Payer || p.route.Caller == inbound.Nobody && inbound.IsBrowser(r.Header) {
		h.payers.Refuse(w, r, reason)
		return
	}
	// A merchant that has hung up is in the log by its context.
	_ = inbound.Answer(w, r, "application/json; charset=utf-8", v1.SealReply(v1.BuildRefusal(code, ""), p.asked.Key()))
}

// addAsked adds what a request names, and why it went where it did.
func (p passage) addAsked(enc zapcore.ObjectEncoder) {
	merID, orderID := p.asked.KnownMerID(), p.asked.KnownOrderID()
	if p.cause == sides.TakenOut { // the ledger has them
		merID, orderID = p.asked.MerID, p.asked.OrderID
	}
	for _, s := range []struct{ key, value string }{{"cause", string(p.cause)}, {"merid", merID}, {"orderid", orderID}} {
		if s.value != "" {
			enc.AddString(s.key, s.value)
		}
	}
}

// passedLine is the one log line of a request that was passed on: an allow-list.
type passedLine struct {
	passage
	remote  string
	tls     string // as it came to Caddy, "none" for plain http
	result  metrics.PassedResult
	took    time.Duration
	lost    bool  // the client had hung up, without all of an answer
	gaveWay bool  // so had its body, to those of others; the client is there and waits
	err     error // why there was no answer
}

// addEnd adds that the request itself had ended, by its context, where there is not all
// of an answer.
func (l *passedLine) addEnd(ctx context.Context) {
	cause := context.Cause(ctx)
	if l.gaveWay = errors.Is(cause, bodies.ErrTurnedAway); l.gaveWay {
		l.err = bodies.ErrTurnedAway
	}
	l.lost = cause != nil && !l.gaveWay
}

// level is that of a warning where somebody waits in vain for an old gateway that does
// not answer, or hears half of what it says.
func (l passedLine) level() zapcore.Level {
	if l.result == metrics.PassedAnswered || l.lost {
		return zapcore.InfoLevel
	}
	return zapcore.WarnLevel
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l passedLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("interface", l.route.Name)
	enc.AddString("remote_ip", l.remote)
	enc.AddString("tls", l.tls)
	enc.AddString("result", string(l.result))
	enc.AddDuration("took", l.took)
	l.addAsked(enc)
	if l.lost {
		enc.AddBool("merchant_hung_up", true)
	}
	if l.err != nil {
		enc.AddString("error", netcause.TextOf(l.err))
	}
	return nil
}
