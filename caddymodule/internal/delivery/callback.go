package delivery

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/rawquery"
)

// callURL makes of a merchant's URL one that can be called; a class other than
// OK and a cause say why it cannot. The query string stays as the merchant wrote it, but
// for characters that would break the request. guard refuses more when it is
// dialled; what is refused here needs no name service.
func callURL(given string, plainHTTP bool) (*url.URL, Class, netcause.Cause) {
	u, err := url.Parse(strings.TrimSpace(given))
	switch {
	case err != nil, u.Opaque != "":
		return nil, BadURL, netcause.New(netcause.NoAddress, "it is no URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, BadURL, netcause.New(netcause.NoAddress, "it is neither http nor https")
	case u.Hostname() == "":
		return nil, BadURL, netcause.New(netcause.NoAddress, "it has no host")
	case u.User != nil:
		return nil, BadURL, netcause.New(netcause.NoAddress, "it has a user in it")
	case u.Scheme == "http" && !plainHTTP:
		return nil, PlainHTTP, netcause.New(netcause.HTTPSOnly, u.Host)
	case oddNumber(u.Hostname()):
		return nil, Blocked, netcause.New(netcause.OddAddress, u.Host)
	}
	u.RawQuery = rawquery.Escape(u.RawQuery)
	u.Fragment, u.RawFragment = "", ""
	return u, OK, netcause.Cause{}
}

// oddNumber reports whether a host is an IPv4 address in one of the spellings
// that some resolvers understand and others do not: 2130706433, 0x7f.1,
// 127.0.0.01. Only a name whose last label is a number can be one (WHATWG URL,
// "ends in a number").
func oddNumber(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	host = strings.TrimRight(host, ".")
	return isNumber(host[strings.LastIndexByte(host, '.')+1:])
}

// isNumber reports whether a label is decimal, octal or hexadecimal digits.
func isNumber(label string) bool {
	label = strings.ToLower(label)
	digits := "0123456789"
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		label, digits = hex, "0123456789abcdef"
	}
	return strings.Trim(label, digits) == ""
}
