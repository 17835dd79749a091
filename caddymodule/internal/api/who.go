package api

import (
	"net"
	"net/http"
	"strings"
	"unicode"
)

// OperatorHeader names who makes a change, as the commands and other programs
// say it. Whoever reaches the admin endpoint can write what they like into it,
// hence the address goes beside it.
const OperatorHeader = "Paybridge-Operator"

// What is kept of a name and of a certificate's subject, in characters. With the
// longest address there is room for both in the ledger.
const (
	maxOperator = 32
	maxSubject  = 36
)

// What stands between and in place of the parts of who did something.
const (
	fromWord        = " from "
	certificateWord = ", certificate "
	nobodyNamed     = "somebody"
	localSocket     = "a local socket"
)

// whoIs says who sent a request: the name given, the address it came from and, on
// the remote admin endpoint, the holder of the certificate. It is never empty.
func whoIs(r *http.Request) string {
	name := plain(r.Header.Get(OperatorHeader), maxOperator)
	if name == "" {
		name = nobodyNamed
	}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		name += certificateWord + plain(r.TLS.PeerCertificates[0].Subject.String(), maxSubject)
	}
	return name + fromWord + callerAddress(r)
}

// callerAddress is the address a request came from, without its port.
func callerAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || host == "" {
		return localSocket
	}
	return host
}

// plain returns the first most characters of s that can be seen.
func plain(s string, most int) string {
	var b strings.Builder
	for _, r := range s {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			continue
		}
		if most--; most < 0 {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
