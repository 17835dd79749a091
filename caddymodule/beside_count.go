package caddymodule

import (
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/oldtraffic"
	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
)

// count counts a request that is passed on under its merchants.
func (a *App) count(traffic *oldtraffic.Counter, p passage, path string) {
	askers := p.askers(a.settings.Merchants)
	if len(askers) == 0 {
		traffic.Saw(p.asked.MerID, path, true)
	}
	for _, m := range askers {
		traffic.Saw(m.MerID, path, p.route.Caller == inbound.Nobody && !p.asked.Verified)
		for _, refused := range p.refusable(m) {
			traffic.Saw(m.MerID, refused, true)
		}
	}
}

// askers are the configured merchants of a request: the one that it names, or all to whose
// host a link of openid.html returns that names none.
func (p passage) askers(registry *merchants.Registry) []*merchants.Merchant {
	if p.asked.Merchant == nil && !p.isRoutedOpenID() {
		return nil
	}
	return p.asked.AskedBy(registry)
}

// isRoutedOpenID reports whether a call of openid.html goes where a route leads.
func (p passage) isRoutedOpenID() bool { return p.route.Name == "openid" && p.cause == sides.ByRoute }

// refusable are the paths under which a page of the old gateway counts besides, because
// v2 would refuse it once the merchant has moved.
func (p passage) refusable(m *merchants.Merchant) []string {
	if !p.isRoutedOpenID() {
		return nil
	}
	params := p.asked.Message.Params
	payWay, _ := merchants.PayWay(params["payway"])
	return readiness.Refusable(m, params["backurl"], payWay)
}
