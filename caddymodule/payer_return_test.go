package caddymodule

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
	"github.com/paybridge/paybridge/tests/httpclient"
)

// shopAt is where a payer whose openid was found goes.
const shopAt = "https://shop.example/login?a=1&openid=" + payerOpenID + "#top"

// TestReturnAgain: WeChat opens the return address twice, or the payer presses
// Back: it leads to what the first call found.
func TestReturnAgain(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	b := s.browser()
	back := b.toWeChat(t, s, openIDLink(shopURL))
	for range 3 {
		if to := b.get(t, back).goesTo(t, "https://shop.example/").String(); to != shopAt {
			t.Errorf("goes to %s", to)
		}
	}
	otherCode := strings.Replace(back, weChatCode, "another", 1) // the state says who it is
	b.get(t, otherCode).goesTo(t, shopAt)
	if n := len(s.wechat.tokens()); n != 1 {
		t.Errorf("WeChat was asked %d times", n)
	}

	s.load(t) // a reload changes nothing
	b.get(t, back).goesTo(t, shopAt)
	if n := len(s.wechat.tokens()); n != 1 {
		t.Errorf("WeChat was asked %d times after a reload", n)
	}

	stranger := s.browser()
	for range 2 { // without a cookie
		stranger.get(t, back).wants(t, http.StatusForbidden, "微信授权已失效")
	}
	stranger.toWeChat(t, s, openIDLink(shopURL))
	again := stranger.get(t, back) // with one of its own it is sent to say who it is
	again.goesTo(t, inbound.OpenIDPath+"?")
	if told := again.header.Get("Location") + string(again.body); strings.Contains(told, payerOpenID) {
		t.Errorf("a stranger learns %s", told)
	}
	s.mustTellNobody(t)
}

// TestReturnTwiceAtOnce: two requests share one exchange, also when the browser
// drops the first.
func TestReturnTwiceAtOnce(t *testing.T) { // not parallel: one Caddy a process
	visits := make(chan context.Context, 16)
	t.Cleanup(func() { callers[inbound.Payer] = (*Handler).payer })
	callers[inbound.Payer] = func(h *Handler, w http.ResponseWriter, r *http.Request, route inbound.Route) {
		visits <- r.Context()
		h.payer(w, r, route)
	}
	s := startPayerServer(t, "")
	for name, dropped := range map[string]bool{"both wait": false, "the first is dropped": true} {
		t.Run(name, func(t *testing.T) {
			b := s.browser()
			back := b.toWeChat(t, s, openIDLink(shopURL))
			<-visits // where the browser is sent to the public address
			<-visits
			asked := len(s.wechat.tokens())
			held := s.wechat.holdAnswers(t)
			first, second := *b, *b
			ctx, drop := context.WithCancel(t.Context())
			defer drop()
			var both sync.WaitGroup
			both.Go(func() {
				status, location := first.follow(ctx, back)
				if want := !dropped; (status == http.StatusSeeOther && location == shopAt) != want {
					t.Errorf("the first: %d to %q", status, location)
				}
			})
			<-held.asked
			visit := <-visits
			if dropped {
				drop()
				both.Wait()
				<-visit.Done() // the server knows
			}
			both.Go(func() {
				if status, location := second.follow(t.Context(), back); status != http.StatusSeeOther || location != shopAt {
					t.Errorf("the second: %d to %q", status, location)
				}
			})
			<-visits
			held.release()
			both.Wait()
			if n := len(s.wechat.tokens()); n != asked+1 {
				t.Errorf("WeChat was asked %d times", n-asked)
			}
		})
	}
}

// follow opens an address and returns where it leads, 0 when ctx ends first. It
// may run beside the test.
func (b *payerBrowser) follow(ctx context.Context, address string) (status int, location string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.s.url+address, nil)
	if err != nil {
		return 0, ""
	}
	req.Header.Set("User-Agent", b.agent)
	req.AddCookie(b.cookie)
	resp, err := httpclient.Transport.RoundTrip(req)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, resp.Header.Get("Location")
}

// startsOver opens a link that leads to where the way to WeChat begins, and goes it.
func (b *payerBrowser) startsOver(t *testing.T, s *payerServer, link string) (back string) {
	t.Helper()
	begin := b.get(t, link).goesTo(t, "/wxjsapi/")
	if q := begin.Query(); q.Has("state") || begin.Path != inbound.OpenIDPath && begin.Path != inbound.GoPayPath {
		t.Errorf("begins once more at %s", begin)
	}
	return b.toWeChat(t, s, begin.String())
}

