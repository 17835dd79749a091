package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"go.uber.org/zap"

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
	errNoticeThrottled  = errors.New("too many bad notices from this address")
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
		h.log.Warn("notice not acknowledged", zap.Inline(line))
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
	if !h.app.budget.spend(line.remote, time.Now()) {
		return errNoticeThrottled
	}
	service, ok := h.app.service(ctx)
	if !ok {
		return errNoticeNotRunning
	}
	envelope, err := v2.EnvelopeFrom(func(name string) string { return params[name] })
	if err != nil {
		return fmt.Errorf("%w: %w", bridge.ErrNoticeRefused, err)
	}
	if m := service.settings.Merchants.ByGatewayMerchant(envelope.MerchantID); m != nil {
		line.gatewayMerchant = m.GatewayMerchant
	}
	err = service.bridge.Notice(ctx, service.settings, envelope)
	if !errors.Is(err, bridge.ErrNoticeRefused) {
		h.app.budget.giveBack(line.remote)
	}
	return err
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
