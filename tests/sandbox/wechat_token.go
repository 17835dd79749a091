package sandbox

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// tokenRefusal is an answer of the token address that tells no openid.
type tokenRefusal struct {
	code int
	text string
}

// The refusals, with WeChat's own numbers.
var (
	busy         = tokenRefusal{-1, "system error"}
	badGrant     = tokenRefusal{40002, "invalid grant_type"}
	badAppID     = tokenRefusal{40013, "invalid appid"}
	badCode      = tokenRefusal{40029, "invalid code"}
	badSecret    = tokenRefusal{40125, "invalid appsecret"}
	badMethod    = tokenRefusal{43001, "require GET method"}
	noRefusal    = tokenRefusal{}
	tokenAnswers = map[WeChatBehaviour]func(*WeChat, http.ResponseWriter, *http.Request, string){
		"":                 (*WeChat).sendToken,
		TokenError:         func(_ *WeChat, rw http.ResponseWriter, _ *http.Request, _ string) { refuseToken(rw, busy) },
		TokenGarbage:       sendTokenPage,
		TokenSilent:        (*WeChat).holdToken,
		TokenHuge:          sendHugeToken,
		TokenWithoutOpenID: func(_ *WeChat, rw http.ResponseWriter, _ *http.Request, _ string) { writeToken(rw, "") },
		TokenHostileOpenID: func(_ *WeChat, rw http.ResponseWriter, _ *http.Request, _ string) { writeToken(rw, hostileOpenID) },
	}
)

// hostileOpenID is what no openid looks like.
const hostileOpenID = "o\"><script>alert(1)</script>\r\nSet-Cookie: x=y&openid=other"

// token exchanges a code for an openid, once.
func (w *WeChat) token(rw http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
		w.violate("token", "header", "a server sends neither cookies nor a referer")
	}
	if refusal := w.checkToken(r.Method, query); refusal != noRefusal {
		if refusal != badCode {
			w.violate("token", "query", "%s", refusal.text)
		}
		refuseToken(rw, refusal)
		return
	}
	tokenAnswers[w.next(TokenPath)](w, rw, r, query.Get("appid"))
}

// checkToken checks a request and uses its code up.
func (w *WeChat) checkToken(method string, query url.Values) tokenRefusal {
	app, known := w.apps[query.Get("appid")]
	switch {
	case method != http.MethodGet:
		return badMethod
	case !known:
		return badAppID
	case query.Get("secret") != app.Secret:
		return badSecret
	case query.Get("grant_type") != "authorization_code":
		return badGrant
	case !w.useCode(query.Get("code"), app.AppID):
		return badCode
	}
	return noRefusal
}

// useCode reports whether a code is good for an app, and uses it up.
func (w *WeChat) useCode(code, appID string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	owner, known := w.codes[code]
	delete(w.codes, code)
	return known && owner == appID
}

func (w *WeChat) sendToken(rw http.ResponseWriter, _ *http.Request, appID string) {
	w.count(func(c *WeChatCounters) { c.Tokens++ })
	writeToken(rw, w.OpenID(appID))
}

// writeToken answers as WeChat does: JSON that calls itself plain text.
func writeToken(rw http.ResponseWriter, openID string) {
	answer := object{{"access_token", "canary-access-token"}, {"expires_in", 7200}, {"refresh_token", "canary-refresh-token"}}
	if openID != "" {
		answer.set("openid", openID)
	}
	answer.set("scope", "snsapi_base")
	writeObject(rw, answer)
}

func refuseToken(rw http.ResponseWriter, refusal tokenRefusal) {
	writeObject(rw, object{{"errcode", refusal.code}, {"errmsg", refusal.text + ", rid: 6560b5f4-canary"}})
}

func writeObject(rw http.ResponseWriter, answer object) {
	text, err := compact(answer)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	rw.Header().Set("Content-Type", "text/plain")
	rw.Write(text)
}

func sendTokenPage(_ *WeChat, rw http.ResponseWriter, _ *http.Request, _ string) {
	wechatPage(rw, "502")
}

// holdToken answers nothing until the client goes away or the gateway is closed.
func (w *WeChat) holdToken(_ http.ResponseWriter, r *http.Request, _ string) {
	select {
	case <-r.Context().Done():
	case <-w.gateway.done.Done():
	}
	panic(http.ErrAbortHandler)
}

// hugeToken is how much sendHugeToken sends, in bytes.
const hugeToken = 32 << 20

// sendHugeToken sends an object that is right but for a member without an end.
func sendHugeToken(w *WeChat, rw http.ResponseWriter, _ *http.Request, appID string) {
	rw.Header().Set("Content-Type", "text/plain")
	io.WriteString(rw, `{"openid":"`+w.OpenID(appID)+`","padding":"`)
	part := strings.Repeat("x", 64<<10)
	for range hugeToken / len(part) {
		if _, err := io.WriteString(rw, part); err != nil {
			return // the client has had enough
		}
	}
	io.WriteString(rw, `"}`)
}