// TestReturnStartsOver: what nobody remembers is asked once more by itself: of a
// bridge that was restarted, that another bridge served, or that failed.
func TestReturnStartsOver(t *testing.T) { // not parallel: one Caddy a process
	for name, spoil := range map[string]func(*testing.T, *payerServer, *payerBrowser, string) (back string){
		"restarted": func(t *testing.T, s *payerServer, b *payerBrowser, back string) string {
			b.get(t, back).goesTo(t, shopAt)
			if err := caddy.Stop(); err != nil {
				t.Fatal(err)
			}
			s.load(t)
			return back
		},
		"WeChat was down": func(t *testing.T, s *payerServer, b *payerBrowser, back string) string {
			s.wechat.sayOf("down", `{"errcode":-1}`)
			back = strings.Replace(back, weChatCode, "down", 1)
			b.get(t, back).wants(t, http.StatusServiceUnavailable, "暂时无法连接微信")
			return back
		},
		"expired": func(_ *testing.T, _ *payerServer, b *payerBrowser, _ string) string {
			return openIDLink(shopURL) + "&code=c&state=" + wechat.NewState(wechat.Errand{
				App: wechat.App{ID: appID, Secret: appSecret}, Browser: b.cookie.Value,
				Purpose: "openid", Params: []string{"89900001", shopURL, ""},
			}, time.Now().Add(-wechat.StateLife))
		},
		"spoiled on the way": func(_ *testing.T, _ *payerServer, _ *payerBrowser, back string) string { return back + "A" },
	} {
		t.Run(name, func(t *testing.T) {
			s := startPayerServer(t, "")
			b := s.browser()
			bad := spoil(t, s, b, b.toWeChat(t, s, openIDLink(shopURL)))
			good := b.startsOver(t, s, bad)
			if c := b.startedOver; c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Name != "__Host-"+startedOverCookie || c.MaxAge != 60 {
				t.Fatalf("cookie %+v", c)
			}
			b.get(t, bad).wants(t, http.StatusForbidden, "微信授权已失效") // or it could go on without end
			b.get(t, good).goesTo(t, shopAt)
			b.startedOver.Value = strconv.FormatInt(time.Now().Add(-startOverEvery).Unix(), 10)
			b.startsOver(t, s, bad)
			b.startedOver = nil
			b.agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/140"
			b.get(t, bad).wants(t, http.StatusOK, "请在微信中打开")
			if !strings.Contains(s.log.String(), `"result":"starts_over"`) {
				t.Errorf("the log does not tell: %s", s.log.String())
			}
			s.mustTellNobody(t)
		})
	}
}

// TestPayingStartsOver: the payer of an order comes to the payment, too, and the
// gateway is called once.
func TestPayingStartsOver(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	payID := s.submitWxJsApi(t, aOrderID, "")
	b := s.browser()
	s.wechat.sayOf("used", `{"errcode":40163}`)
	bad := strings.Replace(b.toWeChat(t, s, payLinkOf(aOrderID, payID)), weChatCode, "used", 1)
	b.get(t, bad).wants(t, http.StatusBadGateway, "微信授权没有成功")
	elsewhere := *b // where nothing is authorised
	elsewhere.agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/140"
	elsewhere.get(t, bad).wants(t, http.StatusForbidden, "微信授权已失效")
	good := b.startsOver(t, s, bad)
	for range 2 {
		b.get(t, good).goesTo(t, payLinkOf(aOrderID, payID))
	}
	b.get(t, bad).goesTo(t, payLinkOf(aOrderID, payID)) // the order needs no openid any more
	if n, asked := s.gateway.posts(), len(s.wechat.tokens()); n != 1 || asked != 2 {
		t.Errorf("%d calls of the gateway and %d of WeChat", n, asked)
	}
	s.mustTellNobody(t)
}

// A payer whose return from WeChat is too old goes where the merchant's payers go now:
// after the merchant has been turned back that is the old gateway, whose openid fits its
// orders.
func TestReturnAfterTheRouteHasChanged(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := startPayerServerWith(t, "old_gateway http://"+old.Address+"\ndefault_route v2", "")
	b := s.browser()
	b.toWeChat(t, s, openIDLink(shopURL))
	stale := openIDLink(shopURL) + "&code=c&state=" + wechat.NewState(wechat.Errand{
		App: wechat.App{ID: appID, Secret: appSecret}, Browser: b.cookie.Value,
		Purpose: "openid", Params: []string{"89900001", shopURL, ""},
	}, time.Now().Add(-wechat.StateLife))
	s.config = []byte(strings.Replace(string(s.config), `"default_route":"v2"`, `"default_route":"old"`, 1))
	s.load(t)
	begin := b.get(t, stale).goesTo(t, inbound.OpenIDPath+"?")
	got, _, _ := s.exchange(t, "GET "+begin.String()+" HTTP/1.1\r\nHost: a\r\n\r\n", false)
	if got.body != "ok" || len(s.wechat.tokens()) != 0 {
		t.Errorf("the payer is asked by v2: %+v", got)
	}
	if m := old.last(t); strings.Contains(m.line, "state=") || !strings.Contains(m.line, "merid=89900001") {
		t.Errorf("the old gateway is asked %q", m.line)
	}
}
