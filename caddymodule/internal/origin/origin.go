// Package origin knows when two addresses lead to the same host and port. Programs that put
// an address together often write the port that its scheme means anyway; browsers do not.
package origin

import (
	"net/netip"
	"net/url"
	"strings"
)

// defaultPorts are those that schemes mean anyway.
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// Port returns the port that an address leads to, also where it does not name one.
func Port(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return defaultPorts[u.Scheme]
}

// Host returns the host of an address, which may have a port, without the port that the
// address's scheme means anyway.
func Host(scheme, host string) string {
	if port, known := defaultPorts[scheme]; known {
		return strings.TrimSuffix(host, ":"+port)
	}
	return host
}

// Spellings returns every way to write the host of an address that leads to the same port:
// as [Host] has it and, where that has no port, with the one that the scheme means.
func Spellings(scheme, host string) []string {
	short := Host(scheme, host)
	port, known := defaultPorts[scheme]
	if !known || hasPort(short) {
		return []string{short}
	}
	return []string{short, short + ":" + port}
}

// Loopback reports whether a host, without a port, is this machine.
func Loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// hasPort reports whether a host has a port; the colons of an IPv6 address are in brackets.
func hasPort(host string) bool {
	return strings.LastIndexByte(host, ':') > strings.LastIndexByte(host, ']')
}
