package caddymodule

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
)

// openIDLink is where a merchant sends a payer for the openid.
func openIDLink(backURL string) string {
	return inbound.OpenIDPath + query("backurl", backURL, "merid", "89900001")
}

// weChatCode is what the browser comes back from WeChat with.
const weChatCode = "canary-code"

// toWeChat opens a link that leads to WeChat, and returns where WeChat would send
// the browser back to.
func (b *payerBrowser) toWeChat(t *testing.T, s *payerServer, link string) (back string) {
	t.Helper()
	at := b.get(t, link).goesTo(t, s.wechat.URL+"/authorize?appid="+appID+"&redirect_uri=")
	asked := at.Query()
	if asked.Get("scope") != "snsapi_base" || asked.Get("response_type") != "code" || at.Fragment != "wechat_redirect" {
		t.Errorf("asked %s", at)
	}
	redirect, found := strings.CutPrefix(asked.Get("redirect_uri"), "https://pay.example.com/")
	if !found {
		t.Fatalf("redirect_uri %q", asked.Get("redirect_uri"))
	}
	return "/" + redirect + "&code=" + weChatCode + "&state=" + asked.Get("state")
}

func TestOpenIDWay(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	b := s.browser()
	back := b.toWeChat(t, s, openIDLink(shopURL))
	if c := b.cookie; c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Name != "__Host-"+payerCookie || c.MaxAge != 86400 {
		t.Fatalf("cookie %+v", c)
	}
	first := b.cookie.Value
	second := b.toWeChat(t, s, openIDLink(shopURL)) // another tab
	if b.cookie.Value != first {
		t.Error("a second tab has another cookie")
	}
	for _, way := range []string{back, second} {
		b.get(t, way).goesTo(t, "https://shop.example/login?a=1&openid="+payerOpenID+"#top")
	}
	want := url.Values{"appid": {appID}, "secret": {appSecret}, "code": {"canary-code"}, "grant_type": {"authorization_code"}}
	if asked := s.wechat.tokens(); len(asked) != 2 || asked[0].Encode() != want.Encode() {
		t.Errorf("WeChat was asked %v", asked)
	}
	s.mustTellNobody(t)
}

// TestOpenIDWithoutMerID: links need not name the merchant whose host they lead back to,
// and lead nowhere else for it.
func TestOpenIDWithoutMerID(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "redirect_to_backurl_hosts")
	b := s.browser()
	for _, link := range []string{
		inbound.OpenIDPath + query("backurl", shopURL), inbound.OpenIDPath + query("backurl", shopURL, "merid", ""),
	} {
		back := b.toWeChat(t, s, link)
		b.get(t, back).goesTo(t, "https://shop.example/login?a=1&openid="+payerOpenID+"#top")
	}
	for name, backURL := range map[string]string{
		"another host": "https://evil.example/", "another port": "https://shop.example:8443/", "longer host": "https://shop.example.evil.example/",
		"user": "https://shop.example@evil.example/", "nothing": "", "no host": "/login",
	} {
		b.get(t, inbound.OpenIDPath+query("backurl", backURL)).wants(t, http.StatusBadRequest, "支付链接不完整")
		if r := b.get(t, inbound.OpenIDPath+query("backurl", backURL)); r.header.Get("Location") != "" {
			t.Errorf("%s leads to %s", name, r.header.Get("Location"))
		}
	}
	b.get(t, inbound.OpenIDPath+query("backurl", shopURL, "merid", "89900009")).wants(t, http.StatusNotFound, "找不到商户")
	s.mustTellNobody(t)
}

