package notices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
)

func TestNoticesAreCountedByWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want metrics.NoticeResult
	}{
		{nil, metrics.NoticeTaken},
		{fmt.Errorf("%w: no sign", bridge.ErrNoticeRefused), metrics.NoticeRefused},
		{bridge.ErrNoticeKept, metrics.NoticeKept},
		{bridge.ErrNoticeNotDurable, metrics.NoticeNotDurable},
		{bridge.ErrNoticeUnopened, metrics.NoticeUnopened},
		{errThrottled, metrics.NoticeThrottled},
		{errNotRunning, metrics.NoticeUnread},
		{errors.New("no form"), metrics.NoticeUnread},
	} {
		if got := resultOf(c.err); got != c.want {
			t.Errorf("%v counts as %s, want %s", c.err, got, c.want)
		}
	}
}

// What anybody can cause as often as they like is sampled, whatever it is: only what
// the gateway has signed has a line each.
func TestOnlySignedNoticesHaveALineEach(t *testing.T) {
	t.Parallel()
	s := &Server{Log: zap.NewNop(), JunkLog: zap.NewNop()}
	for err, want := range map[error]*zap.Logger{
		fmt.Errorf("%w: amount", bridge.ErrNoticeKept): s.Log,
		bridge.ErrNoticeNotDurable:                     s.Log,
		bridge.ErrNoticeRefused:                        s.JunkLog,
		bridge.ErrNoticeUnopened:                       s.JunkLog,
		forms.ErrMalformed:                             s.JunkLog,
		forms.ErrTooLarge:                              s.JunkLog,
		bodies.ErrTurnedAway:                           s.JunkLog,
		errThrottled:                                   s.JunkLog,
		io.ErrUnexpectedEOF:                            s.JunkLog,
		errNotRunning:                                  s.JunkLog,
	} {
		if s.logOf(err) != want {
			t.Errorf("%v is logged elsewhere", err)
		}
	}
}

// ends are the ends of notices that an Observer is told of.
type ends []metrics.NoticeResult

func (e *ends) NoticeFinished(result metrics.NoticeResult) { *e = append(*e, result) }

// TestPanicIsNoAcknowledgement: where a defect ends the work on a notice the gateway hears
// an answer, and not the word with which it would stop sending. What the panic holds is not
// logged.
func TestPanicIsNoAcknowledgement(t *testing.T) {
	t.Parallel()
	const secret = "openid=oUpF8uMuAJO"
	core, logs := observer.New(zap.DebugLevel)
	var told ends
	s := &Server{
		Log: zap.New(core), JunkLog: zap.New(core), Observer: &told, Timeout: time.Minute, Reply: "success",
		Receiver: inbound.Receiver{Bodies: bodies.New(bodies.Limits{Room: 1 << 20, AtOnce: 4}, time.Now, func(string) {})},
		Service:  func(context.Context) (Service, bool) { panic(secret) },
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, inbound.NotifyPath, strings.NewReader("sign=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.Serve(w, r, "192.0.2.1", inbound.Route{Name: "notice", Caller: inbound.Gateway})
	if w.Code != http.StatusOK || w.Body.String() != refused {
		t.Errorf("the gateway hears %d %q", w.Code, w.Body)
	}
	if len(told) != 1 || told[0] != metrics.NoticeUnread {
		t.Errorf("counted as %v", told)
	}
	if logs.FilterMessage("panic while taking a notice").Len() != 1 || logs.FilterMessage("notice not acknowledged").Len() != 1 {
		t.Errorf("logged %v", logs.All())
	}
	for _, line := range logs.All() {
		if text := fmt.Sprint(line.ContextMap()); strings.Contains(text, secret) {
			t.Errorf("the log has %s", text)
		}
	}
}
