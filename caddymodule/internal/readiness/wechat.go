package readiness

import (
	"slices"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/origin"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// ofWeChat is what payments in WeChat need beside the keys.
func ofWeChat(f Facts, r Report) []Reason {
	if f.Merchant == nil || f.Merchant.JSAPI == merchants.Hosted {
		return nil
	}
	if _, has := f.Merchant.WeChatApp(""); has {
		return nil
	}
	reason := Reason{Level: Warn, Text: noWeChatApp.With(), Advice: noWeChatAppAdvice.With()}
	if f.Merchant.JSAPI == merchants.Raw {
		reason = Reason{Level: Fail, Text: rawWithoutApp.With(), Advice: rawWithoutAppAdvice.With()}
	}
	for _, s := range r.Seen {
		if s.Kind == shadow.Compared && s.Subject == string(v1.WxJsApi) {
			reason.Times, reason.LastAt, reason.Example = s.Times, s.LastAt, s.Example
			return []Reason{reason}
		}
	}
	if o, seen := f.passed(inbound.WxGatewayPath); seen {
		return []Reason{reason.seen(o)}
	}
	return nil
}

// seen is a reason with when it was last met. How often is counted from the first time on,
// and not by day.
func (r Reason) seen(o ledger.OldTraffic) Reason {
	r.LastAt = o.Last
	return r
}

// Members of openid.html for which its call would be refused on v2 are counted as if they
// were pages of their own: what they say is in no ledger else, and only the call has it.
const (
	noHost    = inbound.OpenIDPath + "?backurl="
	noAccount = inbound.OpenIDPath + "?payway="
)

// Refusable are the paths under which a call of openid.html that is passed on counts
// besides, because v2 would not serve it as the merchant is configured.
func Refusable(m *merchants.Merchant, backURL, payWay string) []string {
	var paths []string
	if _, has := m.WeChatApp(payWay); payWay != "" && !has {
		paths = append(paths, noAccount+payWay)
	}
	back, err := wechat.ParseReturnAddress(backURL)
	switch {
	case err != nil:
		return append(paths, noHost)
	case !m.MayRedirect(back.Hosts()...):
		return append(paths, noHost+strings.ToLower(back.Host()))
	}
	return paths
}

// BackHosts are the hosts to which openid.html was to go back and that redirect_hosts does
// not name.
func BackHosts(m *merchants.Merchant, passed []ledger.OldTraffic) []string {
	var hosts []string
	for _, o := range passed {
		if host, is := strings.CutPrefix(o.Path, noHost); is && host != "" && !m.MayRedirect(spellings(host)...) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// spellings are the ways to write a host that was noted without the scheme of its address.
func spellings(host string) []string {
	return slices.Concat(origin.Spellings("https", host), origin.Spellings("http", host))
}

// ofOpenIDs is what openid.html needs. It moves at 100 %, all at once, and where it ends no
// order comes that the guard could count.
func ofOpenIDs(f Facts, _ Report) []Reason {
	page, seen := f.passed(inbound.OpenIDPath)
	if f.Merchant == nil || !seen {
		return nil
	}
	reasons := append(f.ofAccounts(page), f.ofBackHosts(page)...)
	return append(reasons, Reason{Level: Warn, Text: keptOpenIDs.With(), Advice: keptOpenIDsAdvice.With()}.seen(page))
}

// ofAccounts is whether WeChat can be asked who the payer is.
func (f Facts) ofAccounts(page ledger.OldTraffic) []Reason {
	if !f.Merchant.HasWeChatApp() {
		return []Reason{Reason{Level: Fail, Text: openIDWithoutApp.With(), Advice: openIDWithoutAppAdvice.With()}.seen(page)}
	}
	if _, has := f.Merchant.WeChatApp(""); has {
		return nil
	}
	reasons := []Reason{Reason{Level: Warn, Text: openIDWithoutDefault.With(), Advice: openIDWithoutDefaultAdvice.With()}.seen(page)}
	for _, o := range f.Passed {
		payWay, is := strings.CutPrefix(o.Path, noAccount)
		if _, has := f.Merchant.WeChatApp(payWay); is && !has {
			reasons = append(reasons, Reason{Level: Warn, Text: openIDWithoutPayWay.With(payWay), Advice: openIDWithoutDefaultAdvice.With()}.seen(o))
		}
	}
	return reasons
}

// ofBackHosts is whether the payer may be sent back to where the merchant wants it. Hosts
// are told as warnings: anybody can call the page with any.
func (f Facts) ofBackHosts(page ledger.OldTraffic) []Reason {
	var reasons []Reason
	if len(f.Merchant.RedirectHosts) == 0 {
		reason := Reason{Level: Fail, Text: noRedirectHosts.With(), Advice: noRedirectHostsAdvice.With()}
		if f.Merchant.RedirectToBackURLHosts {
			reason = Reason{Level: Warn, Text: onlyPaidHosts.With(), Advice: noRedirectHostsAdvice.With()}
		}
		reasons = append(reasons, reason.seen(page))
	}
	for _, o := range f.Passed {
		host, is := strings.CutPrefix(o.Path, noHost)
		switch {
		case !is, f.Merchant.MayRedirect(spellings(host)...), f.PaidHosts[host]:
		case host == "":
			reasons = append(reasons, Reason{Level: Warn, Text: oddBackURL.With(), Advice: oddBackURLAdvice.With()}.seen(o))
		default:
			reasons = append(reasons, Reason{Level: Warn, Text: otherHost.With(host), Advice: otherHostAdvice.With()}.seen(o))
		}
	}
	return reasons
}
