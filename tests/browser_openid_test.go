package tests

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// openIDLink is where a merchant sends a payer to learn the openid.
func (f *storefront) openIDLink(backURL, payway, merID string) string {
	query := url.Values{"backurl": {backURL}, "merid": {merID}}
	if payway != "" {
		query.Set("payway", payway)
	}
	return f.bridge.url + merchant.OpenIDPath + "?" + query.Encode()
}

// TestOpenID: the openid of the right account is appended to the address to return
// to. Its query and fragment stay as they are.
func TestOpenID(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	merID := shops["intl"].MerID
	for _, test := range []struct {
		name, path, payway, app string
		options                 chromium.Options
	}{
		{"plain", "/login", "", account, chromium.Options{WeChat: true}},
		{"query and fragment", "/login?a=1&b=%E5%BA%97&c#/route?x=1", "", account, chromium.Options{WeChat: true}},
		{"desktop", "/", "1", account, chromium.Options{WeChat: true, Device: chromium.Desktop}},
		{"a payway that is no number", "/login?payway=no", `"><script>alert()</script>`, account, chromium.Options{WeChat: true}},
		{"payway with an account of its own", "/login?payway=9", "2", accountOfTwo, chromium.Options{WeChat: true}},
		{"scripts off", "/login?a=%2B%26", "", account, chromium.Options{WeChat: true, ScriptsOff: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tab := f.browser(t, sandbox.BridgeNever, test.options)
			tab.Goto(f.openIDLink(f.site.url+test.path, test.payway, merID))
			tab.AwaitAddress(f.site.url)
			want, fragment, _ := strings.Cut(test.path, "#")
			glue := "?"
			if strings.Contains(want, "?") {
				glue = "&"
			}
			want += glue + "openid=" + f.wechat.OpenID(test.app)
			if got := f.site.lastVisit().RequestURI(); got != want {
				t.Errorf("came back to %s, want %s", got, want)
			}
			if _, got, _ := strings.Cut(tab.Address(), "#"); got != fragment {
				t.Errorf("came back with the fragment %q, want %q", got, fragment)
			}
		})
	}
	f.closeShop()
}

// TestOpenIDRefuses: nobody is sent anywhere but to the merchant's own hosts.
func TestOpenIDRefuses(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	merID, good := shops["intl"].MerID, f.site.url+"/login"
	port := strings.TrimPrefix(f.site.host(), "127.0.0.1")
	tab := f.phone(t, sandbox.BridgeNever)
	for name, test := range map[string]struct {
		link   string
		status int64
		says   string
	}{
		"foreign host":         {f.openIDLink("https://evil.example/login", "", merID), http.StatusForbidden, "返回地址不被允许"},
		"another port":         {f.openIDLink("http://127.0.0.1:1/", "", merID), http.StatusForbidden, "返回地址不被允许"},
		"another name":         {f.openIDLink("http://localhost"+port+"/", "", merID), http.StatusForbidden, "返回地址不被允许"},
		"host as user":         {f.openIDLink("http://"+f.site.host()+"@evil.example/", "", merID), 0, ""},
		"javascript":           {f.openIDLink("javascript:alert(1)//"+f.site.host(), "", merID), 0, ""},
		"no scheme":            {f.openIDLink("//"+f.site.host()+"/", "", merID), 0, ""},
		"a backslash":          {f.openIDLink(f.site.url+`\@evil.example/`, "", merID), 0, ""},
		"line breaks":          {f.openIDLink(f.site.url+"/\r\nSet-Cookie: a=b", "", merID), 0, ""},
		"no address":           {f.openIDLink("", "", merID), http.StatusBadRequest, ""},
		"no merchant's host":   {f.openIDLink("https://evil.example/login", "", ""), http.StatusBadRequest, ""},
		"markup in the payway": {f.openIDLink(good, `2"><script>alert(1)</script>`, merID), 0, ""},
		"unknown merchant":     {f.openIDLink(good, "", "89999999"), http.StatusNotFound, "找不到商户"},
	} {
		visits := f.site.visited()
		status := tab.Goto(test.link)
		if status < 400 || test.status != 0 && status != test.status || !tab.Shows(test.says) {
			t.Errorf("%s: status %d, want %d; %s", name, status, test.status, tab.Text())
		}
		if f.site.visited() != visits || !strings.HasPrefix(tab.Address(), f.bridge.url) {
			t.Errorf("%s: sent to %s", name, tab.Address())
		}
		tab.Inspect(name)
	}
	if got := f.wechat.Counters(); got.Authorized != 0 {
		t.Errorf("WeChat was asked %d times", got.Authorized)
	}
	f.closeShop()
}

