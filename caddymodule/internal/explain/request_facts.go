package explain

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// textFacts are what can be wrong with how req stands for the message.
var textFacts = []fact{
	{holds: coded(inClear), causeText: causeText{
		name:     "json_in_req",
		happened: "Req is the JSON itself, not its base64 text.",
		advice:   "Tell the merchant: encode the JSON in base64 before it is signed and sent.",
	}},
	{holds: coded(inURLBase64), causeText: causeText{
		name:     "url_safe_base64",
		happened: "Req is base64 in the URL-safe alphabet (- and _ in place of + and /).",
		advice:   "Tell the merchant: use standard base64 (in Java Base64.getEncoder, not getUrlEncoder).",
	}},
	{holds: coded(inBase64Twice), causeText: causeText{
		name:     "base64_twice",
		happened: "Req is base64 of base64: the JSON was encoded twice.",
		advice:   "Tell the merchant: encode the JSON in base64 once.",
	}},
	{holds: coded(inHex), causeText: causeText{
		name:     "hex_in_req",
		happened: "Req is the JSON in hex, not in base64.",
		advice:   "Tell the merchant: encode the JSON in base64.",
	}},
	{holds: is(func(e *evidence) bool { return e.sent.Req != "" && e.coding == inNone && !e.oddBase64() }), causeText: causeText{
		name:     "not_base64",
		happened: "Req has characters that base64 does not know.",
		advice:   "Ask the merchant for the text before it is sent: base64 has letters, digits, +, / and = only.",
	}},
}

// cutFacts are what is left to say of a req that no signature explains.
var cutFacts = []fact{
	{holds: is((*evidence).oddBase64), causeText: causeText{
		name:     "req_cut_off",
		happened: "Req is base64 of a length that no base64 text has: characters are missing.",
		advice:   `Ask the merchant how many characters it sends. Usual reasons: a buffer that is too short, or a "+" that was lost because req was not percent-encoded.`,
	}},
}

// coded makes the test of a fact that the coding tells.
func coded(c coding) func(*evidence) (bilingual.Said, bool) {
	return is(func(e *evidence) bool { return e.sent.Req != "" && e.coding == c })
}

var base64Text = regexp.MustCompile(`^[A-Za-z0-9+/]+=*$`)

// oddBase64 reports whether a text has base64's characters and not its length.
func (e *evidence) oddBase64() bool {
	return e.coding == inNone && base64Text.MatchString(e.text) && len(strings.TrimRight(e.text, "="))%4 == 1
}

// merchantFacts are what can be wrong with whose request it is.
var merchantFacts = []fact{
	{holds: is(func(e *evidence) bool { return e.hasGatewayNumber() }), causeText: causeText{
		name:     "merid_is_gateway_number",
		happened: "Merid is the number of a merchant at the v2 gateway, not its v1 number.",
		advice:   "Tell the merchant: send the old merid; nothing changes for merchants.",
	}},
	{holds: is(func(e *evidence) bool { return e.claimed != "" && e.merchant == nil && !e.hasGatewayNumber() }), causeText: causeText{
		name:     "merid_unknown",
		happened: "The configuration has no merchant with this merid.",
		advice:   "Check the merid with the merchant. If it is right, add a merchant block (or a row to the merchants file) and reload.",
	}},
	{holds: is((*evidence).meridMisnamed), causeText: causeText{
		name:     "member_case",
		happened: "The message has merid in other letters (merId, MERID). The names of members count letter by letter.",
		advice:   "Tell the merchant: write the names of the members in lower case, as in the specification.",
	}},
	{holds: is(func(e *evidence) bool {
		return looksLikeJSON(e.message) && gjson.ValidBytes(e.message) && e.claimed == "" && !e.meridMisnamed()
	}), causeText: causeText{
		name:     "merid_missing",
		happened: "The message has no merid, or one that is no number of a merchant.",
		advice:   "Tell the merchant: send merid, letters and digits, in every message.",
	}},
}

func (e *evidence) hasGatewayNumber() bool {
	return e.merchant == nil && gatewayMerchant(e.registry, e.merID) != nil
}

// gatewayMerchant finds a merchant by its v2 number, in a registry that may be
// none.
func gatewayMerchant(registry *merchants.Registry, number string) *merchants.Merchant {
	if registry == nil || number == "" {
		return nil
	}
	return registry.ByGatewayMerchant(number)
}

func (e *evidence) meridMisnamed() bool {
	found := false
	gjson.ParseBytes(e.message).ForEach(func(name, _ gjson.Result) bool {
		found = name.Str != "merid" && strings.EqualFold(name.Str, "merid")
		return !found
	})
	return found && e.claimed == ""
}

// signFacts are what can be said of a signature that nothing explains.
var signFacts = []fact{
	{holds: is(func(e *evidence) bool { return !hexDigits.MatchString(e.sent.Sign) }), causeText: causeText{
		name:     "sign_malformed",
		happened: "Sign is not 32 hex digits, so it is no md5.",
		advice:   "Tell the merchant: sign is the md5 in hex, 32 digits.",
	}},
}