// TestOddBackURLs: what shops write behind their host, and a payway that is none, is no
// reason to turn a payer away.
func TestOddBackURLs(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	long := strings.Repeat("a", 1900)
	for name, test := range map[string]struct{ parameters, to string }{
		"GBK, encoded once":       {"backurl=https%3A%2F%2Fshop.example%2Flogin%3Fname%3D%B5%EA", "https://shop.example/login?name=%B5%EA&openid="},
		"GBK, not encoded":        {"backurl=https://shop.example/%B5%EA", "https://shop.example/%B5%EA?openid="},
		"a plus in the path":      {"backurl=https://shop.example/a+b/login", "https://shop.example/a+b/login?openid="},
		"a payway that is none":   {"payway=null&backurl=https://shop.example/login", "https://shop.example/login?openid="},
		"a long address":          {"backurl=https://shop.example/login?x=" + long, "https://shop.example/login?x=" + long + "&openid="},
		"GBK, without a merchant": {"merid=&backurl=https://shop.example/%B5%EA", "https://shop.example/%B5%EA?openid="},
	} {
		t.Run(name, func(t *testing.T) {
			b := s.browser()
			link := inbound.OpenIDPath + "?" + test.parameters
			if !strings.Contains(link, "merid=") {
				link += "&merid=89900001"
			}
			b.get(t, b.toWeChat(t, s, link)).goesTo(t, test.to+payerOpenID+"#")
		})
	}
	s.mustTellNobody(t)
}

// TestOpenIDWithDefaultPort: old programs write the port that the scheme means anyway. The
// payer goes back to the address as it was written.
func TestOpenIDWithDefaultPort(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "redirect_to_backurl_hosts")
	s.gateway.answerPaid()
	pay := payJSON(aOrderID)
	s.postForm(t, "/api/mpgateway", sealed(strings.ReplaceAll(pay, "https://shop.example/", "http://other.example:80/"), signKey))
	for _, host := range []string{"https://shop.example:443", "http://shop.example:80", "http://other.example", "http://other.example:80"} {
		b := s.browser()
		back := b.toWeChat(t, s, openIDLink(host+"/login"))
		b.get(t, back).goesTo(t, host+"/login?openid="+payerOpenID)
	}
	b := s.browser()
	b.get(t, b.toWeChat(t, s, inbound.OpenIDPath+query("backurl", "https://shop.example:443/login"))).goesTo(t, "https://shop.example:443/login?openid=")
	for _, foreign := range []string{"http://shop.example:443/", "https://shop.example:80/", "https://other.example:80/"} {
		s.browser().get(t, openIDLink(foreign)).wants(t, http.StatusForbidden, "返回地址不被允许")
	}
}

// mustTellNobody insists that the log has nothing of a payer's secrets.
func (s *payerServer) mustTellNobody(t *testing.T) {
	t.Helper()
	for _, secret := range []string{"canary", "state=", "prepay_id"} {
		if text := s.log.String(); strings.Contains(text, secret) {
			t.Errorf("the log has %q: %s", secret, text)
		}
	}
}

// TestStateIsRefused: only the browser that was sent comes back, with the
// parameters it was sent with, and in time. A browser of ours is sent to WeChat
// once more instead, as itself; then it reads why, as any other does at once.
func TestStateIsRefused(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	payer := s.browser()
	back := payer.toWeChat(t, s, openIDLink(shopURL))
	stranger := s.browser()
	stranger.toWeChat(t, s, openIDLink(shopURL))
	thief := s.browser()
	thief.cookie = &http.Cookie{Name: "__Host-" + payerCookie, Value: "not a cookie of ours"}
	made := func(at time.Time, secret, purpose string) string {
		return openIDLink(shopURL) + "&code=c&state=" + wechat.NewState(wechat.Errand{
			App: wechat.App{ID: appID, Secret: secret}, Browser: payer.cookie.Value,
			Purpose: purpose, Params: []string{"89900001", shopURL, ""},
		}, at)
	}
	for _, test := range []struct {
		name    string
		browser *payerBrowser
		address string
	}{
		{"forged", payer, made(time.Now(), "a guess", "openid")},
		{"expired", payer, made(time.Now().Add(-wechat.StateLife), appSecret, "openid")},
		{"for a payment", payer, made(time.Now(), appSecret, "paying")},
		{"rubbish", payer, openIDLink(shopURL) + "&code=c&state=abc"},
		{"for another address", payer, strings.Replace(back, "login", "logout", 1)},
		{"for another payway", payer, strings.Replace(back, "payway=", "payway=2", 1)},
		{"another browser", stranger, back},
		{"no cookie", s.browser(), back},
		{"a bad cookie", thief, back},
	} {
		t.Run(test.name, func(t *testing.T) {
			if payerCookieForm.MatchString(cookieOf(test.browser)) {
				test.browser.startedOver = nil
				test.browser.startsOver(t, s, test.address)
			}
			test.browser.get(t, test.address).wants(t, http.StatusForbidden, "微信授权已失效")
		})
	}
	if n := len(s.wechat.tokens()); n != 0 {
		t.Errorf("WeChat was asked %d times", n)
	}
	payer.get(t, made(time.Now(), appSecret, "openid")).goesTo(t, "https://shop.example/") // the forger's tools work
	payer.get(t, back).goesTo(t, "https://shop.example/")
	r := payer.get(t, openIDLink(shopURL)+"&code="+weChatCode+"&state=abc")
	r.wants(t, http.StatusForbidden, "微信授权已失效")
	if text := string(r.body); strings.Contains(text, "state=") || strings.Contains(text, "canary") || !strings.Contains(text, inbound.OpenIDPath) {
		t.Errorf("the link to try again: %s", text)
	}
}

