// Package notices takes in what the gateway tells by itself: that a payer has paid, or
// a refund is done. It acknowledges only what is durable, and bounds what bad
// messages cost; what a notice does to an order is decided in package bridge.
package notices

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// refused is what the gateway reads in answer to a notice that was not
// taken: anything but the word it waits for makes it send the notice again, if
// it sends any again.
const refused = "fail"

var (
	errThrottled  = errors.New("waited too long behind bad notices")
	errNotRunning = errors.New("not running")
)

// Server takes notices.
type Server struct {
	Log      *zap.Logger
	JunkLog  *zap.Logger // Log for what anybody can cause as often as they like
	Observer Observer
	Receiver inbound.Receiver
	Timeout  time.Duration // of an answer, whatever happens behind
	Reply    string        // what the gateway reads as "taken"

	// Service returns what to serve with; ok is false when nothing runs any more
	// or ctx is done.
	Service func(ctx context.Context) (service Service, ok bool)
}

// Observer is told of notices, for metrics.
type Observer interface {
	// NoticeFinished tells how a notice ended.
	NoticeFinished(metrics.NoticeResult)
}

// Service is what a notice is taken with.
type Service struct {
	Bridge   *bridge.Bridge
	Settings *bridge.Settings
	Gate     *admission.Gate // before notices are opened
}

// Serve answers /onepay/notify, asked from an address. It says Reply only for what
// is durable. The line about a notice that is taken, with its order, is the bridge's.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, client string, route inbound.Route) {
	if digest, ok := api.AnswerCallback(r.URL.Query()); ok && r.Method == http.MethodGet {
		answer(w, r, digest)
		return
	}
	line := logLine{remote: client, trace: tracing.IDFrom(r.Context())}
	line.err = s.take(r, route, &line)
	text := s.Reply
	if line.err != nil {
		text = refused
		s.logOf(line.err).Warn("notice not acknowledged", zap.Inline(line))
	}
	s.Observer.NoticeFinished(resultOf(line.err))
	answer(w, r, text)
}

// Refuse answers that a notice was not taken.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request) { answer(w, r, refused) }

func answer(w http.ResponseWriter, r *http.Request, text string) {
	_ = inbound.Answer(w, r, "text/plain; charset=utf-8", []byte(text))
}

// logOf is where a notice that was not acknowledged is logged: what the gateway has not
// signed anybody can send as often as they like, in whatever form.
func (s *Server) logOf(err error) *zap.Logger {
	if slices.ContainsFunc(signed, func(end error) bool { return errors.Is(err, end) }) {
		return s.Log
	}
	return s.JunkLog
}

// signed are the ends of notices that the gateway has signed.
var signed = []error{bridge.ErrNoticeKept, bridge.ErrNoticeNotDurable}

// take has the bridge take a notice in. A panic is an error: the gateway hears that the
// notice was not taken.
func (s *Server) take(r *http.Request, route inbound.Route, line *logLine) (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = crash.Log(s.Log, "taking a notice", bug)
		}
	}()
	ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
	defer cancel()
	body, err := s.Receiver.Receive(ctx, r, line.remote, route)
	if err != nil {
		return err
	}
	defer body.Release()
	service, notice, err := s.open(r, body, line)
	if err != nil {
		return err
	}
	body.Release() // a notice that has been opened is small, and the ledger may take its time
	return service.Bridge.TakeNotice(ctx, service.Settings, notice)
}

// open opens a notice in its turn, and notes whose it is as soon as that is
// known. Its body has room while it waits, and may be turned away.
func (s *Server) open(r *http.Request, body *bodies.Body, line *logLine) (service Service, notice bridge.Notice, err error) {
	params, err := inbound.ParseBody(r, body)
	if err != nil {
		return service, notice, err
	}
	service, ok := s.Service(body.Context())
	if !ok {
		return service, notice, errNotRunning
	}
	envelope, err := v2.EnvelopeFrom(func(name string) string { return params[name] })
	if err != nil {
		return service, notice, fmt.Errorf("%w: %w", bridge.ErrNoticeRefused, err)
	}
	m := service.Settings.Merchants.ByGatewayMerchant(envelope.MerchantID)
	if m == nil {
		return service, notice, fmt.Errorf("%w: merchant_id is unknown", bridge.ErrNoticeRefused)
	}
	line.gatewayMerchant = m.GatewayMerchant
	sender := admission.Sender{Source: line.remote, Merchant: m.GatewayMerchant}
	if waited := service.Gate.Judge(body.Context(), sender, func() admission.Verdict {
		notice, err = service.Bridge.OpenNotice(service.Settings, envelope)
		return verdictOf(err)
	}); waited != nil {
		return service, notice, fmt.Errorf("%w: %w", errThrottled, cmp.Or(context.Cause(body.Context()), waited))
	}
	return service, notice, err
}

// verdictOf says what the opening of a notice shows of its sender.
func verdictOf(err error) admission.Verdict {
	switch {
	case err == nil:
		return admission.Good
	case errors.Is(err, bridge.ErrNoticeRefused):
		return admission.Bad
	}
	return admission.Unknown
}

// results says how the ends of notices are counted.
var results = []struct {
	err    error
	result metrics.NoticeResult
}{
	{bridge.ErrNoticeRefused, metrics.NoticeRefused},
	{bridge.ErrNoticeKept, metrics.NoticeKept},
	{bridge.ErrNoticeNotDurable, metrics.NoticeNotDurable},
	{bridge.ErrNoticeUnopened, metrics.NoticeUnopened},
	{errThrottled, metrics.NoticeThrottled},
}

func resultOf(err error) metrics.NoticeResult {
	if err == nil {
		return metrics.NoticeTaken
	}
	for _, r := range results {
		if errors.Is(err, r.err) {
			return r.result
		}
	}
	return metrics.NoticeUnread
}
