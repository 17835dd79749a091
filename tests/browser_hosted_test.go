package tests

import (
	"net/http"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// hostedPage is a text of the gateway's own page.
const hostedPage = "网关收银台"

// TestPayerPaysHosted: the browser takes the sealed order to the gateway, pays
// on its page and comes back by the result page, with scripts and without.
func TestPayerPaysHosted(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi hosted", settings{})
	for _, test := range []struct {
		name, suite string
		options     chromium.Options
		signed      bool
	}{
		{"phone", "intl", chromium.Options{WeChat: true}, false},
		{"desktop", "gm", chromium.Options{WeChat: true, Device: chromium.Desktop}, true},
		{"scripts off", "intl", chromium.Options{WeChat: true, ScriptsOff: true}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := f.order(t, test.suite, noFront)
			tab := f.browser(t, sandbox.BridgePays, test.options)
			link := f.payLink(r)
			if test.signed {
				link = f.signedLink(t, r)
			}
			tab.Goto(link)
			if test.options.ScriptsOff {
				tab.Inspect("form")
				tab.Click("#go")
			}
			tab.AwaitText(hostedPage)
			body := f.lastPay(t, r)
			if body["wxIsRaw"] == "1" || body["totalAmt"] != "19.99" || body["wxCallbackUrl"] == "" || body["exprieTime"] == "" {
				t.Errorf("v2 body: %v", body)
			}
			tab.Click("#pay")
			tab.AwaitText("支付成功")
			tab.Inspect("paid")
			f.isPaid(t, r)
		})
	}
	f.closeShop()
}

// TestHostedPayerComesBack: the way back leads over the result page to the
// merchant's page, also when the gateway's notice is late.
func TestHostedPayerComesBack(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi hosted", settings{})
	for _, button := range []string{"#pay", "#pay-quietly"} {
		r := f.order(t, "intl", nil)
		tab := f.phone(t, sandbox.BridgeNever)
		tab.Goto(f.payLink(r))
		tab.AwaitText(hostedPage)
		if button == "#pay-quietly" {
			f.noQueries(t, r)
		}
		tab.Click(button)
		if button == "#pay-quietly" {
			tab.AwaitText("正在确认支付结果")
			tab.Inspect("waiting")
			f.lateNotice(t, r)
		}
		f.comesBack(t, tab, r)
		f.isPaid(t, r)
	}
	f.closeShop()
}

// TestHostedPayerTurnsBack: whoever leaves the gateway's page unpaid sees an
// open order and can go there again.
func TestHostedPayerTurnsBack(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi hosted", settings{})
	r := f.order(t, "intl", nil)
	tab := f.phone(t, sandbox.BridgeNever)
	tab.Goto(f.payLink(r))
	tab.AwaitText(hostedPage)
	tab.Click("#back")
	tab.AwaitAddress(f.bridge.url + "/wxjsapi/result.html")
	tab.AwaitText("正在确认支付结果")
	f.isUnpaid(t, r)
	tab.Goto(f.payLink(r))
	tab.AwaitText(hostedPage)
	tab.Click("#pay")
	f.comesBack(t, tab, r)
	f.isPaid(t, r)
	f.closeShop()
}

// TestHostedOnce: reloads, the back button, a second tab and a double click make
// one order and one charge.
func TestHostedOnce(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi hosted", settings{})
	r := f.order(t, "intl", noFront)
	tab := f.phone(t, sandbox.BridgeNever)
	tab.Goto(f.site.url + "/basket")
	tab.Goto(f.payLink(r))
	tab.AwaitText(hostedPage)
	if status := tab.Reload(); status != http.StatusOK || !tab.Shows("等待支付") {
		t.Errorf("reloading the gateway's page: %d %s", status, tab.Text())
	}
	tab.Back() // over the form, which would send the payer forward again
	tab.AwaitAddress(f.site.url + "/basket")
	tab.Goto(f.payLink(r))
	tab.AwaitText(hostedPage)
	second := tab.Another()
	second.Goto(f.signedLink(t, r))
	second.AwaitText(hostedPage)
	tab.ClickTwice("#pay")
	tab.AwaitText("支付成功")
	second.Click("#pay")
	second.AwaitText("支付成功")
	f.isPaid(t, r)
	if orders := f.gateway.State().Orders; len(orders) != 1 {
		t.Errorf("%d orders at the gateway", len(orders))
	}
	f.closeShop()
}

// TestHostedIsTheDefaultWithoutAnAccount: a merchant that says nothing and has
// no official account is paid on the gateway's page, and raw once the merchant
// gives the openid.
func TestHostedIsTheDefaultWithoutAnAccount(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "# jsapi hosted is the default", settings{})
	unknown := f.order(t, "intl", nil)
	known := f.order(t, "intl", func(p *merchant.Payment) { p.OpenID = f.wechat.OpenID(account) })
	tab := f.phone(t, sandbox.BridgePays)
	tab.Goto(f.payLink(unknown))
	tab.AwaitText(hostedPage)
	tab.Click("#pay")
	f.comesBack(t, tab, unknown)
	tab = f.phone(t, sandbox.BridgePays)
	tab.Goto(f.payLink(known))
	f.comesBack(t, tab, known)
	f.closeShop()
}
