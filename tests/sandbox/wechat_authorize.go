package sandbox

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// stateText is what WeChat takes as state: up to 128 letters and digits.
var stateText = regexp.MustCompile(`^[0-9A-Za-z]{1,128}$`)

// authorize sends the payer back to redirect_uri with a code and the state. With
// the scope snsapi_base nobody is asked.
func (w *WeChat) authorize(rw http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	app, back, problem := w.readAuthorize(query)
	switch behaviour := w.next(AuthorizePath); {
	case !inWeChat(r):
		wechatPage(rw, "请在微信客户端打开链接")
	case problem != "":
		w.violate("authorize", problem, "%q", query.Get(problem))
		wechatPage(rw, problem+" 参数错误")
	case behaviour == ErrorPage:
		wechatPage(rw, "系统繁忙")
	default:
		w.sendBack(rw, r, app, back, behaviour)
	}
}

// readAuthorize checks the parameters and names the first that is wrong.
func (w *WeChat) readAuthorize(query url.Values) (app WeChatApp, back *url.URL, problem string) {
	app, known := w.apps[query.Get("appid")]
	back, err := url.Parse(query.Get("redirect_uri"))
	switch {
	case !known:
		return app, nil, "appid"
	case err != nil, back.Scheme != "http" && back.Scheme != "https", back.User != nil, !slices.Contains(app.Hosts, back.Host):
		return app, nil, "redirect_uri"
	case query.Get("response_type") != "code":
		return app, nil, "response_type"
	case query.Get("scope") != "snsapi_base":
		return app, nil, "scope"
	case !stateText.MatchString(query.Get("state")):
		return app, nil, "state"
	}
	return app, back, ""
}

func (w *WeChat) sendBack(rw http.ResponseWriter, r *http.Request, app WeChatApp, back *url.URL, behaviour WeChatBehaviour) {
	answer := back.Query()
	if behaviour != Denied {
		answer.Set("code", w.newCode(app, behaviour != StaleCode))
	}
	answer.Set("state", r.URL.Query().Get("state"))
	if behaviour == WrongState {
		answer.Set("state", otherNumber(answer.Get("state")))
	}
	back.RawQuery = answer.Encode()
	http.Redirect(rw, r, back.String(), http.StatusFound)
}

// newCode draws a code for the payer at an app. Codes have a mark by which tests
// find them where they do not belong.
func (w *WeChat) newCode(app WeChatApp, good bool) string {
	code := "canarycode" + rand.Text()[:22]
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counters.Authorized++
	if good {
		w.codes[code] = app.AppID
	}
	return code
}

// wechatPage is a page of WeChat's own, which ends the payer's way.
func wechatPage(rw http.ResponseWriter, text string) {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(rw, `<!doctype html><html lang="zh"><title>微信</title><link rel="icon" href="data:,">`+
		`<meta name="viewport" content="width=device-width"><h1>`+strings.ReplaceAll(text, "<", "&lt;")+`</h1></html>`)
}
