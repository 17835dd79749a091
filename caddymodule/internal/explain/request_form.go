package explain

import (
	"strings"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// formFacts are what can be wrong with a form before req is looked into.
var formFacts = []fact{
	{holds: arrived(asNothing), causeText: causeText{
		name:     "empty",
		happened: "There is nothing in it.",
		advice:   "Save the body of the request, or the whole URL, and try again; perhaps the merchant's program sends an empty body.",
	}},
	{holds: arrived(asMarkup), causeText: causeText{
		name:     "markup",
		happened: "This is HTML or XML, not a form: the page of a proxy or a firewall, or another interface's message.",
		advice:   "Find out which program answered or sent this; it did not come from a merchant's v1 program or from the gateway.",
	}},
	{holds: arrived(asText), causeText: causeText{
		name:     "no_form",
		happened: "This is no form: it has no parameters req and sign.",
		advice:   "Save the body of the request as it arrived. The merchant must POST req=...&sign=... (urlencoded or multipart).",
	}},
	{holds: arrived(asJSON), causeText: causeText{
		name:     "json_body",
		happened: "The form is sent as a JSON object. The bridge, as the old gateway, reads no parameters in it.",
		advice:   "Tell the merchant: POST req and sign as a form (application/x-www-form-urlencoded), not as JSON.",
	}},
	{holds: arrived(asMessage), causeText: causeText{
		name:     "bare_message",
		happened: "The message itself is sent as JSON, not in base64 and not signed.",
		advice:   "Tell the merchant: send two form parameters, req (the JSON in base64) and sign (md5 of req with the key behind it).",
	}},
	{holds: arrived(asBase64), causeText: causeText{
		name:     "req_without_name",
		happened: "This is a base64 text alone. A request has two parameters, req and sign.",
		advice:   "Give the whole form. If this is all that arrived, the merchant must send req=...&sign=....",
	}},
	{holds: arrived(asEncoded), causeText: causeText{
		name:     "form_encoded_twice",
		happened: "The whole form is percent-encoded once more, its = and & included, so there are no parameters in it.",
		advice:   "Tell the merchant: percent-encode only the values, or leave all of it to the HTTP library.",
	}},
	{holds: is(func(e *evidence) bool { return swapped(e.meant.Form()) }), causeText: causeText{
		name:     "req_and_sign_swapped",
		happened: "The signature is sent as req and the message as sign.",
		advice:   "Tell the merchant: req is the base64 text, sign the 32 hex digits.",
	}},
	{holds: is(func(e *evidence) bool { return e.meant["resp"] != "" && e.meant["req"] == "" }), causeText: causeText{
		name:     "reply_not_request",
		happened: "This is a reply or a notification (resp and sign), which the bridge makes, not a request.",
		advice:   "Give the request. If a merchant sent this, its program sends back what it received.",
	}},
	{holds: is((*evidence).misnamed), causeText: causeText{
		name:     "parameter_case",
		happened: "The parameters are called req and sign in other letters (Req, SIGN). Their names count letter by letter.",
		advice:   "Tell the merchant: name the parameters req and sign, in lower case.",
	}},
	{holds: is(func(e *evidence) bool { return e.lacks("req") }), causeText: causeText{
		name:     "req_missing",
		happened: "There is no parameter req.",
		advice:   "Tell the merchant: send req and sign as form parameters.",
	}},
	{holds: is(func(e *evidence) bool { value, given := e.meant["req"]; return given && value == "" && e.isForm() }), causeText: causeText{
		name:     "req_empty",
		happened: "The parameter req is there and empty (a bug of the old gateway's own sample does this).",
		advice:   "Tell the merchant: fill req with the base64 text of the JSON before the form is sent.",
	}},
	{holds: is((*evidence).reqTwice), causeText: causeText{
		name:     "req_twice",
		happened: "The form has req more than once, and not the same each time. The first one counts.",
		advice:   "Tell the merchant: send req once.",
	}},
	{holds: is(func(e *evidence) bool { return len(e.form.Req) > v1.MaxReq }), causeText: causeText{
		name:     "req_too_long",
		happened: "Req is longer than 64 KiB, the most that the bridge reads.",
		advice:   "Ask the merchant what it sends; a v1 message has a few hundred characters.",
	}},
	{holds: is(func(e *evidence) bool { return e.lacks("sign") }), causeText: causeText{
		name:     "sign_missing",
		happened: "There is no parameter sign.",
		advice:   "Tell the merchant: send sign = md5(req + key) beside req. In a URL, check that it was not cut off at an &.",
	}},
	{holds: is(func(e *evidence) bool { value, given := e.meant["sign"]; return given && value == "" && e.isForm() }), causeText: causeText{
		name:     "sign_empty",
		happened: "The parameter sign is there and empty.",
		advice:   "Tell the merchant: fill sign with md5(req + key); perhaps its program finds no key.",
	}},
}

// isForm reports whether the bridge finds parameters in it.
func (e *evidence) isForm() bool {
	return e.shape == asForm || e.shape == asMultipart || e.shape == asQuery
}

// lacks reports whether a form has no parameter of that name, under no spelling.
func (e *evidence) lacks(name string) bool {
	if !e.isForm() || e.meant["resp"] != "" {
		return false
	}
	for given := range e.meant {
		if strings.EqualFold(given, name) {
			return false
		}
	}
	return true
}

// misnamed reports whether req or sign is there in other letters only.
func (e *evidence) misnamed() bool {
	for _, name := range []string{"req", "sign"} {
		if _, given := e.meant[name]; given {
			continue
		}
		for given := range e.meant {
			if strings.EqualFold(given, name) {
				return true
			}
		}
	}
	return false
}

// reqTwice reports whether an urlencoded form has two different req.
func (e *evidence) reqTwice() bool {
	if e.shape != asForm && e.shape != asQuery {
		return false
	}
	first := strings.TrimSpace(e.meant["req"]) // the bridge itself may have read nothing
	for pair := range strings.SplitSeq(e.body, "&") {
		if value, ok := v1.ParseForm(pair)["req"]; ok && strings.TrimSpace(value) != first {
			return true
		}
	}
	return false
}
