package payer

import (
	"net/url"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

// redirectedParam marks the addresses that browsers are sent to from another origin, so
// that it happens once on a way. No other address has it: not the one that WeChat leads
// back to, nor a merchant's.
const redirectedParam = "paybridge_redirected"

// cookiesComeBack reports whether the browser surely keeps a cookie that it is given now
// until WeChat has sent it back to the public address. Payers open pages under every
// name and port that merchants' programs know, but a cookie is one host's, and over
// plain http browsers take none of ours. Behind something that ends TLS nobody can tell,
// unless the browser has brought the cookie along. Ports make no difference to cookies
// (RFC 6265 §8.5).
func (v visit) cookiesComeBack() bool {
	public, err := url.Parse(v.PublicURL)
	if err != nil { // not possible: the configuration is checked
		return true
	}
	asked := url.URL{Host: v.request.Host}
	return strings.EqualFold(asked.Hostname(), public.Hostname()) &&
		(!v.overHTTPS() || v.request.TLS != nil || v.browser() != "")
}

// toPublicURL sends a browser to the public address, to begin its way to WeChat there;
// ok is false where it may begin here. Who comes from there again has a state made
// whatever it looks like: a proxy may have changed name and scheme.
func (v visit) toPublicURL(way wechatWay) (answer view, ok bool) {
	if v.params[redirectedParam] != "" || v.cookiesComeBack() {
		return view{}, false
	}
	return v.redirected(way.retry), true
}

// atRegistered reports whether the browser shows gopay.html where WeChat has it registered,
// which is below the public address (支付授权目录). WeChat compares name, port and path as
// they are spelled, and opens its payment nowhere else ("当前页面的URL未注册"). The scheme is
// not judged: without TLS nobody can tell whether something in front has ended it.
func (v visit) atRegistered() bool {
	public, err := url.Parse(v.PublicURL)
	if err != nil { // not possible: the configuration is checked
		return true
	}
	return strings.EqualFold(origin.Host(public.Scheme, v.request.Host), origin.Host(public.Scheme, public.Host)) &&
		v.request.URL.EscapedPath() == inbound.GoPayPath
}

// toRegistered sends a browser to where WeChat opens the payment of an order; ok is false
// where it is there. Who comes from there again is taken to be: a proxy may have changed
// name and path.
func (v visit) toRegistered(o order) (answer view, ok bool) {
	if v.params[redirectedParam] != "" || v.atRegistered() {
		return view{}, false
	}
	return v.redirected(o.link()), true
}

// redirected sends a browser to an address of ours, which has a query, at the public
// address, with the mark that it comes from there.
func (v visit) redirected(address string) view {
	return onward("to_public_url", v.address(address)+"&"+redirectedParam+"=1")
}
