// Package netcause says in a few fixed words why an HTTP call failed.
//
// Errors of the network are made of what strangers say: an address may hold a
// token, a broken answer a card number. What is kept of a failed call and shown to
// operators is therefore put together here, from words of a closed set and from a
// subject that is checked and short: a host, an address, a date.
package netcause

import (
	"errors"
	"strings"
	"unicode"
)

// Words name a cause. They are stored and shown, and the console translates them;
// the set is closed.
type Words string

// The causes.
const (
	NoSuchHost    Words = "no such host"
	NameService   Words = "the name service failed"
	LookupTimeout Words = "timed out while looking up the name"

	ConnectRefused Words = "connection refused"
	Unreachable    Words = "no route to it"
	ConnectFailed  Words = "connecting failed"
	ConnectTimeout Words = "timed out while connecting"
	NoUpstream     Words = "every upstream is marked as down"

	CertificateExpired Words = "TLS: certificate expired"
	CertificateEarly   Words = "TLS: certificate not valid yet"
	UnknownAuthority   Words = "TLS: certificate of an unknown authority"
	WrongName          Words = "TLS: certificate for another name"
	CertificateBad     Words = "TLS: certificate not accepted"
	NotTLS             Words = "TLS: the other side does not speak it"
	OldTLS             Words = "TLS: the other side has no version that is allowed"
	TLSRefused         Words = "TLS: refused by the other side"
	TLSClosed          Words = "TLS: connection closed during the handshake"
	TLSFailed          Words = "TLS: handshake failed"
	TLSTimeout         Words = "timed out during the TLS handshake"

	NotPublic   Words = "blocked: not public, allow_callbacks would open it"
	NeverCalled Words = "blocked: never called, whatever is configured"
	OddAddress  Words = "blocked: a number written as a name"
	HTTPSOnly   Words = "blocked: plain http, and callback_https_only is set"
	NoAddress   Words = "not an address that can be called"

	SendTimeout   Words = "timed out while sending"
	AnswerTimeout Words = "timed out while waiting for the answer"
	ReadTimeout   Words = "timed out while reading the answer"
	Closed        Words = "connection closed before the answer was whole"
	Reset         Words = "connection reset"
	NotHTTP       Words = "the answer is not HTTP"
	TooLong       Words = "answer too long"
	Redirected    Words = "redirect not followed"
	Status        Words = "HTTP status"

	Stopped Words = "the bridge was stopped"
	Bug     Words = "a bug of the bridge, see its log"
	Other   Words = "the call failed"
)

// All lists every cause.
func All() []Words {
	return []Words{
		NoSuchHost, NameService, LookupTimeout,
		ConnectRefused, Unreachable, ConnectFailed, ConnectTimeout, NoUpstream,
		CertificateExpired, CertificateEarly, UnknownAuthority, WrongName, CertificateBad,
		NotTLS, OldTLS, TLSRefused, TLSClosed, TLSFailed, TLSTimeout,
		NotPublic, NeverCalled, OddAddress, HTTPSOnly, NoAddress,
		SendTimeout, AnswerTimeout, ReadTimeout, Closed, Reset, NotHTTP, TooLong, Redirected, Status,
		Stopped, Bug, Other,
	}
}

// Cause is why a call failed. The zero Cause is none.
type Cause struct {
	Words   Words
	Subject string // what the words are about; may be empty
}

// separator stands between words and subject. No words have it in them.
const separator = " – "

// maxSubject bounds a subject, in characters.
const maxSubject = 120

// New makes a cause. Of the subject, the characters that can be seen are kept.
func New(words Words, subject string) Cause { return Cause{words, plain(subject)} }

// String is the cause as it is stored and shown.
func (c Cause) String() string {
	if c.Subject == "" {
		return string(c.Words)
	}
	return string(c.Words) + separator + c.Subject
}

// Parse reads what [Cause.String] wrote.
func Parse(text string) Cause {
	words, subject, _ := strings.Cut(text, separator)
	return Cause{Words(words), subject}
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
