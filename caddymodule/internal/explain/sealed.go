package explain

import (
	"encoding/hex"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// sealedEvidence is a message of the gateway, or of the bridge to it, with
// everything that the tables look at.
type sealedEvidence struct {
	arrival
	envelope v2.Envelope // as received, checked by nobody
	registry *merchants.Registry
	merchant *merchants.Merchant // nil when unknown
	trials   []trial             // the merchant's own pairs first

	verified bool
	text     []byte       // what the bridge opened
	said     v2.Statement // what the message says
	refused  string       // why the bridge does not act on the message, "" when it does
}

// trial is what one pair of keys makes of a message.
type trial struct {
	merchant *merchants.Merchant
	pair     v2.Pair
	own      bool // the merchant is the one that the message is for
	accepted bool // the pair is one that the bridge would have used
	v2.Diagnosis
}

// explainSealed explains a message between bridge and gateway.
func explainSealed(a arrival, w World) Report {
	e := gatherSealed(a, w)
	r := Report{Kind: KindSealed, Verified: e.verified, Accepted: e.verified && e.refused == ""}
	if number, ok := mayShow("merchant_id", e.gatewayNumber()); ok {
		r.Merchant = number
	}
	e.tellReceived(&r)
	e.tellMerchant(&r)
	e.tellOpening(&r)
	e.tellMessage(&r)
	if !r.Accepted && len(r.Causes) == 0 {
		r.add(sealedUnexplained.cause(bilingual.Said{}))
	}
	return r
}

// gatherSealed opens the message as the bridge does, and with every other pair
// of keys there is when that fails.
func gatherSealed(a arrival, w World) *sealedEvidence {
	e := &sealedEvidence{arrival: a, registry: w.Merchants, envelope: envelopeOf(a)}
	e.merchant = gatewayMerchant(w.Merchants, e.envelope.MerchantID)
	if e.request == nil && e.merchant == nil && e.envelope.MerchantID == "" && w.Merchants != nil {
		e.merchant = w.Merchants.ByMerID(w.MerID)
	}
	if e.merchant != nil && e.formFault() == "" {
		text, err := e.merchant.Open(e.envelope, w.Now)
		e.text, e.verified = text, err == nil
	}
	if e.verified {
		e.read()
	}
	e.try(w)
	return e
}

// envelopeOf takes the parameters as they are; EnvelopeFrom would stop at the
// first that is wrong.
func envelopeOf(a arrival) v2.Envelope {
	get := func(name string) string { return strings.TrimSpace(a.meant[name]) }
	e := v2.Envelope{
		MerchantID: get("merchant_id"), MsgEnc: get("msg_enc"), KeyEnc: get("key_enc"),
		Sign: get("sign"), MerOrderID: get("mer_order_id"),
	}
	if e.MsgEnc == "" {
		e.MsgEnc = get("xml_enc")
	}
	return e
}

// formFault says what the bridge has against the parameters, "" for nothing. An
// answer may lack merchant_id, a notice may not; which of the two this is cannot
// be told.
func (e *sealedEvidence) formFault() string {
	if e.params["msg_enc"] == "" && e.params["xml_enc"] == "" {
		return "no parameters"
	}
	params := make(map[string]string, len(e.params)+1)
	for name, value := range e.params {
		params[name] = value
	}
	if e.envelope.MerchantID == "" && e.merchant != nil {
		params["merchant_id"] = e.merchant.GatewayMerchant
	}
	if _, err := v2.EnvelopeFrom(func(name string) string { return params[name] }); err != nil {
		return err.Error()
	}
	return ""
}

// try diagnoses the message with the merchant's key pairs and, when they do not open
// it, with those of every merchant.
func (e *sealedEvidence) try(w World) {
	if w.Merchants == nil || e.shape == asPlaintext {
		return
	}
	seen := make(map[*v2.Codec]bool)
	add := func(m *merchants.Merchant) {
		for _, pair := range m.Pairs() {
			if seen[pair.Codec] {
				continue
			}
			seen[pair.Codec] = true
			e.trials = append(e.trials, trial{
				merchant: m, pair: pair, own: m == e.merchant,
				accepted: m == e.merchant && pair.AcceptedAt(w.Now),

				Diagnosis: pair.Codec.Diagnose(e.envelope),
			})
		}
	}
	if e.merchant != nil {
		add(e.merchant)
	}
	if e.verified {
		return
	}
	for _, m := range w.Merchants.All() {
		add(m)
	}
}

// gatewayNumber is the v2 number by which the message is judged.
func (e *sealedEvidence) gatewayNumber() string {
	if e.merchant != nil {
		return e.merchant.GatewayMerchant
	}
	return e.envelope.MerchantID
}

func (e *sealedEvidence) tellReceived(r *Report) {
	result := Good
	if e.formFault() != "" {
		result = Bad
	}
	lines := append([]bilingual.Said{say("%s, %d bytes", e.shape, e.size)}, e.arrivalLines()...)
	lines = append(lines, parameters(e.meant)...)
	r.step(say("received"), result, lines...)
	r.findSealed(e, envelopeFacts)
}

func (e *sealedEvidence) tellMerchant(r *Report) {
	if e.shape == asPlaintext {
		return
	}
	if e.merchant == nil {
		r.step(say("found the merchant"), Bad, say("merchant_id names no gateway_merchant of the configuration"))
	} else {
		r.step(say("found the merchant"), Good, say("gateway_merchant %s, merid %s", e.merchant.GatewayMerchant, e.merchant.MerID))
	}
	r.findSealed(e, numberFacts)
}

// tellOpening tells how far the merchant's keys get.
func (e *sealedEvidence) tellOpening(r *Report) {
	for _, t := range e.trials {
		if !t.own {
			continue
		}
		result := Bad
		if t.accepted && t.SignatureGood && t.Signer == v2.SignerPeer {
			result = Good
		}
		r.step(say("opened with %s", bilingual.Term(t.pair.Used.String())), result, t.lines(e.envelope)...)
	}
	if !e.verified {
		r.findSealed(e, openingFacts)
	}
}

// lines tells how far one pair got.
func (t trial) lines(e v2.Envelope) []bilingual.Said {
	lines := []bilingual.Said{say("suite %s", t.Suite)}
	if !t.pair.Until.IsZero() {
		accepted := say("accepted for now")
		if !t.accepted {
			accepted = say("not accepted any more")
		}
		lines = append(lines, accepted)
	}
	opens := say("does not open with the private key")
	switch {
	case t.ASN1Key:
		opens = say("opens in ASN.1 to a session key of %d bytes", t.SessionKey)
	case t.OAEP != "":
		opens = say("opens under OAEP with %s to a session key of %d bytes", t.OAEP, t.SessionKey)
	case !t.KeyEncFits:
		opens = say("cannot be for the private key, by its length")
	case t.SessionKey > 0:
		opens = say("opens to a session key of %d bytes", t.SessionKey)
	}
	lines = append(lines, say("key_enc of %d bytes %s", hex.DecodedLen(len(e.KeyEnc)), opens))
	if t.SessionKey == 0 {
		return append(lines, t.signerLine())
	}
	padding := say("decrypts to no whole padding")
	if t.Padded {
		padding = say("decrypts to a text of %d bytes", len(t.Plaintext))
	}
	return append(lines, say("msg_enc of %d bytes %s", hex.DecodedLen(len(e.MsgEnc)), padding), t.signerLine())
}

func (t trial) signerLine() bilingual.Said {
	switch {
	case t.SignatureGood:
		return say("signed by the gateway's key over this text")
	case t.RawSignature:
		return say("signed by the gateway's key over this text, as r and s in place of ASN.1")
	case t.Signer == v2.SignerPeer:
		return say("signed by the gateway's key, and not over this text in this suite's way")
	case t.Signer == v2.SignerOwn:
		return say("signed by our own private key")
	case !t.SignFits:
		return say("sign cannot be of the gateway's key, by its length")
	default:
		return say("not signed by the gateway's key")
	}
}

// tellMessage tells what the opened message says.
func (e *sealedEvidence) tellMessage(r *Report) {
	if !e.verified {
		return
	}
	lines := messageLines(e.text)
	if e.refused != "" {
		r.step(say("read the message"), Bad, lines...)
		r.findSealed(e, sealedMemberFacts)
		return
	}
	r.step(say("read the message"), Good, append(lines,
		say("a running bridge also compares order number and amount with its ledger; that is not done here"))...)
	for _, f := range sealedAcceptedFacts {
		if f.holds(e) {
			c := f.cause(bilingual.Said{})
			c.Accepted = true
			r.add(c)
		}
	}
}
