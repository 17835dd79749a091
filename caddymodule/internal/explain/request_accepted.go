package explain

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// acceptedFacts are what is unusual in a request whose signature is right. The
// bridge bears with it, as live merchants do it.
var acceptedFacts = []fact{
	{holds: repaired(v1.BlanksForPlus), causeText: causeText{
		name:     "blanks_for_plus",
		happened: `The "+" of the base64 text arrive as blanks: req is not percent-encoded. The bridge puts them back.`,
		advice:   "Nothing need be done. The merchant could percent-encode req, so that + is sent as %2B.",
	}},
	{holds: repaired(v1.PercentEncoded), causeText: causeText{
		name:     "percent_encoded_twice",
		happened: "Req is percent-encoded once more than the form asks for. The bridge undoes it.",
		advice:   "Nothing need be done. The merchant could leave the encoding to its HTTP library alone.",
	}},
	{holds: repaired(v1.LineBreaks), causeText: causeText{
		name:     "line_breaks",
		happened: "Req has line breaks in it that are not signed. The bridge takes them out.",
		advice:   "Nothing need be done. The merchant could use base64 without line breaks.",
	}},
	{holds: repaired(v1.BlanksAround), causeText: causeText{
		name:     "blanks_around",
		happened: "Req has blanks or line ends around it that are not signed. The bridge takes them away.",
		advice:   "Nothing need be done. The merchant could send req without them.",
	}},
	{holds: verified(func(e *evidence) bool { return strings.ToLower(e.form.Sign) != e.form.Sign }), causeText: causeText{
		name:     "upper_case_sign",
		happened: "Sign has upper-case letters. The bridge takes both.",
		advice:   "Nothing need be done.",
	}},
	{holds: verified(func(e *evidence) bool { return e.opened.Previous }), causeText: causeText{
		name:     "previous_key_used",
		happened: "It is signed with the merchant's previous key, which is still accepted.",
		advice:   "Tell the merchant to use the new key before the day of previous_sign_key is over.",
	}},
	{holds: verified(func(e *evidence) bool { return len(e.text)%4 != 0 }), causeText: causeText{
		name:     "padding_missing",
		happened: `The base64 text comes without the "=" at its end. The bridge reads it.`,
		advice:   "Nothing need be done.",
	}},
	{holds: verified(func(e *evidence) bool { return bytes.HasPrefix(e.raw, utf8BOM) }), causeText: causeText{
		name:     "byte_order_mark",
		happened: "The JSON begins with a byte order mark. The bridge skips it.",
		advice:   "Nothing need be done.",
	}},
	{holds: verified(func(e *evidence) bool { return e.foreign() && likeGBK(e.raw) }), causeText: causeText{
		name:     "gbk",
		happened: "The JSON is not UTF-8; by its bytes it is GBK or GB 18030. The bridge reads it: what it uses of a message is ASCII.",
		advice:   `Nothing need be done. The merchant could take the bytes of the JSON in UTF-8 (in Java getBytes("UTF-8")).`,
	}},
	{holds: verified(func(e *evidence) bool { return e.foreign() && !likeGBK(e.raw) }), causeText: causeText{
		name:     "foreign_bytes",
		happened: "The JSON is not UTF-8, and not GBK either. The bridge passes over the bytes that are no text: what it uses of a message is ASCII.",
		advice:   "Nothing need be done. The merchant could take the bytes of the JSON in UTF-8.",
	}},
	{holds: decimals, causeText: causeText{
		name:     "amount_with_decimals",
		happened: "Txnamt is written with decimals.",
		advice:   "Make sure that the merchant counts fen: 19.00 is taken as 19 fen, not as 19 yuan.",
	}},
}

// verified makes the test of a fact of requests whose signature is right.
func verified(holds func(*evidence) bool) func(*evidence) (bilingual.Said, bool) {
	return is(func(e *evidence) bool { return !e.opened.Key.IsZero() && holds(e) })
}

// repaired makes the test of a fact that the form of req tells.
func repaired(v v1.Variant) func(*evidence) (bilingual.Said, bool) {
	return verified(func(e *evidence) bool { return e.opened.Variant&v != 0 })
}

// foreign reports whether the message is JSON in another coding than UTF-8.
func (e *evidence) foreign() bool { return !utf8.Valid(e.raw) && looksLikeJSON(e.message) }

// decimals finds an amount that is taken and could be meant in yuan.
func decimals(e *evidence) (bilingual.Said, bool) {
	amount, shown := mayShow("txnamt", e.amount())
	if e.refusal != nil || !shown || !strings.Contains(amount, ".") {
		return bilingual.Said{}, false
	}
	return say("%s counts as %s fen.", amount, strings.TrimRight(strings.TrimRight(amount, "0"), ".")), true
}
