package pages

import (
	"net/url"
	"strings"
)

// linkLimit is the longest address that is put into a page, in bytes. It keeps
// pages small; browsers and WeChat take at least as much.
const linkLimit = 4096

// link returns address if a browser may be sent there: http or https with a host
// and without a user, or relative to this host. Otherwise it returns "", and
// pages leave the link out. Who sets an address has checked it; this is the
// second lock.
func link(address string) string {
	if len(address) > linkLimit || strings.ContainsFunc(address, unfit) {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Opaque != "" {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Hostname() == "" {
			return ""
		}
	case "":
		// "//host" and "///host" leave this host, too.
		if strings.HasPrefix(address, "//") {
			return ""
		}
	default:
		return ""
	}
	return address
}

// schemeOf returns "http" or "https" for an absolute address that may be
// followed, else "".
func schemeOf(address string) string {
	u, err := url.Parse(link(address))
	if err != nil {
		return ""
	}
	return u.Scheme
}

// unfit reports whether a character has no place in an address: browsers drop
// blanks and controls, and take a backslash for a slash, so that the address
// which they follow is not the one that was checked.
func unfit(c rune) bool {
	return c <= ' ' || c == '\\' || c >= 0x7f && c <= 0xa0 || c == '\u2028' || c == '\u2029' || c == '\ufeff'
}
