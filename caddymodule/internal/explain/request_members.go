package explain

import (
	"regexp"
	"slices"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// memberFacts are what can be wrong with a message that is signed well.
var memberFacts = []fact{
	{holds: anyRefusal("not a member of this interface"), causeText: causeText{
		name:     "not_a_cancel",
		happened: "A message of another kind was sent as a cancel: a payment, a link of a payer, a reply or a notification.",
		advice:   "Tell the merchant: a cancel has merid and orderid (or queryid), and neither code, backurl, resultcode nor respcode. Else somebody sends what a payer's browser was given.",
	}},
	{holds: is(func(e *evidence) bool {
		return e.refuses("txnamt", "not a whole") && yuanAmount.MatchString(e.amount())
	}), causeText: causeText{
		name:     "amount_in_yuan",
		happened: "Txnamt is written in yuan; v1 counts fen.",
		advice:   "Tell the merchant: multiply by 100 and send a whole number, 1999 for 19.99 yuan.",
	}},
	{holds: is(func(e *evidence) bool { return e.refuses("txnamt", "zero") }), causeText: causeText{
		name:     "amount_zero",
		happened: "Txnamt is zero.",
		advice:   "Tell the merchant: an order has at least one fen. Perhaps its program rounds yuan to whole numbers before it multiplies.",
	}},
	{holds: refusal("txnamt", ""), causeText: causeText{
		name:     "amount_malformed",
		happened: "Txnamt is no whole number of fen.",
		advice:   "Tell the merchant: send the amount in fen, digits only, without a sign, separators or an exponent.",
	}},
	{holds: is(func(e *evidence) bool { return e.refuses("action", "not supported") && e.actionInOtherCase() }), causeText: causeText{
		name:     "action_case",
		happened: "Action is one that exists, in other letters.",
		advice:   "Tell the merchant: write the action exactly as in the specification, WxSao for example.",
	}},
	{holds: refusal("action", "not WxJsApi"), causeText: causeText{
		name:     "action_not_of_page",
		happened: "The link orders and pays in one step, in the WeChat browser, which is WxJsApi alone; it names another action.",
		advice:   "Tell the merchant: leave action out of this link or write WxJsApi; other actions are POSTed to " + inbound.PayPath + ".",
	}},
	{holds: refusal("action", ""), causeText: causeText{
		name:     "action_unsupported",
		happened: "Action is missing, or not one that the bridge serves.",
		advice:   "Compare it with the list of actions in docs/merchants.md. Cashier pages and payouts are out of scope.",
	}},
	{holds: refusal("orderid", "missing"), causeText: causeText{
		name:     "orderid_missing",
		happened: "The message names no order.",
		advice:   "Tell the merchant: send orderid; a query or cancel may send queryid in its place.",
	}},
	{holds: refusal("orderid", "begins with"), causeText: causeText{
		name:     "orderid_reserved",
		happened: "The order number begins with " + translate.TryPrefix + ", which marks what operators try the bridge with.",
		advice:   "Tell the merchant: begin order numbers with anything else.",
	}},
	{holds: refusal("orderid", ""), causeText: causeText{
		name:     "orderid_malformed",
		happened: "The order number cannot be used: it has 8 to 32 letters and digits.",
		advice:   "Tell the merchant: make order numbers of 8 to 32 letters and digits, without signs such as - and _.",
	}},
	{holds: refusal("backurl", "missing"), causeText: causeText{
		name:     "backurl_missing",
		happened: "The message has no backurl, so the merchant could not be told of the payment.",
		advice:   "Tell the merchant: send backurl, the address that takes notifications.",
	}},
	{holds: refusal("backurl", ""), causeText: causeText{
		name:     "backurl_malformed",
		happened: "Backurl is no address that could be called.",
		advice:   "Tell the merchant: send an absolute address, https://... or http://..., without user and password in it, at most 512 characters.",
	}},
	{holds: refusal("fronturl", ""), causeText: causeText{
		name:     "fronturl_malformed",
		happened: "Fronturl is no address that a browser could return to.",
		advice:   "Tell the merchant: send an absolute address, https://... or http://..., or leave fronturl out.",
	}},
	{holds: refusal("code", "missing"), causeText: causeText{
		name:     "code_missing",
		happened: "The message has no code, which this request needs.",
		advice:   "Tell the merchant: with the actions *Code, code is what was scanned; for gopay.html it is the formaction of the reply.",
	}},
	{holds: refusal("ip", ""), causeText: causeText{
		name:     "ip_malformed",
		happened: "Ip is missing or no address; this action needs the address of the payer's phone.",
		advice:   "Tell the merchant: with WxH5 send ip, the address that the payer's phone has on the internet.",
	}},
	{holds: refusal("code", ""), causeText: causeText{
		name:     "code_malformed",
		happened: "Code is no text, too long, or has control characters in it.",
		advice:   "Tell the merchant: with the actions *Code, send what was scanned; for gopay.html the formaction of the reply.",
	}},
	{holds: refusal("openid", ""), causeText: causeText{
		name:     "openid_malformed",
		happened: "Openid is no text, too long, or has control characters in it.",
		advice:   "Tell the merchant: with WxJsApi send the openid as it was received, or leave it out.",
	}},
	{holds: refusal("queryid", ""), causeText: causeText{
		name:     "queryid_malformed",
		happened: "Queryid is no text, too long, or has characters in it that cannot be printed.",
		advice:   "Tell the merchant: send queryid as the reply had it, or leave it out and send orderid.",
	}},
}

// memberRefused is the cause of every refusal without a row of its own.
var memberRefused = causeText{
	name:     "member_refused",
	happened: "The signature is right, and a member is missing or malformed.",
	advice:   "Tell the merchant which member it is; the specification says what it may hold.",
}

// refusal makes the test of a fact that the bridge's own refusal tells: its
// field, and how its reason begins.
func refusal(field, reason string) func(*evidence) (bilingual.Said, bool) {
	return func(e *evidence) (bilingual.Said, bool) {
		if !e.refuses(field, reason) || e.refusal.Reason == givenTwice || e.refusal.Reason == notUTF8 {
			return bilingual.Said{}, false
		}
		return say("The bridge says: %s.", Refusal(e.refusal)), true
	}
}

// anyRefusal is as refusal, whichever member it is.
func anyRefusal(reason string) func(*evidence) (bilingual.Said, bool) {
	return func(e *evidence) (bilingual.Said, bool) {
		if e.refusal == nil || e.refusal.Reason != reason {
			return bilingual.Said{}, false
		}
		return say("The bridge says: %s.", Refusal(e.refusal)), true
	}
}

func (e *evidence) refuses(field, reason string) bool {
	return e.refusal != nil && e.refusal.Field == field && strings.HasPrefix(e.refusal.Reason, reason)
}

var yuanAmount = regexp.MustCompile(`^[0-9]+\.[0-9]{1,2}$`)

// amount is txnamt as it is written.
func (e *evidence) amount() string { return e.member("txnamt").String() }

func (e *evidence) actionInOtherCase() bool {
	action := strings.TrimSpace(e.member("action").String())
	return slices.ContainsFunc(v1.Actions(), func(a v1.Action) bool { return strings.EqualFold(string(a), action) })
}
