package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// noticeRefused is what the gateway reads in answer to a notice that was not
// taken: anything but the word it waits for makes it send the notice again, if
// it sends any again.
const noticeRefused = "fail"

// notice serves /onepay/notify. It says notice_reply only for what is durable.
func (h *Handler) notice(w http.ResponseWriter, r *http.Request) {
	err := h.takeNotice(w, r)
	text := h.app.NoticeReply
	if err != nil {
		text = noticeRefused
		h.log.Warn("notice not acknowledged", zap.String("remote_ip", clientIP(r)), zap.Error(err))
	}
	plainHeader(w, r, "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

func (h *Handler) takeNotice(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(h.app.Timeouts.Reply))
	defer cancel()
	params, err := readForm(w, r, time.Duration(h.app.Timeouts.Read))
	if err != nil {
		return err
	}
	source := clientIP(r)
	if !h.app.budget.spend(source, time.Now()) {
		return errors.New("too many bad notices from this address")
	}
	service, ok := h.app.service(ctx)
	if !ok {
		return errors.New("not running")
	}
	envelope, err := v2.EnvelopeFrom(func(name string) string { return params[name] })
	if err != nil {
		return fmt.Errorf("%w: %w", bridge.ErrNoticeRefused, err)
	}
	err = service.bridge.Notice(ctx, service.settings, envelope)
	if !errors.Is(err, bridge.ErrNoticeRefused) {
		h.app.budget.giveBack(source)
	}
	return err
}
