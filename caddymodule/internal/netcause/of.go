package netcause

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// Of says what an error of the call that t followed means. host is what was called,
// with or without a port.
func (t *Trace) Of(err error, host string) Cause {
	var own Error
	if errors.As(err, &own) {
		return own.Cause()
	}
	err = t.whole(err)
	switch {
	case errors.Is(err, context.Canceled):
		return New(t.cancelled(), "")
	case timedOut(err):
		return New(timeouts[t.stage()], host)
	}
	for _, read := range []func(error) (Cause, bool){ofName, ofCertificate, ofHandshake, ofDial} {
		if c, known := read(err); known {
			return c
		}
	}
	if t.stage() == shakingHands {
		return ofBrokenHandshake(err, host)
	}
	return ofAnswer(err, host)
}

// cancelled is the cause of a call that was given up.
func (t *Trace) cancelled() Kind {
	if t.ForClient {
		return HungUp
	}
	return Stopped
}

func timedOut(err error) bool {
	var network net.Error
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return false // a name service that does not answer is no merchant's fault
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &network) && network.Timeout()
}

// ofName reads errors of the name service.
func ofName(err error) (Cause, bool) {
	var dns *net.DNSError
	switch {
	case !errors.As(err, &dns):
		return Cause{}, false
	case dns.IsNotFound:
		return New(NoSuchHost, dns.Name), true
	case dns.IsTimeout:
		return New(LookupTimeout, dns.Name), true
	}
	return New(NameService, dns.Name), true
}

// ofCertificate reads what the check of a certificate found.
func ofCertificate(err error) (Cause, bool) {
	var invalid x509.CertificateInvalidError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return validity(invalid), true
	case errors.As(err, &authority):
		return New(UnknownAuthority, issuer(authority.Cert)), true
	case errors.As(err, &name):
		return New(WrongName, namesOf(name.Certificate)), true
	case errors.As(err, new(*tls.CertificateVerificationError)), errors.As(err, &invalid):
		return New(CertificateBad, ""), true
	}
	return Cause{}, false
}

// validity says whether a certificate has expired or is not valid yet. The library
// has one error for both; its text tells them apart.
func validity(invalid x509.CertificateInvalidError) Cause {
	if strings.Contains(invalid.Detail, "is before") {
		return New(CertificateEarly, "from "+invalid.Cert.NotBefore.UTC().Format("2006-01-02"))
	}
	return New(CertificateExpired, "on "+invalid.Cert.NotAfter.UTC().Format("2006-01-02"))
}

// issuer names who signed a certificate.
func issuer(c *x509.Certificate) string {
	switch {
	case c == nil:
		return ""
	case c.Issuer.String() == c.Subject.String():
		return "signed by itself"
	case c.Issuer.CommonName != "":
		return c.Issuer.CommonName
	}
	return strings.Join(c.Issuer.Organization, ", ")
}

// namesOf lists the first names that a certificate is for.
func namesOf(c *x509.Certificate) string {
	const most = 3
	if c == nil || len(c.DNSNames) == 0 {
		return ""
	}
	names := strings.Join(c.DNSNames[:min(most, len(c.DNSNames))], ", ")
	if len(c.DNSNames) > most {
		names += ", …"
	}
	return names
}

// ofHandshake reads errors that only TLS has.
func ofHandshake(err error) (Cause, bool) {
	var remote *net.OpError
	text := err.Error() // only known texts are believed
	switch {
	case errors.As(err, new(tls.RecordHeaderError)), strings.Contains(text, "HTTP response to HTTPS client"):
		return New(NotTLS, ""), true
	case strings.Contains(text, "unsupported protocol version"), strings.Contains(text, "protocol version not supported"):
		return New(OldTLS, ""), true
	case errors.As(err, &remote) && remote.Op == "remote error": // its cause is one of some dozens of alerts
		return New(TLSRefused, strings.TrimPrefix(remote.Err.Error(), "tls: ")), true
	}
	return Cause{}, false
}

// ofDial reads errors of connecting.
func ofDial(err error) (Cause, bool) {
	var dial *net.OpError
	if !errors.As(err, &dial) || dial.Op != "dial" {
		return Cause{}, false
	}
	words := ConnectFailed
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		words = ConnectRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		words = Unreachable
	}
	if dial.Addr == nil {
		return New(words, ""), true
	}
	return New(words, dial.Addr.String()), true
}

func ofBrokenHandshake(err error, host string) Cause {
	if broke(err) {
		return New(TLSClosed, host)
	}
	return New(TLSFailed, host)
}

// ofAnswer reads errors of a call on a connection.
func ofAnswer(err error, host string) Cause {
	text := err.Error() // only known texts are believed
	switch {
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return New(Reset, host)
	case broke(err), strings.Contains(text, "server closed idle connection"):
		return New(Closed, host)
	case strings.Contains(text, "no upstreams available"):
		return New(NoUpstream, host)
	case strings.Contains(text, "response headers exceeded"):
		return New(TooLong, "its headers")
	case strings.Contains(text, "malformed"), strings.Contains(text, "invalid byte in chunk length"):
		return New(NotHTTP, host)
	}
	return New(Other, host)
}

func broke(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed)
}
