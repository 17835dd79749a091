package caddymodule

import (
	"cmp"
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// originBrowser is a browser that goes on by itself until a page or the merchant's shop,
// and heeds where it is: a cookie goes to the host that has set it, and one with Secure
// is not taken over plain http (RFC 6265bis §5.7).
type originBrowser struct {
	s         *payerServer
	noCookies bool
	plain     bool   // something in front ends TLS
	front     string // the name that something in front puts in place of the browser's
	cookies   map[string]map[string]string
	way       []string
}

// overTLS says that a request has come to the server itself over https.
const overTLS = "X-Test-Over-Tls"

// serveOverTLS has requests that say so come over https.
func serveOverTLS(t *testing.T) {
	t.Helper()
	before := callers[inbound.Payer]
	t.Cleanup(func() { callers[inbound.Payer] = before })
	callers[inbound.Payer] = func(h *Handler, w http.ResponseWriter, r *http.Request, route inbound.Route) {
		if r.Header.Get(overTLS) != "" {
			r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13}
		}
		before(h, w, r, route)
	}
}

func (b *originBrowser) open(t *testing.T, at *url.URL) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.s.url+at.RequestURI(), nil)
	if err != nil {
		t.Fatal(err)
	}
	secure, host := at.Scheme == "https", strings.ToLower(at.Hostname())
	req.Host = cmp.Or(b.front, at.Host)
	req.Header.Set("User-Agent", weChatAgent)
	if secure && !b.plain {
		req.Header.Set(overTLS, "1")
	}
	for name, value := range b.cookies[host] {
		if secure {
			req.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
	r := send(t, req)
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if c.Secure && secure && !b.noCookies {
			if b.cookies[host] == nil {
				b.cookies[host] = make(map[string]string)
			}
			b.cookies[host][c.Name] = c.Value
		}
	}
	return r
}

// travel opens an address and goes on from there, through WeChat, too. It returns the
// page, or the address of the shop.
func (b *originBrowser) travel(t *testing.T, address string) (page reply, shop string) {
	t.Helper()
	b.way = nil
	at, err := url.Parse(address)
	for range 8 {
		if err != nil {
			t.Fatal(err)
		}
		r := b.open(t, at)
		to := r.header.Get("Location")
		if to == "" {
			return r, ""
		}
		b.way = append(b.way, to)
		if at, err = at.Parse(to); err != nil {
			t.Fatal(err)
		}
		switch {
		case at.Host == shopHost:
			return r, to
		case strings.HasPrefix(to, b.s.wechat.URL):
			asked := at.Query()
			at, err = url.Parse(asked.Get("redirect_uri") + "&code=c&state=" + asked.Get("state"))
		}
	}
	t.Fatalf("goes to and fro: %q", b.way)
	return reply{}, ""
}

// redirections is how often the browser was sent to the public address. Nothing else
// may have the mark of that.
func (b *originBrowser) redirections(t *testing.T) (n int) {
	t.Helper()
	for _, to := range b.way {
		switch marked := strings.Contains(to, "paybridge_redirected"); {
		case marked && strings.HasPrefix(to, publicURL+"/wxjsapi/"):
			n++
		case marked:
			t.Errorf("the mark goes to %s", to)
		}
	}
	return n
}

// TestPayersFromOtherOrigins: a browser that comes over plain http, or by another name
// than public_url's, keeps no cookie for the way back from WeChat. It begins at
// public_url instead, after one redirection.
func TestPayersFromOtherOrigins(t *testing.T) { // not parallel: one Caddy a process
	serveOverTLS(t)
	s := startPayerServer(t, "")
	for i, test := range []struct {
		name, origin string
		plain        bool
		first, again int // redirections on the first way and on the next
	}{
		{"https", publicURL, false, 0, 0},
		{"https, name in capitals, a port", "https://PAY.example.com:443", false, 0, 0},
		{"plain http", "http://pay.example.com", false, 1, 1},
		{"another name", "https://www.example.com", false, 1, 1},
		{"another name, plain http", "http://www.example.com", false, 1, 1},
		{"something else ends TLS", publicURL, true, 1, 0},
	} {
		orderID := "T2026112100000010" + string(rune('0'+i))
		goPay := payLinkOf(orderID, s.submitWxJsApi(t, orderID, ""))
		for page, links := range map[string][]string{"openid.html": {openIDLink(shopURL), openIDLink(shopURL)}, "gopay.html": {goPay, openIDLink(shopURL)}} {
			t.Run(test.name+", "+page, func(t *testing.T) {
				b := &originBrowser{s: s, plain: test.plain, cookies: make(map[string]map[string]string)}
				for j, want := range []int{test.first, test.again} {
					r, shop := b.travel(t, test.origin+links[j])
					if links[j] == goPay {
						r.wants(t, http.StatusOK, "canarypaysign")
					} else if shop != shopAt {
						t.Errorf("comes to %q, status %d: %q", shop, r.status, b.way)
					}
					if n := b.redirections(t); n != want {
						t.Errorf("%d redirections, want %d: %q", n, want, b.way)
					}
				}
			})
		}
	}
	s.mustTellNobody(t)
}

