package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/api"
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
func (h *Handler) notice(w http.ResponseWriter, r *http.Request, _ inbound.Route) {
	if answer, ok := api.AnswerCallback(r.URL.Query()); ok && r.Method == http.MethodGet {
		plainHeader(w, r, "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, answer) //nolint:gosec // a digest, as plain text
		return
	}
	line := noticeLine{remote: clientIP(r), trace: tracing.IDFrom(r.Context())}
	line.err = h.takeNotice(w, r, &line)
	text := h.app.NoticeReply
	if line.err != nil {
		text = noticeRefused
		log := h.log
		if errors.Is(line.err, bridge.ErrNoticeRefused) || errors.Is(line.err, errNoticeThrottled) {
			log = h.junkLog
		}
		log.Warn("notice not acknowledged", zap.Inline(line))
	}
	observed.NoticeFinished(noticeResult(line.err))
	plainHeader(w, r, "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

// takeNotice has the bridge take a notice in, and notes whose it is as soon as
// that is known.
func (h *Handler) takeNotice(w http.ResponseWriter, r *http.Request, line *noticeLine) error {
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(h.app.Timeouts.Reply))
	defer cancel()
	params, err := readForm(w, r, time.Duration(h.app.Timeouts.Read))
	if err != nil {
		return err
	}
	service, ok := h.app.service(ctx)
	if !ok {
		return errNoticeNotRunning
	}
	envelope, err := v2.EnvelopeFrom(func(name string) string { return params[name] })
	if err != nil {
		return fmt.Errorf("%w: %w", bridge.ErrNoticeRefused, err)
	}
	m := service.settings.Merchants.ByGatewayMerchant(envelope.MerchantID)
	if m == nil {
		return fmt.Errorf("%w: merchant_id is unknown", bridge.ErrNoticeRefused)
	}
	line.gatewayMerchant = m.GatewayMerchant
	var notice bridge.Notice
	sender := admission.Sender{Source: line.remote, Merchant: m.GatewayMerchant}
	if waited := h.app.notices.Judge(ctx, sender, func() bool {
		notice, err = service.bridge.OpenNotice(service.settings, envelope)
		return err != nil
	}); waited != nil {
		return fmt.Errorf("%w: %w", errNoticeThrottled, waited)
	}
	if err != nil {
		return err
	}
	return service.bridge.TakeNotice(ctx, service.settings, notice)
}

// noticeResults says how the ends of notices are counted.
var noticeResults = []struct {
	err    error
	result metrics.NoticeResult
}{
	{bridge.ErrNoticeRefused, metrics.NoticeRefused},
	{bridge.ErrNoticeKept, metrics.NoticeKept},
	{bridge.ErrNoticeNotDurable, metrics.NoticeNotDurable},
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
