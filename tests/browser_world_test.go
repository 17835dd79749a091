package tests

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// The official accounts of the merchants in these tests: the usual one, and the
// one of the payway 2.
const (
	account       = "wxcanary0000000001"
	accountOfTwo  = "wxcanary0000000002"
	accountSecret = "canary-app-secret"
)

// storefront is a world with payers: WeChat, a merchant's website, and browsers.
type storefront struct {
	*world
	wechat *sandbox.WeChat
	site   *site
}

// openStorefront starts a bridge whose merchants have an official account, and
// words of their own such as "jsapi hosted".
func openStorefront(t testing.TB, words string, s settings) *storefront {
	t.Helper()
	f := &storefront{world: newWorld(t, s), site: openSite(t, shops["intl"])}
	back := strings.TrimPrefix(f.bridge.url, "http://")
	var err error
	f.wechat, err = sandbox.NewWeChat(f.gateway, "CanaryOpenID",
		sandbox.WeChatApp{AppID: account, Secret: accountSecret, Hosts: []string{back}},
		sandbox.WeChatApp{AppID: accountOfTwo, Secret: accountSecret + "-2", Hosts: []string{back}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f.wechat)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	f.settings.Extra += fmt.Sprintf("\n\t\twechat {\n\t\t\tauthorize %s\n\t\t\ttoken %s\n\t\t}",
		server.URL+sandbox.AuthorizePath, server.URL+sandbox.TokenPath)
	f.settings.Merchant = words
	if !strings.Contains(words, "wechat_app") && !strings.Contains(words, "hosted") {
		f.settings.Merchant += f.accounts()
	}
	f.settings.Merchant += "\n\t\t\tredirect_hosts " + f.site.host()
	f.writeConfig(f.bridge)
	f.bridge.start()
	return f
}

// accounts are the words that give a merchant its official accounts.
func (f *storefront) accounts() string {
	var words strings.Builder
	for _, a := range []struct{ id, secret, payway string }{{account, accountSecret, ""}, {accountOfTwo, accountSecret + "-2", " payway 2"}} {
		path := filepath.Join(f.bridge.dir, a.id+".secret")
		if err := os.WriteFile(path, []byte(a.secret+"\n"), 0o600); err != nil {
			f.t.Fatal(err)
		}
		fmt.Fprintf(&words, "\n\t\t\twechat_app %s {file.%s}%s", a.id, path, a.payway)
	}
	return words.String()
}

// phone opens the browser inside WeChat on the smallest phone, with a bridge
// that behaves in some way.
func (f *storefront) phone(t testing.TB, behaviour sandbox.BridgeBehaviour) *chromium.Tab {
	t.Helper()
	return f.browser(t, behaviour, chromium.Options{WeChat: true})
}

// browser opens another kind of browser.
func (f *storefront) browser(t testing.TB, behaviour sandbox.BridgeBehaviour, o chromium.Options) *chromium.Tab {
	t.Helper()
	bridge := f.wechat.Bridge(behaviour)
	o.Inject = bridge.Script
	o.Functions = map[string]func(string) (string, error){bridge.Function: bridge.Invoke}
	return chromium.Open(t, o)
}

// order submits a WxJsApi order as merchants usually do: without an openid.
// Change may make it another one.
func (f *storefront) order(t testing.TB, suite string, change func(*merchant.Payment)) *merchant.Reply {
	t.Helper()
	p := f.payment(suite, "WxJsApi", 1999)
	p.OpenID = ""
	p.FrontURL = f.site.frontURL()
	if change != nil {
		change(&p)
	}
	reply := f.pay(suite, p)
	if reply.RespCode != "00" || len(reply.FormAction) != 32 {
		t.Fatalf("WxJsApi order: %s", reply.Inner)
	}
	return reply
}

// noFront is an order without a page to come back to.
func noFront(p *merchant.Payment) { p.FrontURL = "" }

// payLink is where a merchant sends the payer of an order, with plain
// parameters as the book has it.
func (f *storefront) payLink(r *merchant.Reply) string {
	query := url.Values{"merid": {r.MerchantID}, "orderid": {r.OrderID}, "code": {r.FormAction}}
	return f.bridge.url + merchant.GoPayPath + "?" + query.Encode()
}

// signedLink is the same as real merchants do it.
func (f *storefront) signedLink(t testing.TB, r *merchant.Reply) string {
	t.Helper()
	link, err := f.client(suiteOf(r)).Link(merchant.GoPayPath, map[string]any{"orderid": r.OrderID, "code": r.FormAction})
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// isPaid waits until the order has been notified and checks that its payer was
// charged once, by one order at the gateway.
func (f *storefront) isPaid(t testing.TB, r *merchant.Reply) {
	t.Helper()
	f.notified(suiteOf(r), r.OrderID, 1)
	if o := f.booked(r); o.Charges != 1 {
		t.Errorf("order %s was charged %d times", r.OrderID, o.Charges)
	}
}

// isUnpaid checks that nobody was charged for the order and its merchant knows.
func (f *storefront) isUnpaid(t testing.TB, r *merchant.Reply) {
	t.Helper()
	if o := f.booked(r); o.Charges != 0 {
		t.Errorf("order %s was charged %d times", r.OrderID, o.Charges)
	}
	if got := f.query(suiteOf(r), r.OrderID); got.ResultCode == "0000" {
		t.Errorf("an unpaid order counts as paid: %s", got.Inner)
	}
}

// booked is the order in the gateway's book, empty if it is not there.
func (f *storefront) booked(r *merchant.Reply) sandbox.Order {
	o, _ := f.gateway.Order(shops[suiteOf(r)].Gateway, r.OrderNo())
	return o
}

// suiteOf is the suite of the merchant that got a reply.
func suiteOf(r *merchant.Reply) string {
	for suite, shop := range shops {
		if shop.MerID == r.MerchantID {
			return suite
		}
	}
	return ""
}

// noQueries makes the gateway answer queries of an order with "in progress", so
// that only its notice can tell that it is paid.
func (f *storefront) noQueries(t testing.TB, r *merchant.Reply) {
	t.Helper()
	f.script(t, sandbox.Rule{Behaviour: sandbox.InProgress, TranCode: sandbox.CodeQuery, OrderID: r.OrderNo()})
}

// lateNotice sends the notice of an order that is paid, and later the one that
// was held back: the same notice once more.
func (f *storefront) lateNotice(t testing.TB, r *merchant.Reply) {
	t.Helper()
	notice := sandbox.Notice{MerchantID: shops[suiteOf(r)].Gateway, OrderID: r.OrderNo()}
	if _, err := f.gateway.SendNotice(t.Context(), notice); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.gateway.ReleaseNotices(context.Background()) })
}

// comesBack waits until the browser is on the merchant's page, and checks what
// it brought along.
func (f *storefront) comesBack(t testing.TB, tab *chromium.Tab, r *merchant.Reply) {
	t.Helper()
	tab.AwaitAddress(f.site.url + "/done")
	got := f.site.returned(r.OrderID)
	if len(got) == 0 {
		t.Fatalf("came back without a result: %s", tab.Address())
	}
	n := got[len(got)-1]
	for _, v := range n.Violations {
		t.Errorf("coming back: %v", v)
	}
	if n.Amount != r.Amount || n.QueryID != r.QueryID || n.Query.Get("shop") != "1" || n.Query.Get("name") != "店" {
		t.Errorf("came back with %+v", n)
	}
	if !strings.HasSuffix(tab.Address(), "#order") {
		t.Errorf("the fragment of fronturl is lost: %s", tab.Address())
	}
}

// closeShop waits until nothing moves and checks the oracles.
func (f *storefront) closeShop() {
	f.t.Helper()
	f.rest()
}