// TestRawPageAtRegisteredAddress: WeChat opens its payment on a page below public_url only, as
// that is spelled. A payer who comes to any other is sent there once.
func TestRawPageAtRegisteredAddress(t *testing.T) { // not parallel: one Caddy a process
	serveOverTLS(t)
	s := startPayerServer(t, "")
	openID := `,"openid":"` + payerOpenID + `"`
	link := payLinkOf(aOrderID, s.submitWxJsApi(t, aOrderID, openID))
	_, query, _ := strings.Cut(link, "?")
	for name, test := range map[string]struct {
		address      string
		plain        bool
		front        string
		redirections int
	}{
		"there":                              {publicURL + link, false, "", 0},
		"there, in capitals and with a port": {"https://PAY.example.com:443" + link, false, "", 0},
		"there, something else ends TLS":     {publicURL + link, true, "", 0},
		"another name":                       {"https://www.example.com" + link, false, "", 1},
		"another name, plain http":           {"http://www.example.com" + link, false, "", 1},
		"another port":                       {publicURL + ":8443" + link, false, "", 1},
		"another name, one step":             {"https://www.example.com" + signedLinkOf(inbound.WxGatewayPath, wxJsApi(aOrderID, openID)), false, "", 1},
		"path in capitals":                   {publicURL + "/WxJsApi/GoPay.html?" + query, false, "", 1},
		"two slashes":                        {publicURL + "/wxjsapi//gopay.html?" + query, false, "", 1},
		"a session in the path":              {publicURL + "/wxjsapi/gopay.html;jsessionid=1A2B?" + query, false, "", 1},
		"an escape in the path":              {publicURL + "/wxjsap%69/gopay.html?" + query, false, "", 1},
		"a proxy that changes the name":      {publicURL + link, true, "bridge.internal:8080", 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := &originBrowser{s: s, plain: test.plain, front: test.front, cookies: make(map[string]map[string]string)}
			r, _ := b.travel(t, test.address)
			r.wants(t, http.StatusOK, "canarypaysign")
			if n := b.redirections(t); n != test.redirections {
				t.Errorf("%d redirections, want %d: %q", n, test.redirections, b.way)
			}
		})
	}
	if n := s.gateway.posts(); n != 1 {
		t.Errorf("the gateway saw %d requests", n)
	}
}

// TestHostedPageAtAnyAddress: the gateway's own page is registered, not ours.
func TestHostedPageAtAnyAddress(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "jsapi hosted")
	link := payLinkOf(aOrderID, s.submitWxJsApi(t, aOrderID, ""))
	b := &originBrowser{s: s, plain: true, cookies: make(map[string]map[string]string)}
	r, _ := b.travel(t, "http://www.example.com:8080"+strings.Replace(link, "gopay", "GoPay", 1))
	r.wants(t, http.StatusOK, "前往支付页面")
	if len(b.way) != 0 {
		t.Errorf("was sent to %q", b.way)
	}
}

// TestPayersWithoutCookies read what to do in the end, wherever they came from.
func TestPayersWithoutCookies(t *testing.T) { // not parallel: one Caddy a process
	serveOverTLS(t)
	s := startPayerServer(t, "")
	for _, origin := range []string{publicURL, "http://pay.example.com", "https://www.example.com"} {
		for _, plain := range []bool{false, true} {
			b := &originBrowser{s: s, plain: plain, noCookies: true}
			r, _ := b.travel(t, origin+openIDLink(shopURL))
			r.wants(t, http.StatusForbidden, "微信授权已失效")
			if n := b.redirections(t); n > 1 || strings.Contains(string(r.body), "paybridge_redirected") {
				t.Errorf("%s: %d redirections: %q\n%s", origin, n, b.way, r.body)
			}
		}
	}
	if n := len(s.wechat.tokens()); n != 0 {
		t.Errorf("WeChat was asked %d times", n)
	}
}
