// Package v1 is the old wire: what merchants have always sent to the gateway
// and what they have always been answered.
//
// A request is a form of two parameters. req is the base64 text of a flat JSON
// object, sign the md5 of that text with the merchant's key behind it. A reply
// is the JSON object {"resp","sign"} made in the same way; a notification is
// the same pair as a form.
//
//	form → ParseForm → Open → ParsePay, ParseOrderRef or ParseGoPay
//	PayReply, QueryReply or CancelReply → JSON → SealReply
//	Notification → JSON → SealForm
//
// The specification ("v1 §3.1" and so on in the comments) says less than
// merchants' programs do. "Seen in the field" marks what live integrations
// send or need beyond it; those dialects are the reason for most of the
// tolerance here. What decides about money is not tolerated in any other
// spelling: amounts are exact, order numbers and URLs are checked, members
// given twice are refused.
//
// Every refusal is an [*Error]. Its Code is the answer for the merchant, its text is
// for the operator's log. The package is pure: it keeps no
// state, reads no clock and starts nothing, and all of it may be used from
// several goroutines at once.
package v1
