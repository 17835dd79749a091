package payer

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
)

// errNoMerID is that nobody can tell whose payer asks.
var errNoMerID = errors.New("merid: missing, and backurl's host is in no merchant's redirect_hosts, " +
	"or in those of several that do not share one wechat_app for this payway")

// serveOpenID serves openid.html, which tells a merchant its payer's openid
// (v1 §3.2). Nothing is signed here, so the browser is sent to nobody but WeChat
// and the merchant's own hosts.
func serveOpenID(v visit) view {
	payWay, odd := merchants.PayWay(v.params["payway"])
	if odd {
		return refuse(pages.BadRequest, errors.New("payway: not a number of 1 to 9 digits"))
	}
	back, err := wechat.ParseReturnAddress(v.params["backurl"])
	if err != nil {
		return refuse(pages.BadRequest, err)
	}
	merID := cmp.Or(v.params["merid"], v.merIDOf(back, payWay))
	if merID == "" {
		return refuse(pages.BadRequest, errNoMerID)
	}
	m, known := v.found(merID)
	if !known {
		return refuse(pages.UnknownMerchant, nil)
	}
	own := inbound.OpenIDPath + "?" + url.Values{"backurl": {back.String()}, "merid": {merID}, "payway": {payWay}}.Encode()
	switch allowed, err := v.mayReturn(m, back); {
	case err != nil:
		return refuseTo(pages.Busy, own, err)
	case !allowed:
		return refuse(pages.HostNotAllowed, fmt.Errorf("backurl: %.60q is not one of redirect_hosts", back.Host()))
	case !v.inWeChat():
		return v.outside(own)
	}
	way := wechatWay{merchant: m, payWay: payWay, purpose: "openid", params: []string{merID, back.String(), payWay}, back: own, retry: own}
	if v.params["state"] == "" {
		return v.toWeChat(way)
	}
	openID, answer, ok := v.fromWeChat(way)
	if !ok {
		return answer
	}
	return onward("to_merchant", back.With(openID))
}

// merIDOf is the number of the merchant who is configured for an address to return to,
// "" for none: links need not name it (v1 §3.2.2).
func (v visit) merIDOf(back wechat.ReturnAddress, payWay string) string {
	found := v.Settings.Merchants.OfReturnHost(back.Hosts(), payWay)
	if len(found) == 0 {
		return ""
	}
	return found[0].MerID
}

// mayReturn reports whether a payer may be sent to an address of the merchant's.
func (v visit) mayReturn(m *merchants.Merchant, back wechat.ReturnAddress) (bool, error) {
	if m.MayRedirect(back.Hosts()...) {
		return true, nil
	}
	if !m.RedirectToBackURLHosts {
		return false, nil
	}
	for _, host := range back.Hosts() {
		if had, err := v.Ledger.HasBackURLHost(v.ctx, m.MerID, host); had || err != nil {
			return had, err
		}
	}
	return false, nil
}
