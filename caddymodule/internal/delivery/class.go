package delivery

import (
	"slices"

	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Class says what came of an attempt. Its text is stored, logged and a label of
// metrics; the set is closed.
type Class string

// The classes. After all but OK and Withheld, the schedule goes on.
const (
	// OK: the merchant acknowledged.
	OK Class = "ok"
	// AlreadyCredited: the merchant answered P1. By the rule that is no
	// acknowledgement and the schedule goes on, but it ends without an alarm.
	AlreadyCredited Class = "already_credited"
	// Refused: an answer of status 2xx that is neither of the two.
	Refused Class = "refused"
	// Empty: an answer of status 2xx with nothing in it.
	Empty Class = "empty"
	// TooLarge: an answer longer than 64 KiB.
	TooLarge Class = "too_large"
	// Redirect: a status 3xx, which is not followed.
	Redirect Class = "redirect"
	// HTTPStatus: another status outside 2xx.
	HTTPStatus Class = "http_status"
	// Broken: an answer that is not HTTP or ended too early.
	Broken Class = "broken"
	// Timeout: no whole answer in time.
	Timeout Class = "timeout"
	// Connect: the name was not found or the connection not made.
	Connect Class = "connect"
	// TLS: the handshake failed or the certificate is not trusted.
	TLS Class = "tls"
	// Blocked: the address is not public and not allowed.
	Blocked Class = "blocked"
	// PlainHTTP: an http URL of a merchant for whom only https is allowed.
	PlainHTTP Class = "plain_http"
	// BadURL: the URL cannot be called.
	BadURL Class = "bad_url"
	// Interrupted: the bridge was stopped during the call. The merchant may
	// have got the notification.
	Interrupted Class = "interrupted"
	// Internal: a bug of the bridge.
	Internal Class = "internal"
	// Withheld: no call was made because the merchant is not to be told any more that the
	// order is paid; see [ledger.Order.Notify].
	Withheld Class = "withheld"
	// Unrecorded: the call was begun by hand after the merchant had acknowledged, and
	// what came of it is not, or not yet, on record.
	Unrecorded Class = ledger.Unrecorded
	// UnknownMerchant: no call was made because no such merchant is
	// configured. It is observed but not recorded as an attempt.
	UnknownMerchant Class = "unknown_merchant"
)

// classRow says how the log line of a class reads. answered is what the merchant's
// program itself has answered: not a page of errors, which may be of a server in
// front of it.
type classRow struct {
	class    Class
	level    zapcore.Level
	message  string
	answered bool
}

var classes = []classRow{
	{OK, zapcore.DebugLevel, "merchant acknowledged the notification", true},
	{AlreadyCredited, zapcore.InfoLevel, "merchant says that the order was credited already, without acknowledging", true},
	{Refused, zapcore.InfoLevel, "merchant did not acknowledge the notification", true},
	{Empty, zapcore.InfoLevel, "merchant answered nothing to the notification", true},
	{TooLarge, zapcore.InfoLevel, "merchant's answer to the notification is too long", true},
	{Redirect, zapcore.InfoLevel, "merchant redirects the notification", false},
	{HTTPStatus, zapcore.InfoLevel, "merchant answered the notification with an error status", false},
	{Broken, zapcore.InfoLevel, "merchant's answer to the notification cannot be read", false},
	{Timeout, zapcore.InfoLevel, "merchant did not answer the notification in time", false},
	{Connect, zapcore.InfoLevel, "merchant cannot be reached", false},
	{TLS, zapcore.InfoLevel, "merchant's TLS is not accepted", false},
	{Blocked, zapcore.WarnLevel, "notification address is not allowed", false},
	{PlainHTTP, zapcore.WarnLevel, "notification address is plain http, which is not allowed", false},
	{BadURL, zapcore.WarnLevel, "notification address cannot be called", false},
	{Interrupted, zapcore.InfoLevel, "notification was interrupted by the stop of the bridge", false},
	{Internal, zapcore.ErrorLevel, "notifying failed for a bug", false},
	{Withheld, zapcore.WarnLevel, "notification is withheld: its merchant was told that the payment was given back", false},
	{Unrecorded, zapcore.WarnLevel, "what came of the call is not on record", false},
	{UnknownMerchant, zapcore.WarnLevel, "notifications wait: the merchant is not configured", false},
}

// Classes lists every class.
func Classes() []Class {
	list := make([]Class, len(classes))
	for i, row := range classes {
		list[i] = row.class
	}
	return list
}

// answered reports whether an attempt of this class brought an answer of the
// merchant's own program. Of a class that is not known, which an older program may
// have stored, it says no.
func (c Class) answered() bool {
	return slices.ContainsFunc(classes, func(r classRow) bool { return r.class == c && r.answered })
}

// row returns the row of c, which must be one of the constants.
func (c Class) row() classRow {
	return classes[slices.IndexFunc(classes, func(r classRow) bool { return r.class == c })]
}
