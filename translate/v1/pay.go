package v1

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// PayRequest is a request to pay (v1 §3.1). ParsePay has checked it; which of
// the optional members an action needs is the business of package translate.
type PayRequest struct {
	// Action is one of Actions.
	Action Action
	// TxnAmt is the amount in fen, 1 to MaxTxnAmt.
	TxnAmt int64
	// MerID is the merchant, up to MaxMerID letters and digits.
	MerID string
	// OrderID is the merchant's number, MinOrderID to MaxOrderID letters and
	// digits, unique for the merchant.
	OrderID string
	// Code is what the merchant scanned, for the *Code actions; "" for others.
	Code string
	// OpenID is the payer at WeChat, for WxJsApi, or ""; "" for others.
	OpenID string
	// IP is the payer's address as the merchant saw it, unchecked, or "".
	IP string
	// PayWay is the channel a merchant with several asks for, or "".
	PayWay string
	// BackURL receives the notification: absolute, http or https.
	BackURL string
	// FrontURL is where the payer's browser returns to: as BackURL, or "".
	FrontURL string
}

// ParsePay reads the JSON of a pay request, an opened one. It takes the dialects
// seen in the field: amounts as text, integer or double, optional members as "",
// null or not at all, numbers for text, unknown members. What is wrong with an
// optional member counts only where the action uses it; elsewhere the member is taken
// for absent, and a code or an openid is absent there whatever it is. Refusals are an
// *Error with CodeUnsupported for an action that does not exist here, CodeAmount for
// txnamt and CodeBadRequest for anything else.
func ParsePay(json []byte) (PayRequest, error) {
	return parsePay(json, member{required: true, rule: knownAction})
}

// ParsePagePay reads the JSON of a pay request that came to wxjspaygateway, an
// opened one. It is as [ParsePay], but the one action there is WxJsApi, which
// need not be named.
func ParsePagePay(json []byte) (PayRequest, error) {
	return parsePay(json, member{rule: pageAction})
}

// parsePay reads a pay request; action says what is asked of that member.
func parsePay(json []byte, action member) (PayRequest, error) {
	var r PayRequest
	action.name, action.text, action.max, action.code = "action", (*string)(&r.Action), 32, CodeUnsupported
	err := readMembers("req", json, []member{
		merIDMember(&r.MerID),
		action,
		{name: "txnamt", fen: &r.TxnAmt},
		orderIDMember(&r.OrderID),
		{name: "code", text: &r.Code, max: 128, unused: r.hasNoUse},
		{name: "openid", text: &r.OpenID, max: 128, unused: r.hasNoUse},
		{name: "ip", text: &r.IP, max: 64, unused: r.hasNoUse},
		{name: "payway", text: &r.PayWay, max: 32, unused: r.hasNoUse},
		{name: "backurl", text: &r.BackURL, required: true, max: MaxURL, rule: webURL},
		{name: "fronturl", text: &r.FrontURL, max: MaxURL, rule: webURL, unused: r.hasNoUse},
	})
	if err != nil {
		return PayRequest{}, err
	}
	r.Action = cmp.Or(r.Action, WxJsApi)
	r.dropPayer()
	return r, nil
}

// dropPayer takes out what names no payer: an openid that is a placeholder, and a code or
// an openid that the action has no use for. Both are in the fingerprint, and a repeat that
// differs in nothing that is used is the same order.
func (r *PayRequest) dropPayer() {
	if isPlaceholder(r.OpenID) || r.hasNoUse("openid") {
		r.OpenID = ""
	}
	if r.hasNoUse("code") {
		r.Code = ""
	}
}

// isPlaceholder reports whether an openid is one that merchants' programs have left
// in (seen in the field).
func isPlaceholder(openID string) bool { return strings.EqualFold(openID, "openid") }

// hasNoUse reports whether the request's action has no use for an optional member. It
// is good once the action has been read.
func (r *PayRequest) hasNoUse(member string) bool {
	return !slices.Contains(uses[cmp.Or(r.Action, WxJsApi)], member)
}

// fingerprintVersion keeps fingerprints of other encodings apart.
const fingerprintVersion = "paybridge v1 pay request 1"

// Fingerprint is a SHA-256 over the contents of an order: merchant, order
// number, action, amount, the payer (code, openid, of an action that uses them) and
// backurl, each with its length in front. The same order in another dialect, member
// order or form of req has the same fingerprint. What may change between two tries of
// one order is left out: ip (a phone changes networks), payway and fronturl (session
// numbers) alter neither who pays whom and how much, nor who hears of it.
func (r PayRequest) Fingerprint() [sha256.Size]byte {
	var amount [8]byte
	binary.BigEndian.PutUint64(amount[:], uint64(r.TxnAmt)) //nolint:gosec // parsed amounts are positive
	var b []byte
	for _, part := range [...]string{
		fingerprintVersion,
		r.MerID, r.OrderID, string(r.Action), string(amount[:]), r.Code, r.OpenID, r.BackURL,
	} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part))) //nolint:gosec // parts are bounded by MaxReq
		b = append(b, part...)
	}
	return sha256.Sum256(b)
}