var hexDigits = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)

// messageFacts are what can be wrong with the message that req stands for.
var messageFacts = []fact{
	{holds: is(func(e *evidence) bool { return !bytes.Equal(fromUTF16(e.raw), e.raw) }), causeText: causeText{
		name:     "utf16",
		happened: "The JSON is written in UTF-16 (two bytes for each character), not in UTF-8.",
		advice:   "Tell the merchant: take the bytes of the JSON in UTF-8 (in .NET Encoding.UTF8, not Encoding.Unicode).",
	}},
	{holds: is(func(e *evidence) bool { return !utf8.Valid(e.raw) && !looksLikeJSON(e.message) }), causeText: causeText{
		name:     "not_utf8",
		happened: "What req stands for is not UTF-8 text.",
		advice:   "Ask the merchant what it encodes in base64: it must be the JSON in UTF-8, not compressed and not encrypted.",
	}},
	{holds: mangled(htmlEscaped), causeText: causeText{
		name:     "json_html_escaped",
		happened: `The JSON is written for a web page: &quot; (or &#34;) stands in place of its quotes.`,
		advice:   "Tell the merchant: encode the JSON in base64 before anything escapes it for HTML (a template engine, a filter against XSS).",
	}},
	{holds: mangled(percentEncoded), causeText: causeText{
		name:     "json_percent_encoded",
		happened: "The JSON was percent-encoded (%22 in place of its quotes) before it was encoded in base64.",
		advice:   "Tell the merchant: encode the JSON itself in base64, and percent-encode only the form's values.",
	}},
	{holds: mangled(smartQuotes), causeText: causeText{
		name:     "json_smart_quotes",
		happened: "The JSON has typographic or full-width quotes (“ ”, ＂) in place of plain ones.",
		advice:   "Tell the merchant: have a JSON library write the message; text was copied from a document or a chat.",
	}},
	{holds: mangled(backslashed), causeText: causeText{
		name:     "json_backslashes",
		happened: `The quotes of the JSON have backslashes before them (\"): it was put into another text and not taken out again.`,
		advice:   "Tell the merchant: encode the JSON in base64 as the JSON library writes it, without escaping it once more (in PHP: stripslashes, no addslashes).",
	}},
	{holds: is((*evidence).jsonInString), causeText: causeText{
		name:     "json_encoded_twice",
		happened: "The JSON is written as a JSON text in quotes: it was encoded twice.",
		advice:   "Tell the merchant: encode the message as JSON once.",
	}},
	{holds: (*evidence).nested, causeText: causeText{
		name:     "json_nested",
		happened: "The members of the message are not at its top: they stand in an object or a text inside it.",
		advice:   "Tell the merchant: write merid, orderid and the others at the top of the JSON, without anything around them.",
	}},
	{holds: is(func(e *evidence) bool { return formName.Match(e.message) }), causeText: causeText{
		name:     "form_in_req",
		happened: "What req stands for is a form (merid=...&orderid=...), not JSON.",
		advice:   "Tell the merchant: write the message as a JSON object.",
	}},
	{holds: is(func(e *evidence) bool { return !looksLikeJSON(e.message) }), causeText: causeText{
		name:     "not_an_object",
		happened: "What req stands for is no JSON object.",
		advice:   "Tell the merchant: write the message as one JSON object.",
	}},
	{holds: anyRefusal("nested too deeply"), causeText: causeText{
		name:     "json_too_deep",
		happened: "The JSON is nested deeper than the bridge reads, 32 levels.",
		advice:   "Ask the merchant what it sends; a v1 message is one object whose members do not nest.",
	}},
	{holds: is(func(e *evidence) bool { return !gjson.ValidBytes(e.message) && breaksOff(e.message) }), causeText: causeText{
		name:     "message_cut_off",
		happened: "The JSON breaks off in the middle.",
		advice:   "Ask the merchant how many characters of req it sends, and compare: its program or something on the way cuts the text off.",
	}},
	{holds: is(func(e *evidence) bool { return !gjson.ValidBytes(e.message) }), causeText: causeText{
		name:     "json_broken",
		happened: "The message is broken JSON: single quotes, a comma too many, a quote that is not escaped, or the like.",
		advice:   "Tell the merchant: have a JSON library write the message, instead of putting text together.",
	}},
}

func (e *evidence) jsonInString() bool {
	value := gjson.ParseBytes(e.message)
	return gjson.ValidBytes(e.message) && value.Type == gjson.String && looksLikeJSON([]byte(value.Str))
}

// breaksOff reports whether a text ends inside a JSON object or array.
func breaksOff(json []byte) bool {
	depth, quoted := 0, false
	json = bytes.TrimRightFunc(json, unicode.IsSpace)
	for i := 0; i < len(json); i++ {
		switch c := json[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return depth > 0 && (quoted || json[len(json)-1] != '}')
}
