package notices

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/forms"
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
