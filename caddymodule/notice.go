package caddymodule

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
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// noticeRefused is what the gateway reads in answer to a notice that was not
// taken: anything but the word it waits for makes it send the notice again, if
// it sends any again.
const noticeRefused = "fail"

var (
	errNoticeThrottled  = errors.New("waited too long behind bad notices")
	errNoticeNotRunning = errors.New("not running")
)

// notice serves /onepay/notify. It says notice_reply only for what is durable.
// The line about a notice that is taken, with its order, is the bridge's.
func (h *Handler) notice(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	if answer, ok := api.AnswerCallback(r.URL.Query()); ok && r.Method == http.MethodGet {
		_ = plainAnswer(w, r, "text/plain; charset=utf-8", []byte(answer)) // a digest
		return
	}
	line := noticeLine{remote: clientIP(r), trace: tracing.IDFrom(r.Context())}
	line.err = h.takeNotice(r, route, &line)
	text := h.app.NoticeReply
	if line.err != nil {
		text = noticeRefused
		log := h.log
		if slices.ContainsFunc(junk, func(kind error) bool { return errors.Is(line.err, kind) }) {
			log = h.junkLog
		}
		log.Warn("notice not acknowledged", zap.Inline(line))
	}
	observed.NoticeFinished(noticeResult(line.err))
	_ = plainAnswer(w, r, "text/plain; charset=utf-8", []byte(text))
}

// takeNotice has the bridge take a notice in.
func (h *Handler) takeNotice(r *http.Request, route inbound.Route, line *noticeLine) error {
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(h.app.Timeouts.Reply))
	defer cancel()
	body, err := receiver.Receive(ctx, r, line.remote, route)
	if err != nil {
		return err
	}
	defer body.Release()
	service, notice, err := h.openNotice(r, body, line)
	if err != nil {
		return err
	}
	body.Release() // a notice that has been opened is small, and the ledger may take its time
	return service.bridge.TakeNotice(ctx, service.settings, notice)
}

// openNotice opens a notice in its turn, and notes whose it is as soon as that is
// known. Its body has room while it waits, and may be turned away.
func (h *Handler) openNotice(r *http.Request, body *bodies.Body, line *noticeLine) (service, bridge.Notice, error) {
	var notice bridge.Notice
	params, err := inbound.ParseBody(r, body)
	if err != nil {
		return service{}, notice, err
	}
	s, ok := h.app.service(body.Context())
	if !ok {
		return s, notice, errNoticeNotRunning
	}
	envelope, err := v2.EnvelopeFrom(func(name string) string { return params[name] })
	if err != nil {
		return s, notice, fmt.Errorf("%w: %w", bridge.ErrNoticeRefused, err)
	}
	m := s.settings.Merchants.ByGatewayMerchant(envelope.MerchantID)
	if m == nil {
		return s, notice, fmt.Errorf("%w: merchant_id is unknown", bridge.ErrNoticeRefused)
	}
	line.gatewayMerchant = m.GatewayMerchant
	sender := admission.Sender{Source: line.remote, Merchant: m.GatewayMerchant}
	if waited := h.app.notices.Judge(body.Context(), sender, func() bool {
		notice, err = s.bridge.OpenNotice(s.settings, envelope)
		return errors.Is(err, bridge.ErrNoticeRefused)
	}); waited != nil {
		return s, notice, fmt.Errorf("%w: %w", errNoticeThrottled, cmp.Or(context.Cause(body.Context()), waited))
	}
	return s, notice, err
}

// junk are the kinds of notices that anybody can send as often as they like.
var junk = []error{bridge.ErrNoticeRefused, errNoticeThrottled, bodies.ErrTurnedAway}

// noticeResults says how the ends of notices are counted.
var noticeResults = []struct {
	err    error
	result metrics.NoticeResult
}{
	{bridge.ErrNoticeRefused, metrics.NoticeRefused},
	{bridge.ErrNoticeKept, metrics.NoticeKept},
	{bridge.ErrNoticeNotDurable, metrics.NoticeNotDurable},
	{bridge.ErrNoticeUnopened, metrics.NoticeUnopened},
	{errNoticeThrottled, metrics.NoticeThrottled},
}

func noticeResult(err error) metrics.NoticeResult {
	if err == nil {
		return metrics.NoticeTaken
	}
	for _, r := range noticeResults {
		if errors.Is(err, r.err) {
			return r.result
		}
	}
	return metrics.NoticeUnread
}
