package v1

import (
	"errors"
	"strconv"
	"unicode/utf8"
)

// maxQuote is how many bytes of a member an error shows.
const maxQuote = 40

// Error is a refusal of a v1 message.
type Error struct {
	// Code is the answer for the merchant.
	Code Code
	// Field is the parameter or member at fault: "req", "sign", "txnamt", ...
	Field string
	// Reason is for the operator's log; it never holds a secret, a payer's
	// code or openid, a URL or more than a glimpse of a member.
	Reason string
}

// Error gives field and reason, as in
//
//	txnamt: not a whole number of fen: "1e2"
func (e *Error) Error() string { return e.Field + ": " + e.Reason }

// CodeOf returns the code to answer err with: that of the Error in its chain,
// CodeInternal for any other error, CodeOK for nil.
func CodeOf(err error) Code {
	if err == nil {
		return CodeOK
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

func refuse(code Code, field, reason string) error {
	return &Error{Code: code, Field: field, Reason: reason}
}

// quote shows the beginning of a member that holds nothing confidential.
func quote(s string) string {
	if len(s) <= maxQuote {
		return strconv.Quote(s)
	}
	end := maxQuote
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return strconv.Quote(s[:end]) + "..."
}