// cookieOf is the value of the cookie that a browser has, "" without one.
func cookieOf(b *payerBrowser) string {
	if b.cookie == nil {
		return ""
	}
	return b.cookie.Value
}

func TestWeChatTroubles(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	payID := s.submitWxJsApi(t, "T20261121000000001", "")
	for name, test := range map[string]struct {
		answer string
		status int
		says   string
	}{
		"used code":      {`{"errcode":40163,"errmsg":"code been used"}`, http.StatusBadGateway, "微信授权没有成功"},
		"wrong secret":   {`{"errcode":40125,"errmsg":"invalid appsecret"}`, http.StatusBadGateway, "微信授权没有成功"},
		"no openid":      {`{}`, http.StatusBadGateway, "微信授权没有成功"},
		"hostile openid": {`{"openid":"o\"><script>alert(1)</script>\r\nSet-Cookie: a=b"}`, http.StatusBadGateway, "微信授权没有成功"},
		"busy":           {`{"errcode":-1,"errmsg":"system error"}`, http.StatusServiceUnavailable, "暂时无法连接微信"},
		"a page":         {`<html>`, http.StatusServiceUnavailable, "暂时无法连接微信"},
	} {
		t.Run(name, func(t *testing.T) {
			s.wechat.say(test.answer)
			for _, link := range []string{openIDLink(shopURL), payLinkOf("T20261121000000001", payID)} {
				b := s.browser()
				b.get(t, b.toWeChat(t, s, link)).wants(t, test.status, test.says)
			}
		})
	}
	t.Run("denied", func(t *testing.T) {
		b, asked := s.browser(), len(s.wechat.tokens())
		back := strings.Replace(b.toWeChat(t, s, openIDLink(shopURL)), "code=canary-code&", "", 1)
		b.get(t, back).wants(t, http.StatusBadGateway, "微信授权没有成功")
		if len(s.wechat.tokens()) != asked {
			t.Error("WeChat was asked without a code")
		}
	})
	if n := s.gateway.posts(); n != 0 {
		t.Errorf("the gateway saw %d requests", n)
	}
	s.mustTellNobody(t)
}

// TestRedirectToBackURLHosts: hosts of earlier notifications count only where
// the merchant says so, and only of paid orders.
func TestRedirectToBackURLHosts(t *testing.T) { // not parallel: one Caddy a process
	for words, test := range map[string]struct {
		paid   bool
		status int
	}{
		"":                          {true, http.StatusForbidden},
		"redirect_to_backurl_hosts": {true, http.StatusSeeOther},
		"subject 订单\n\t\t\tredirect_to_backurl_hosts": {false, http.StatusForbidden},
	} {
		t.Run(words, func(t *testing.T) {
			s := startPayerServer(t, words)
			pay := strings.ReplaceAll(payJSON("T20261121000000001"), "shop.example", "other.example:8443")
			if test.paid {
				s.gateway.answerPaid()
			}
			s.postForm(t, "/api/mpgateway", sealed(pay, signKey))
			r := s.browser().get(t, openIDLink("https://other.example:8443/login"))
			if r.status != test.status {
				t.Errorf("status %d, want %d\n%s", r.status, test.status, r.body)
			}
			for _, foreign := range []string{"https://other.example/", "https://www.other.example:8443/"} {
				s.browser().get(t, openIDLink(foreign)).wants(t, http.StatusForbidden, "返回地址不被允许")
			}
		})
	}
}