// TestOpenIDTroubles: when WeChat does not play along the payer reads why, and
// is sent nowhere.
func TestOpenIDTroubles(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	for _, test := range []struct {
		path      string
		behaviour sandbox.WeChatBehaviour
		says      string
	}{
		{sandbox.AuthorizePath, sandbox.Denied, "微信授权没有成功"},
		{sandbox.AuthorizePath, sandbox.StaleCode, "微信授权没有成功"},
		{sandbox.AuthorizePath, sandbox.ErrorPage, "系统繁忙"}, // WeChat's own page
		{sandbox.TokenPath, sandbox.TokenError, "微信"},
		{sandbox.TokenPath, sandbox.TokenGarbage, "微信"},
		{sandbox.TokenPath, sandbox.TokenSilent, "暂时无法连接微信"},
		{sandbox.TokenPath, sandbox.TokenHuge, "微信"},
		{sandbox.TokenPath, sandbox.TokenWithoutOpenID, "微信"},
		{sandbox.TokenPath, sandbox.TokenHostileOpenID, "微信"},
	} {
		t.Run(string(test.behaviour), func(t *testing.T) {
			for name, link := range map[string]string{
				"openid":  f.openIDLink(f.site.url+"/login", "", shops["intl"].MerID),
				"payment": f.payLink(f.order(t, "intl", nil)),
			} {
				visits := f.site.visited()
				f.wechat.Script(test.path, test.behaviour)
				tab := f.phone(t, sandbox.BridgePays)
				tab.Goto(link)
				tab.AwaitText(test.says)
				if f.site.visited() != visits {
					t.Errorf("%s: sent to %s", name, tab.Address())
				}
				if strings.HasPrefix(tab.Address(), f.bridge.url) {
					tab.Inspect(name)
				}
			}
		})
	}
	if got := f.wechat.Counters(); got.Invoked != 0 {
		t.Errorf("%d payments without an openid", got.Invoked)
	}
	f.closeShop()
}

// TestStateIsOfOneBrowser: the way back from WeChat works only in the browser that
// went there. That one is sent once more by itself when it comes back in vain.
func TestStateIsOfOneBrowser(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	thief, payer := f.phone(t, sandbox.BridgeNever), f.phone(t, sandbox.BridgeNever)
	f.wechat.Script(sandbox.AuthorizePath, sandbox.StaleCode)
	thief.Goto(f.openIDLink(f.site.url+"/login", "", shops["intl"].MerID))
	thief.AwaitText("微信授权没有成功")
	// A state that has been used, and the thief's. With a fragment the browser
	// would take it for the page that it shows.
	spent, _, _ := strings.Cut(thief.Address(), "#")
	payer.Goto(spent)
	payer.AwaitText("微信授权已失效")
	payer.Inspect("another's")
	if f.site.visited() != 0 {
		t.Errorf("sent to %s", f.site.lastVisit())
	}
	thief.Goto(spent)
	thief.AwaitAddress(f.site.url + "/login")
	f.closeShop()
}

// TestReturnByBack: Back leads a browser to the address at which it came back from
// WeChat in vain. From there it goes by itself to the merchant's page.
func TestReturnByBack(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	tab := f.phone(t, sandbox.BridgeNever)
	f.wechat.Script(sandbox.TokenPath, sandbox.TokenError)
	tab.Goto(f.openIDLink(f.site.url+"/login", "", shops["intl"].MerID))
	tab.AwaitText("微信") // the page stays behind at the return address
	tab.Goto(f.site.url + "/basket")
	tab.AwaitAddress(f.site.url + "/basket")
	tab.Back()
	tab.AwaitAddress(f.site.url + "/login?openid=" + f.wechat.OpenID(account))
	f.closeShop()
}

// TestReturnsWithoutEnd: a WeChat that spoils every state is asked twice, and then
// the payer reads what to do.
func TestReturnsWithoutEnd(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	for name, link := range map[string]string{
		"openid":  f.openIDLink(f.site.url+"/login", "", shops["intl"].MerID),
		"payment": f.payLink(f.order(t, "intl", nil)),
	} {
		before := f.wechat.Counters().Authorized
		f.wechat.Script(sandbox.AuthorizePath, sandbox.WrongState, sandbox.WrongState)
		tab := f.phone(t, sandbox.BridgeNever)
		tab.Goto(link)
		tab.AwaitText("微信授权已失效")
		tab.Inspect(name)
		if n := f.wechat.Counters().Authorized - before; n != 2 {
			t.Errorf("%s: WeChat was asked %d times", name, n)
		}
	}
	if f.site.visited() != 0 {
		t.Errorf("sent to %s", f.site.lastVisit())
	}
	f.closeShop()
}
