package notices

import (
	"errors"
	"fmt"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
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
