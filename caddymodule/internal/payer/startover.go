package payer

import (
	"net/http"
	"strconv"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/pages"
)

// The cookie that says when a browser last began its way to WeChat once more by
// itself, in seconds since 1970. It is not signed: whoever changes it can have a
// payer read a page with a button instead, or come back to WeChat by themselves.
const (
	startedOverCookie = "paybridge_started_over"
	startOverEvery    = time.Minute
)

// startOver sends a browser whose state is not good back to where its way to WeChat
// began, to go there once more. The state may be too old, used up by another bridge or
// before a restart, or spoiled on the way. In the meantime the merchant may have got
// another route, and its payers the old gateway's WeChat: the beginning decides. A
// browser that comes back with a bad state again within the minute reads a page, as
// otherwise it might go to and fro without end.
func (v visit) startOver(way wechatWay, cause error) view {
	now := v.Bridge.Now()
	if v.startedOver(now) || !v.inWeChat() {
		return refuseTo(pages.LoginExpired, way.retry, cause)
	}
	answer := onward("starts_over", way.retry)
	answer.err = cause
	answer.cookies = []*http.Cookie{v.newCookie(startedOverCookie, strconv.FormatInt(now.Unix(), 10), startOverEvery)}
	return answer
}

// startedOver reports whether the browser has begun once more within the minute.
// The clock of the bridge that did may be ahead of ours.
func (v visit) startedOver(now time.Time) bool {
	cookie, err := v.request.Cookie(v.cookieName(startedOverCookie))
	if err != nil {
		return false
	}
	at, err := strconv.ParseInt(cookie.Value, 10, 64)
	return err == nil && now.Sub(time.Unix(at, 0)).Abs() < startOverEvery
}
