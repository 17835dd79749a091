package explain

import (
	"errors"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// arrivalFacts are what can be wrong with where and how a request came, when it
// was saved whole.
var arrivalFacts = []fact{
	{holds: is(func(e *evidence) bool { return e.path != "" && !e.routed }), causeText: causeText{
		name:     "path_not_the_bridges",
		happened: "The bridge does not answer at this path: it lets the request pass, to whatever else the site has.",
		advice:   "Tell the merchant: POST to " + inbound.PayPath + ", " + inbound.QueryPath + " or " + inbound.CancelPath + ".",
	}},
	{holds: is(func(e *evidence) bool { return e.route.Caller == inbound.Nobody }), causeText: causeText{
		name:     causePathNotServed,
		happened: "The path belongs to an interface of the old gateway that the bridge does not serve (cashier pages, payouts and the like).",
		advice:   "If the merchant meant a payment, it must POST to " + inbound.PayPath + "; a query goes to " + inbound.QueryPath + ", a cancel to " + inbound.CancelPath + ".",
	}},
	{holds: is(func(e *evidence) bool {
		return e.route.Caller == inbound.LoadBalancer || e.route.Caller == inbound.Probe
	}), causeText: causeText{
		name:     "path_of_load_balancers",
		happened: "The path is one that load balancers ask for the health of the bridge; nothing that is sent there is read.",
		advice:   "Tell the merchant: POST to " + inbound.PayPath + ", " + inbound.QueryPath + " or " + inbound.CancelPath + ".",
	}},
	{holds: is(func(e *evidence) bool { return e.routed && e.route.Caller == inbound.Payer && e.face() == nil }), causeText: causeText{
		name:     "page_of_a_payer",
		happened: "The path is a page for payers' browsers. What it answers depends on the order and on WeChat, which are not looked at here.",
		advice:   "Open the address in WeChat, and look at the log line \"payer page\".",
	}},
	{holds: is(func(e *evidence) bool { return e.fault != nil && !e.route.Takes(e.request.method) }), causeText: causeText{
		name:     causeWrongMethod,
		happened: "The request has another method than the interface takes.",
		advice:   "Tell the merchant: POST to the interfaces below /api/. A GET there is often a redirect from http to https that turned the POST into one; let the merchant call https directly.",
	}},
	{holds: is(func(e *evidence) bool { return e.fault != nil && e.shape == asForm && e.multipartType() }), causeText: causeText{
		name:     "content_type_multipart",
		happened: "The Content-Type says multipart/form-data and the body is an urlencoded form.",
		advice:   "Tell the merchant: send application/x-www-form-urlencoded, or let the HTTP library write the Content-Type.",
	}},
	{holds: is(func(e *evidence) bool {
		return e.request != nil && e.shape == asMultipart && e.form.Req == "" && !e.multipartType()
	}), causeText: causeText{
		name:     "multipart_without_boundary",
		happened: "The body is a multipart form, and its Content-Type does not say so with a boundary, so nobody can take it apart.",
		advice:   "Tell the merchant: let the HTTP library write the Content-Type (multipart/form-data; boundary=...) and not set it by hand.",
	}},
	{holds: is(func(e *evidence) bool {
		return e.request != nil && e.shape == asMultipart && e.multipartType() && (e.fault != nil || e.form.Req == "")
	}), causeText: causeText{
		name:     "multipart_broken",
		happened: "The multipart form cannot be taken apart: its boundary is another one than the Content-Type names, its end is missing, or it has too many parts.",
		advice:   "Tell the merchant: let the HTTP library write body and Content-Type together.",
	}},
	{holds: faultIs(forms.ErrTooLarge), causeText: causeText{
		name:     CauseFormTooLarge,
		happened: "The body is larger than the bridge reads.",
		advice:   "Ask the merchant what it sends; a v1 message has a few hundred characters.",
	}},
	{holds: is(func(e *evidence) bool { return errors.Is(e.fault, inbound.ErrPageFormTooLong) }), causeText: causeText{
		name:     "page_form_too_long",
		happened: "The query or the body is longer than the bridge reads of a payer's page.",
		advice:   "Ask the merchant what it puts into the link; a signed order has less than 2 KiB.",
	}},
	{holds: is(func(e *evidence) bool { return e.request != nil && strings.HasPrefix(e.request.body, "\x1f\x8b") }), causeText: causeText{
		name:     "compressed_body",
		happened: "The body is compressed (gzip). The bridge, as the old gateway, reads it as it is.",
		advice:   "Tell the merchant: send the form without compressing it.",
	}},
	{holds: is(func(e *evidence) bool {
		return e.request != nil && e.meant["msg_enc"]+e.meant["xml_enc"] != "" && e.meant["req"] == ""
	}), causeText: causeText{
		name:     "notice_at_merchants_path",
		happened: "This is a message of the gateway, and it came to an interface of merchants.",
		advice:   "The gateway's notices belong to " + inbound.NotifyPath + ": tell the gateway's people, or look at public_url.",
	}},
}

// faultIs makes the test of a fact that the form's own error tells.
func faultIs(want error) func(*evidence) (bilingual.Said, bool) {
	return is(func(e *evidence) bool { return e.fault != nil && strings.Contains(e.fault.Error(), want.Error()) })
}

// multipartType reports whether the Content-Type names the boundary of a
// multipart form.
func (e *evidence) multipartType() bool {
	if e.request == nil {
		return false
	}
	_, is := forms.Boundary(e.request.contentType)
	return is
}

// refuseArrival returns why the bridge refuses a request for where and how it
// came, whatever is in it; nil when it does not.
func (e *evidence) refuseArrival() *v1.Error {
	var refusal *v1.Error
	switch {
	case e.path == "":
		return nil
	case !e.routed, e.route.Caller == inbound.LoadBalancer, e.route.Caller == inbound.Probe, e.route.Caller == inbound.Payer && e.face() == nil:
		return &v1.Error{Code: v1.CodeUnsupported, Field: "path", Reason: "not an interface for messages"}
	case e.route.Caller == inbound.Nobody:
		return inbound.ErrNotServed
	case errors.As(e.fault, &refusal):
		return refusal
	case e.fault != nil:
		return &v1.Error{Code: v1.CodeBadRequest, Field: "request", Reason: e.fault.Error()}
	}
	return nil
}

// arrivalLines tell where and how a request came.
func (a arrival) arrivalLines() []bilingual.Said {
	var lines []bilingual.Said
	if a.request != nil {
		if a.request.missing > 0 {
			lines = append(lines, say("%d bytes fewer than Content-Length says; a bridge would wait for them and give up (line ends that an editor changed are no fault of the sender)", a.request.missing))
		}
		kind := say("no Content-Type")
		if a.request.contentType != "" {
			media, _, _ := strings.Cut(a.request.contentType, ";")
			kind = say("Content-Type %s", shortened(strings.TrimSpace(media)))
		}
		lines = append(lines, say("method %s, %s", shortened(a.request.method), kind))
	}
	switch {
	case a.path == "":
	case a.routed && a.route.Caller != inbound.Nobody && a.route.Caller != inbound.Probe:
		lines = append(lines, say("path %s", inbound.Canonical(a.path)))
	default:
		lines = append(lines, say("a path that the bridge does not serve"))
	}
	return lines
}

// shortened is a text of the sender's that may be told: printable and short.
func shortened(text string) string {
	const most = 40
	plain := strings.Map(func(r rune) rune {
		if isLetterOrDigit(r) || strings.ContainsRune("/+-.", r) {
			return r
		}
		return -1
	}, text)
	return plain[:min(len(plain), most)]
}
