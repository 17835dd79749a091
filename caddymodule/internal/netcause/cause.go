// Package netcause says in a few fixed words why an HTTP call failed.
//
// Errors of the network are made of what other parties write: an address may hold a
// token, a broken answer a card number. What is kept of a failed call and shown to
// operators is therefore put together here, from words of a closed set and from a
// subject that is checked and short: a host, an address, a date.
package netcause

import (
	"errors"
	"strings"
	"unicode"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// Kind is a kind of cause. Its text is stored, and [Cause.Said] is what is shown of it; the
// set is closed.
type Kind string

// The causes.
const (
	NoSuchHost    Kind = "no such host"
	NameService   Kind = "the name service failed"
	LookupTimeout Kind = "timed out while looking up the name"

	ConnectRefused Kind = "connection refused"
	Unreachable    Kind = "no route to it"
	ConnectFailed  Kind = "connecting failed"
	ConnectTimeout Kind = "timed out while connecting"
	NoUpstream     Kind = "every upstream is marked as down"

	CertificateExpired Kind = "TLS: certificate expired"
	CertificateEarly   Kind = "TLS: certificate not valid yet"
	UnknownAuthority   Kind = "TLS: certificate of an unknown authority"
	WrongName          Kind = "TLS: certificate for another name"
	CertificateBad     Kind = "TLS: certificate not accepted"
	NotTLS             Kind = "TLS: the other side does not speak it"
	OldTLS             Kind = "TLS: the other side has no version that is allowed"
	TLSRefused         Kind = "TLS: refused by the other side"
	TLSClosed          Kind = "TLS: connection closed during the handshake"
	TLSFailed          Kind = "TLS: handshake failed"
	TLSTimeout         Kind = "timed out during the TLS handshake"

	NotPublic   Kind = "blocked: not public, allow_callbacks would open it"
	NeverCalled Kind = "blocked: never called, whatever is configured"
	OddAddress  Kind = "blocked: a number written as a name"
	HTTPSOnly   Kind = "blocked: plain http, and callback_https_only is set"
	NoAddress   Kind = "not an address that can be called"

	SendTimeout   Kind = "timed out while sending"
	AnswerTimeout Kind = "timed out while waiting for the answer"
	ReadTimeout   Kind = "timed out while reading the answer"
	Closed        Kind = "connection closed before the answer was whole"
	Reset         Kind = "connection reset"
	NotHTTP       Kind = "the answer is not HTTP"
	TooLong       Kind = "answer too long"
	Redirected    Kind = "redirect not followed"
	Status        Kind = "HTTP status"

	Stopped Kind = "the bridge was stopped"
	HungUp  Kind = "whoever asked has hung up"
	Bug     Kind = "a bug of the bridge, see its log"
	Other   Kind = "the call failed"
)

// All lists every cause.
func All() []Kind {
	return []Kind{
		NoSuchHost, NameService, LookupTimeout,
		ConnectRefused, Unreachable, ConnectFailed, ConnectTimeout, NoUpstream,
		CertificateExpired, CertificateEarly, UnknownAuthority, WrongName, CertificateBad,
		NotTLS, OldTLS, TLSRefused, TLSClosed, TLSFailed, TLSTimeout,
		NotPublic, NeverCalled, OddAddress, HTTPSOnly, NoAddress,
		SendTimeout, AnswerTimeout, ReadTimeout, Closed, Reset, NotHTTP, TooLong, Redirected, Status,
		Stopped, HungUp, Bug, Other,
	}
}

// Cause is why a call failed. The zero Cause is none.
type Cause struct {
	Kind    Kind
	Subject string // what the kind is about, such as a host; may be empty
}

// separator stands between kind and subject. No kind has it in its text.
const separator = " – "

// maxSubject bounds a subject, in characters.
const maxSubject = 120

// New makes a cause. It keeps the printable characters of the subject.
func New(kind Kind, subject string) Cause { return Cause{kind, plain(subject)} }

// String is the cause as it is stored and shown.
func (c Cause) String() string {
	if c.Subject == "" {
		return string(c.Kind)
	}
	return string(c.Kind) + separator + c.Subject
}

// Parse reads what [Cause.String] wrote.
func Parse(text string) Cause {
	kind, subject, _ := strings.Cut(text, separator)
	return Cause{Kind(kind), subject}
}

// Error is an error that knows its cause by itself.
type Error interface {
	error
	Cause() Cause
}

// TextOf is the cause of an error that knows it, and otherwise the error's own text.
func TextOf(err error) string {
	var own Error
	if errors.As(err, &own) {
		return own.Cause().String()
	}
	return err.Error()
}

// callError is an error whose text is its cause.
type callError struct {
	cause Cause
	error // as it came
}

// Wrap makes an error whose text is its cause, for callers who look at what lies
// beneath and show no more than the cause.
func Wrap(err error, cause Cause) error { return &callError{cause, err} }

// Error implements error.
func (e *callError) Error() string { return e.cause.String() }

// Unwrap returns the error as it came.
func (e *callError) Unwrap() error { return e.error }

// Cause implements [Error].
func (e *callError) Cause() Cause { return e.cause }

// Said is the error in either language.
func (e *callError) Said() bilingual.Said { return e.cause.Said() }

// plain returns the first maxSubject characters of a text that can be seen.
func plain(text string) string {
	var b strings.Builder
	left := maxSubject
	for _, r := range text {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			continue
		}
		if left--; left < 0 {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}
