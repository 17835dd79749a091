package explain

import (
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// envelopeFacts are what can be wrong with the parameters of a sealed message.
var envelopeFacts = []sealedFact{
	{holds: func(e *sealedEvidence) bool { return e.shape == asPlaintext }, causeText: causeText{
		name:     "not_sealed",
		happened: "This is the plain text of a message: it is not encrypted and not signed.",
		advice:   `Give the form as it arrived. What a plain text means is shown by "caddy paybridge translate --answer".`,
	}},
	{holds: func(e *sealedEvidence) bool { return e.shape == asJSON }, causeText: causeText{
		name:     "json_body",
		happened: "The parameters are sent as a JSON object. The bridge reads a form.",
		advice:   "Ask the gateway's people which content type they send; it must be a form.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.shape == asEncoded }, causeText: causeText{
		name:     "form_encoded_twice",
		happened: "The whole form is percent-encoded once more, its = and & included.",
		advice:   "Look at what stands between the gateway and the bridge; something encodes the body again.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.meant["req"] != "" && e.request != nil }, causeText: causeText{
		name:     "request_at_notice_path",
		happened: "This is a request of a merchant, and it came to the address of the gateway's notices.",
		advice:   "Tell the merchant: POST to " + inbound.PayPath + ", " + inbound.QueryPath + " or " + inbound.CancelPath + ".",
	}},
	{holds: func(e *sealedEvidence) bool {
		return e.request != nil && e.params["msg_enc"]+e.params["xml_enc"] == "" && e.meant["msg_enc"]+e.meant["xml_enc"] != ""
	}, causeText: causeText{
		name:     "content_type_wrong",
		happened: "The Content-Type does not fit the body, so the bridge finds no parameters in it.",
		advice:   "Ask the gateway's people, or look at what stands between: the body must be urlencoded, or multipart with its boundary in the Content-Type.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.missing() != "" }, detail: alike((*sealedEvidence).missing), causeText: causeText{
		name:     "parameter_missing",
		happened: "A parameter is missing or empty:",
		advice:   "Save the whole body. If it arrived like this, something on the way cut it off, or it is not a message of this gateway.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.notHex() != "" }, detail: alike((*sealedEvidence).notHex), causeText: causeText{
		name:     "not_hex",
		happened: "A parameter is not hex:",
		advice:   "Ask the gateway's people how they encode; the bridge reads hex in either case. Perhaps it is base64.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.oddHex() != "" }, detail: alike((*sealedEvidence).oddHex), causeText: causeText{
		name:     "odd_length",
		happened: "A parameter has an odd number of hex digits, so at least one is missing:",
		advice:   "The message was cut off on its way or when it was saved. Save it again.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.otherFault() != "" }, detail: alike((*sealedEvidence).otherFault), causeText: causeText{
		name:     "parameter_refused",
		happened: "The bridge does not take the form:",
		advice:   "Ask the gateway's people; the parameters are numbers and hex.",
	}},
}

// alike makes a detail of what is said alike in every language.
func alike(text func(*sealedEvidence) string) func(*sealedEvidence) bilingual.Said {
	return func(e *sealedEvidence) bilingual.Said { return say("%s", text(e)) }
}

// otherFault says what the bridge has against the form besides the rows above.
func (e *sealedEvidence) otherFault() string {
	if e.shape != asForm && e.shape != asMultipart && e.shape != asQuery {
		return ""
	}
	if e.envelope.MerchantID == "" || e.missing() != "" {
		return ""
	}
	return e.formFault()
}

// missing names the parameters that are not there.
func (e *sealedEvidence) missing() string {
	if e.shape == asPlaintext {
		return ""
	}
	return e.every(func(value string) bool { return value == "" })
}

var hexText = regexp.MustCompile(`^[0-9A-Fa-f]*$`)

func (e *sealedEvidence) notHex() string {
	return e.every(func(value string) bool { return !hexText.MatchString(value) })
}

func (e *sealedEvidence) oddHex() string {
	return e.every(func(value string) bool { return hexText.MatchString(value) && len(value)%2 != 0 })
}

// every names those of the three encrypted parameters for which is reports true.
func (e *sealedEvidence) every(is func(string) bool) string {
	var names []string
	for _, p := range []struct{ name, value string }{
		{"msg_enc", e.envelope.MsgEnc}, {"key_enc", e.envelope.KeyEnc}, {"sign", e.envelope.Sign},
	} {
		if is(p.value) {
			names = append(names, p.name)
		}
	}
	if names == nil {
		return ""
	}
	return strings.Join(names, ", ") + "."
}

// numberFacts are what can be wrong with whose message it is.
var numberFacts = []sealedFact{
	{holds: func(e *sealedEvidence) bool { return e.merchant == nil && e.envelope.MerchantID == "" }, causeText: causeText{
		name:     "merchant_id_missing",
		happened: "The message has no merchant_id.",
		advice:   "A notice without it is refused. If this is an answer, name the merchant with --merid.",
	}},
	{holds: func(e *sealedEvidence) bool {
		return e.merchant == nil && e.registry != nil && e.registry.Has(e.envelope.MerchantID)
	}, causeText: causeText{
		name:     "merchant_id_is_merid",
		happened: "Merchant_id is a v1 merid, not the merchant's number at the gateway.",
		advice:   "Compare gateway_merchant in the configuration with what the gateway's people gave you.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.merchant == nil && e.envelope.MerchantID != "" }, causeText: causeText{
		name:     "merchant_id_unknown",
		happened: "The configuration has no gateway_merchant of this number.",
		advice:   "Check gateway_merchant, or ask the gateway's people why they send you another merchant's messages.",
	}},
}

// Lengths by which a suite is known, in bytes.
const (
	sm2KeyEnc = 113 // 04, a point, a digest, the session key; one less without the 04
	rsaLeast  = 128 // 1024 bits
)

// openingFacts are why a message does not open.
var openingFacts = []sealedFact{
	{holds: ownTrial(func(e *sealedEvidence, t trial) bool { return t.suiteDiffers(e.keyEncLen()) }), causeText: causeText{
		name:     "wrong_suite",
		happened: "Key_enc has the length of the other suite: 112 or 113 bytes are SM2 (gm), 128 and more are RSA (intl).",
		advice:   "Set suite in the merchant's block to the other one, with keys of that suite, or ask the gateway's people which suite this merchant has.",
	}},
	{holds: func(e *sealedEvidence) bool {
		return ownTrial(func(_ *sealedEvidence, t trial) bool { return t.Signer == v2.SignerOwn })(e)
	}, causeText: causeText{
		name:     "own_message",
		happened: "It is signed with our own private key: this is a message of the bridge to the gateway, or such a message sent back.",
		advice:   "Give what the gateway sent. If this arrived as a notice, somebody plays our own messages back to us; the bridge is right to refuse them.",
	}},
	{holds: func(e *sealedEvidence) bool { _, is := e.openedByExpired(); return is }, detail: func(e *sealedEvidence) bilingual.Said {
		t, _ := e.openedByExpired()
		return say("It needs %s.", bilingual.Term(t.pair.Used.String()))
	}, causeText: causeText{
		name:     "old_key_expired",
		happened: "The message is for keys that were changed, and the day until which the previous ones were accepted is over.",
		advice:   "Have the gateway's people use the new keys. Until then, give the previous key a later day and reload.",
	}},
	{holds: func(e *sealedEvidence) bool { _, is := e.openedByOther(); return is && !e.opens() }, detail: func(e *sealedEvidence) bilingual.Said {
		t, _ := e.openedByOther()
		return say("It opens with that of gateway_merchant %s (merid %s).", t.merchant.GatewayMerchant, t.merchant.MerID)
	}, causeText: causeText{
		name:     "key_of_other_merchant",
		happened: "The session key is sealed to another merchant's key.",
		advice: "Compare private_key of the two merchants: they may be mixed up in the configuration, " +
			"or the gateway's people have registered the wrong public key for this merchant.",
	}},
	{holds: ownTrial(func(e *sealedEvidence, t trial) bool {
		return !t.KeyEncFits && !t.ASN1Key && !t.suiteDiffers(e.keyEncLen()) && e.keyEncLen() > 0 && e.cleanHex()
	}), causeText: causeText{
		name:     "key_enc_length",
		happened: "Key_enc has another length than the merchant's private key: it is sealed to a key of another size, or cut off.",
		advice:   "Compare the size of private_key (1024 or 2048 bits) with the public key that the gateway's people have registered.",
	}},
	{holds: func(e *sealedEvidence) bool {
		_, other := e.openedByOther()
		fits := ownTrial(func(_ *sealedEvidence, t trial) bool { return t.KeyEncFits })(e)
		own := ownTrial(func(_ *sealedEvidence, t trial) bool { return t.Signer == v2.SignerOwn })(e)
		return fits && !e.opens() && !other && !own
	}, causeText: causeText{
		name:     "session_key_does_not_open",
		happened: "The session key opens with no private key of the configuration.",
		advice: "The gateway seals to another public key than the one that belongs to private_key: " +
			"have it register the right one, or find the private key that belongs to what it has. " +
			"(A message that the bridge itself sent opens nowhere but at the gateway.)",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool { return t.OtherOrder }), causeText: causeText{
		name:     "sm2_order",
		happened: "Key_enc is SM2 in the order C1C2C3; the bridge reads C1C3C2.",
		advice:   "Ask the gateway's people to send C1C3C2, which is the standard of today, and report this to Paybridge.",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool { return t.ASN1Key }), causeText: causeText{
		name:     "sm2_key_asn1",
		happened: "Key_enc opens, and it is the ASN.1 form of SM2 (a SEQUENCE of x, y, digest and text); the bridge reads the plain form, 04 and C1C3C2.",
		advice: "Ask the gateway's people for the plain form (GB/T 32918: C1‖C3‖C2, 113 bytes), as its document says; " +
			"programs such as GmSSL and OpenSSL write ASN.1 by themselves.",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool { return t.OAEP != "" }), detail: func(e *sealedEvidence) bilingual.Said {
		for _, t := range e.trials {
			if t.own && t.OAEP != "" {
				return say("It is OAEP with %s.", t.OAEP)
			}
		}
		return bilingual.Said{}
	}, causeText: causeText{
		name:     "key_padding_oaep",
		happened: "Key_enc is for the right private key, and padded in another way than PKCS#1 v1.5.",
		advice:   "Ask the gateway's people for RSA/ECB/PKCS1Padding for this merchant. The keys are right: do not change them.",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool { return t.RawSignature }), causeText: causeText{
		name:     "sm2_signature_raw",
		happened: "It is signed by the gateway's key, and sign holds the bare numbers r and s (64 bytes) in place of their ASN.1.",
		advice:   "Ask the gateway's people for signatures in ASN.1 (DER, 70 to 72 bytes). The keys are right: do not change them.",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool {
		return t.SessionKey > 0 && t.SessionKey != sessionKeySizes[t.Suite]
	}), causeText: causeText{
		name:     "session_key_length",
		happened: "The session key opens and has another length than this suite's: 8 bytes in intl (DES), 16 in gm (SM4).",
		advice:   "The gateway uses another cipher (3DES or AES?). Ask its people for the algorithm of this merchant.",
	}},
	{holds: ownTrial(func(e *sealedEvidence, t trial) bool {
		return t.openedWhole() && len(e.envelope.MsgEnc)/2%t.SessionKey != 0
	}), causeText: causeText{
		name:     "msg_enc_cut_off",
		happened: "Msg_enc is no whole number of cipher blocks: the end of it is missing.",
		advice:   "Save the message again. If it arrived so, something on the way cuts bodies off.",
	}},
	{holds: ownTrial(func(e *sealedEvidence, t trial) bool {
		return t.openedWhole() && !t.Padded && len(e.envelope.MsgEnc)/2%t.SessionKey == 0
	}), causeText: causeText{
		name:     "padding_broken",
		happened: "The session key opens, and the text does not end in whole padding: msg_enc was cut off or changed, or it is encrypted in another mode.",
		advice:   "Save the message again. If all messages are like this, ask the gateway's people for mode and padding (CBC, PKCS#5).",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool { return t.ZeroIV }), causeText: causeText{
		name:     "zero_iv",
		happened: "The gateway encrypts with an IV of zeros; the bridge takes the session key as IV.",
		advice:   "Report this to Paybridge with the gateway's name: that the IV is the key was an assumption in suite gm.",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool {
		return t.Signer == v2.SignerPeer && t.Hash != "" && t.Hash != "SHA-1"
	}), causeText: causeText{
		name:     "signed_with_other_hash",
		happened: "It is signed by the gateway's key, with another hash than SHA-1.",
		advice:   "Ask the gateway's people for SHA1withRSA for this merchant.",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool {
		return t.Signer == v2.SignerPeer && t.Hash == "SHA-1" && t.Padded && !t.SignatureGood && !t.ZeroIV
	}), causeText: causeText{
		name:     "signed_other_text",
		happened: "It is signed by the gateway's key, over another text than the one that is encrypted.",
		advice:   "Msg_enc and sign are from two messages, or the text was changed before it was encrypted (charset, blanks). Ask the gateway's people.",
	}},
	{holds: func(e *sealedEvidence) bool { _, is := e.signedForOther(); return is && e.opens() }, detail: func(e *sealedEvidence) bilingual.Said {
		t, _ := e.signedForOther()
		return say("It is the gateway_key of gateway_merchant %s (merid %s).", t.merchant.GatewayMerchant, t.merchant.MerID)
	}, causeText: causeText{
		name:     "gateway_key_of_other_merchant",
		happened: "It is signed with a gateway key that another merchant of the configuration has.",
		advice:   "Compare gateway_key of the two merchants; this one probably needs the other's.",
	}},
	{holds: func(e *sealedEvidence) bool {
		_, other := e.signedForOther()
		return !other && ownTrial(func(_ *sealedEvidence, t trial) bool {
			return t.Padded && t.Signer == v2.SignerUnknown && !t.ZeroIV
		})(e)
	}, causeText: causeText{
		name:     "gateway_key_wrong",
		happened: "The message opens and is not signed by gateway_key.",
		advice: "Get the gateway's current public key and compare it with gateway_key. In suite gm the user id of signatures (1234567812345678) is to be confirmed too. " +
			"If the key is right, the message is not the gateway's.",
	}},
}

// sealedUnexplained is the cause when no row holds.
var sealedUnexplained = causeText{
	name:     "unknown",
	happened: "The message does not open, and none of the causes known here holds.",
	advice:   "Compare private_key, gateway_key and suite of this merchant with the gateway's people.",
}

// sessionKeySizes are the lengths of a session key by suite, in bytes.
var sessionKeySizes = map[string]int{v2.Intl.Name(): 8, v2.GM.Name(): 16}

func (e *sealedEvidence) keyEncLen() int { return hex.DecodedLen(len(e.envelope.KeyEnc)) }

func (e *sealedEvidence) cleanHex() bool { return e.notHex() == "" && e.oddHex() == "" }

// suiteDiffers reports whether key_enc has the length of the other suite.
func (t trial) suiteDiffers(keyEnc int) bool {
	if t.Suite == v2.GM.Name() {
		return keyEnc >= rsaLeast
	}
	return keyEnc == sm2KeyEnc || keyEnc == sm2KeyEnc-1
}

// openedWhole reports whether a session key of the right length opened.
func (t trial) openedWhole() bool {
	return t.SessionKey > 0 && t.SessionKey == sessionKeySizes[t.Suite]
}

func (e *sealedEvidence) openedByOther() (trial, bool) {
	return e.foreign(func(t trial) bool { return t.openedWhole() })
}

// signedForOther finds another merchant whose gateway key signed: by an RSA
// signature alone, since only the merchant it is sealed to can open the text.
func (e *sealedEvidence) signedForOther() (trial, bool) {
	return e.foreign(func(t trial) bool { return t.Signer == v2.SignerPeer })
}

// openedByExpired finds a previous pair of the merchant that would have opened
// the message.
func (e *sealedEvidence) openedByExpired() (trial, bool) {
	for _, t := range e.trials {
		if t.own && !t.accepted && t.SignatureGood && t.Signer == v2.SignerPeer {
			return t, true
		}
	}
	return trial{}, false
}
