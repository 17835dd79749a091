package caddymodule

import (
	"slices"
	"strconv"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
)

// circles finds that the old gateway has the name of a site: where that name leads to the
// bridge, as it does from the day on which DNS changes, each request comes back for ever.
func (a *App) circles(names, listen []string) []configcheck.Finding {
	told := slices.ContainsFunc(a.doubts, func(f configcheck.Finding) bool { return f.Directive == "old_gateway" })
	if a.OldGateway == nil || told {
		return nil
	}
	site := configcheck.Site{Names: names, Listens: func(port string) bool { return listensOn(listen, port) }}
	return configcheck.OldGatewayIsSite(a.OldGateway.URL, a.Source.At("old_gateway"), site)
}

// hostsOf are the hosts that a route takes requests for, nil for any.
func hostsOf(route caddyhttp.Route) (names []string) {
	for _, set := range route.MatcherSets {
		for _, matcher := range set {
			if hosts, ok := matcher.(*caddyhttp.MatchHost); ok {
				names = append(names, *hosts...)
			}
		}
	}
	return names
}

// listensOn reports whether a port is among the addresses of a server.
func listensOn(listen []string, port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(listen, func(text string) bool {
		address, err := caddy.ParseNetworkAddress(text)
		return err == nil && uint64(address.StartPort) <= n && n <= uint64(address.EndPort)
	})
}
