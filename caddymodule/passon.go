package caddymodule

import (
	"net/http"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// passOn passes a request on to the old gateway, and its answer back. Where there
// is none a merchant's program hears v1 96 in time, and a payer's browser reads that
// it may try again.
func (h *Handler) passOn(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	start := time.Now()
	line := passedLine{endpoint: route.Name, remote: clientIP(r), tls: tlsVersion(r), result: metrics.PassedBrokeOff}
	defer func() { // also when the answer breaks off, which is a panic
		line.took, line.lost = time.Since(start), r.Context().Err() != nil
		h.log.Info("passed on to the old gateway", zap.Inline(line))
		observed.RequestPassed(route.Name, line.result, line.took)
	}()
	var way netcause.Trace
	old := h.app.OldGateway
	err := old.Pass(w, r.WithContext(way.Watch(r.Context())), h.patience(route))
	if err == nil {
		line.result = metrics.PassedAnswered
		return
	}
	line.result, line.err = metrics.PassedUnanswered, netcause.Wrap(err, way.Of(err, old.Host()))
	h.answerUnanswered(w, r, route)
}

// patience is how long the old gateway may take to answer. Programs that pay, query
// and cancel give up at 16 s; for everything else, such as a report or a page, it is
// the caller's own.
func (h *Handler) patience(route inbound.Route) time.Duration {
	if route.Caller == inbound.Merchant {
		return time.Duration(h.app.Timeouts.Reply)
	}
	return 0
}

// answerUnanswered answers for an old gateway that has not. What became of the
// request is not known, which 96 says.
func (h *Handler) answerUnanswered(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	body := inbound.LimitUpload(w, r, time.Duration(h.app.Timeouts.Read))
	if route.Caller == inbound.Payer || route.Caller == inbound.Nobody && inbound.IsBrowser(r.Header) {
		h.payers.Refuse(w, r, pages.Busy)
	} else {
		var unsigned v1.Key // whose request it is has not been looked at
		// A merchant that has hung up is in the log by its context.
		_ = inbound.Answer(w, r, "application/json; charset=utf-8", v1.SealReply(v1.BuildRefusal(v1.CodeBusy, ""), unsigned))
	}
	body.Finish()
}

// passedLine is the one log line of a request that was passed on: an allow-list.
type passedLine struct {
	endpoint string
	remote   string
	tls      string // as it came to Caddy, "none" for plain http
	result   metrics.PassedResult
	took     time.Duration
	lost     bool  // the client had hung up
	err      error // why there was no answer
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l passedLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("interface", l.endpoint)
	enc.AddString("remote_ip", l.remote)
	enc.AddString("tls", l.tls)
	enc.AddString("result", string(l.result))
	enc.AddDuration("took", l.took)
	if l.lost {
		enc.AddBool("merchant_hung_up", true)
	}
	if l.err != nil {
		enc.AddString("error", netcause.TextOf(l.err))
	}
	return nil
}
