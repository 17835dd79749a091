package explain

import (
	"errors"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// explainRequest explains a message of a merchant, or what was meant as one.
func explainRequest(a arrival, w World) Report {
	e := gather(a, w)
	e.judge(w)
	place := e.place(w)
	r := Report{Kind: KindRequest, Verified: !e.opened.Key.IsZero(), Accepted: e.refusal == nil}
	if len(e.meant) == 0 {
		r.Kind = KindUnknown
	}
	if merID, ok := mayShow("merid", e.merID); ok {
		r.Merchant = merID
	}
	e.tellReceived(&r)
	e.tellText(&r)
	e.tellMerchant(&r, w)
	if !place.unjudged {
		e.tellSignature(&r)
	}
	e.tellMessage(&r)
	if !r.Accepted && len(r.Causes) == 0 {
		r.add(unexplained.cause(bilingual.Said{}))
	}
	for i := range r.Causes {
		r.Causes[i].Accepted = r.Accepted || r.Causes[i].Accepted
	}
	r.answer = e.answer()
	r.pass(place)
	if !r.answer.IsZero() {
		r.Answer = r.answer.Error()
	}
	return r
}

// judge has the bridge's own code decide, in the bridge's order.
func (e *evidence) judge(w World) {
	keys := func(merid string) []v1.Key {
		if w.Merchants == nil {
			return nil
		}
		if m := w.Merchants.ByMerID(merid); m != nil {
			return m.SignKeys(w.Now)
		}
		return nil
	}
	var err error
	if e.fault == nil { // else the bridge does not get as far
		if e.unsignedPage() {
			err = e.readUnsigned()
		} else if e.opened, err = v1.Open(e.form, keys); err == nil {
			err = e.readMessage()
		}
	}
	if e.refusal = e.refuseArrival(); e.refusal != nil {
		return
	}
	if err != nil && !errors.As(err, &e.refusal) {
		e.refusal = &v1.Error{Code: v1.CodeOf(err), Field: "req", Reason: "cannot be read"}
	}
}

// answer is what the merchant's program hears.
func (e *evidence) answer() bilingual.Said {
	if e.refusal == nil {
		return bilingual.Said{}
	}
	switch {
	case e.path != "" && !e.routed:
		return say("what else the site has at this path; nothing of the bridge")
	case e.route.Caller == inbound.Payer:
		return say("a page that says what to do (%s)", meaning(e.refusal.Code))
	case e.route.Caller == inbound.LoadBalancer, e.route.Caller == inbound.Probe:
		return say("a status for load balancers")
	}
	code := e.refusal.Code
	signed := say("signed")
	if e.opened.Key.IsZero() {
		signed = say("with an empty sign")
	}
	heard := bilingual.Pair(code.Message()+" ("+code.Meaning()+")", code.Message())
	return say("respcode %s %s, %s", string(code), heard, signed)
}

// meaning is what a code of v1 means.
func meaning(code v1.Code) bilingual.Said { return bilingual.Pair(code.Meaning(), code.Message()) }

// tellReceived tells what came in.
func (e *evidence) tellReceived(r *Report) {
	lines := []bilingual.Said{say("%s, %d bytes", e.shape, e.size)}
	lines = append(lines, e.arrivalLines()...)
	lines = append(lines, parameters(e.meant)...)
	result := Good
	if (e.form.Req == "" || e.form.Sign == "") && !e.unsignedPage() || e.refuseArrival() != nil {
		result = Bad
	}
	r.step(say("received"), result, lines...)
	r.find(e, arrivalFacts)
	if !e.unsignedPage() && e.routedHere() {
		r.find(e, formFacts)
	}
}

// tellText tells what req stands for.
func (e *evidence) tellText(r *Report) {
	if e.sent.Req == "" {
		return
	}
	lines := []bilingual.Said{say("%s, which stand for", characters(e.text))}
	switch {
	case e.coding == inNone:
		lines = []bilingual.Said{say("%s, which are not base64", characters(e.text))}
	case len(e.message) != len(e.raw):
		lines = append(lines, say("%d bytes in %s, %d as UTF-8 text", len(e.raw), e.coding, len(e.message)))
	default:
		lines = append(lines, say("%d bytes in %s", len(e.raw), e.coding))
	}
	result := Good
	if e.coding != inBase64 || !looksLikeJSON(e.message) {
		result = Bad
	}
	r.step(say("decoded req"), result, lines...)
	r.findFirst(e, textFacts)
}

// tellMerchant tells whose request this is.
func (e *evidence) tellMerchant(r *Report, w World) {
	named := say("the message names no merchant that can be read")
	if e.claimed != "" {
		named = say("the message says merid %s", e.merID)
	} else if e.merID != "" {
		named = say("%s; judged as %s, as asked", named, e.merID)
	}
	switch {
	case e.merchant == nil:
		r.step(say("found the merchant"), Bad, named, say("not one of the merchants of the configuration"))
	case len(e.merchant.SignKeys(w.Now)) > 1:
		r.step(say("found the merchant"), Good, named, say("its sign_key counts, and for now its previous_sign_key"))
	default:
		r.step(say("found the merchant"), Good, named, say("its sign_key counts"))
	}
	r.findFirst(e, merchantFacts)
	r.find(e, eachMemberFacts)
}

// tellSignature tells which forms of req were tried, and why none fits.
func (e *evidence) tellSignature(r *Report) {
	if e.sent.Req == "" || e.sent.Sign == "" {
		return
	}
	lines := []bilingual.Said{say("sign has %s, req %s", characters(e.sent.Sign), characters(e.sent.Req))}
	for variant, text := range v1.Candidates(e.sent.Req) {
		form := repairsOf(variant)
		if r.Verified && variant == e.opened.Variant {
			lines = append(lines, say("%s: md5(<text of %s> + ***) equals sign", form, characters(text)))
			break
		}
		lines = append(lines, say("%s: md5(<text of %s> + ***) does not equal sign", form, characters(text)))
	}
	if r.Verified {
		r.step(say("compared the signature"), Good, lines...)
		return
	}
	found, tried := e.search()
	for _, m := range found {
		r.add(m.causes()...)
	}
	lines = append(lines, say("%d other ways of signing were tried", tried))
	if len(found) > 0 && len(found[0].causes()) == 0 {
		lines = append(lines, say("the signature itself is right, with the key of merchant %s", found[0].by.merID))
	}
	r.step(say("compared the signature"), Bad, lines...)
	if len(found) == 0 {
		r.find(e, signFacts)
	}
}

// repairsOf names the repairs of a form of req.
func repairsOf(variant v1.Variant) bilingual.Said {
	words := strings.Split(variant.String(), ", ")
	for i, word := range words {
		words[i] = bilingual.Term(word).In(bilingual.Zh)
	}
	return bilingual.Pair(variant.String(), strings.Join(words, "、"))
}

// unexplained is the cause when no row of any table holds.
var unexplained = causeText{
	name:     "unknown_key_or_text",
	happened: "The signature fits no key of the configuration and no way of signing that is known here.",
	advice: "Most likely the merchant uses another key: have both sides compare how many characters their key has, and the first and last two. " +
		"Else ask for the exact text that its program signs, and how many characters it has.",
}

// tellMessage tells what the message says, and what is wrong with it.
func (e *evidence) tellMessage(r *Report) {
	switch {
	case r.has("plus_removed"): // which leaves rubbish behind
	case e.coding == inNone:
		r.findFirst(e, cutFacts)
	default:
		r.findFirst(e, messageFacts)
	}
	if e.message == nil {
		return
	}
	lines := members("", e.message)
	if face := e.face(); face != nil {
		lines = append([]bilingual.Said{say("read as a request to %s", face.does)}, lines...)
	}
	switch {
	case e.refusal == nil:
		r.step(say("read the message"), Good, lines...)
	case r.Verified && e.refuseArrival() == nil:
		r.step(say("read the message"), Bad, append(lines, Refusal(e.refusal))...)
		r.findFirst(e, memberFacts)
		if len(r.Causes) == 0 {
			r.add(memberRefused.cause(say("It says: %s.", Refusal(e.refusal))))
		}
	default:
		r.step(say("read the message"), Told, lines...)
	}
	r.findAccepted(e)
}
