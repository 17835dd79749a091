package gateway

import "github.com/paybridge/paybridge/caddymodule/internal/gatewayproxy"

// Retire closes the gateway's resting connections at the end of its
// configuration. Calls that are still in hand, such as queries of the background
// work, are finished, and their connections closed when they rest: Caddy closes
// only what rests at that moment, and a connection by HTTP/2 in use is not among
// them.
func (g *Gateway) Retire() {
	g.retired.Store(true)
	g.closeIdle()
}

// closeIfRetired ends a call.
func (g *Gateway) closeIfRetired() {
	if g.retired.Load() {
		g.closeIdle()
	}
}

func (g *Gateway) closeIdle() {
	if g.proxy != nil { // it was provisioned
		gatewayproxy.CloseIdle(g.proxy.Transport)
	}
}
