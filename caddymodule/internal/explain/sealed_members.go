package explain

import (
	"cmp"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// read reads the opened message, and finds what keeps the bridge from acting on
// it without a look into the ledger.
func (e *sealedEvidence) read() {
	message, err := v2.ParseMessage(e.text)
	if err != nil {
		e.refused = "unreadable"
		return
	}
	e.said = message.Notice()
	for _, f := range sealedMemberFacts {
		if f.holds(e) {
			e.refused = cmp.Or(e.refused, f.name)
		}
	}
}

// sealedMemberFacts are what can be wrong with a message that opens.
var sealedMemberFacts = []sealedFact{
	{holds: func(e *sealedEvidence) bool { return e.refused == "unreadable" }, causeText: causeText{
		name:     "message_unreadable",
		happened: "The message opens and is not the JSON of a v2 message: one object with head and body, each member once.",
		advice:   "Ask the gateway's people; the signature is theirs.",
	}},
	{holds: func(e *sealedEvidence) bool {
		return e.readable() && e.said.Head.MerchantID != "" && e.said.Head.MerchantID != e.merchant.GatewayMerchant
	}, causeText: causeText{
		name:     "merchant_differs",
		happened: "Head.merchantId is another merchant than the one whose keys open the message.",
		advice:   "The bridge puts such a message into quarantine. Ask the gateway's people.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.readable() && e.said.Err != nil }, causeText: causeText{
		name:     "members_contradict",
		happened: "Two members that say the same thing differ: two states, amounts or order numbers.",
		advice:   "The bridge puts such a message into quarantine. Ask the gateway's people which one counts.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.isNotice() && e.said.OrderNo == "" }, causeText: causeText{
		name:     "order_number_missing",
		happened: "The message names no order: merOrderId, oriMerOrderId, orderId and orderNo are missing.",
		advice:   "Ask the gateway's people which member of a notice names the order.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.isNotice() && e.said.TranState == "" }, causeText: causeText{
		name:     "state_missing",
		happened: "The message tells no state: neither state nor tranState.",
		advice:   "Ask the gateway's people which member of a notice tells the state.",
	}},
	{holds: func(e *sealedEvidence) bool {
		return e.isNotice() && e.said.TranState != "" && !e.said.TranState.Known()
	}, causeText: causeText{
		name:     "state_unknown",
		happened: "The state is none of 10, 11, 12 and 13. The order stays as it is and is asked for.",
		advice:   "Ask the gateway's people what this state means.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.isNotice() && e.said.TranState.Paid() && e.said.Amount == "" }, causeText: causeText{
		name:     "amount_missing",
		happened: "The message says that the order is paid, and not how much.",
		advice:   "The bridge does not believe it, and asks for the order. Ask the gateway's people for totalAmt in notices.",
	}},
}

func (e *sealedEvidence) readable() bool { return e.verified && e.refused != "unreadable" }

// isNotice reports whether the message is a notice about a payment that does not
// contradict itself: no answer, and nothing about a refund.
func (e *sealedEvidence) isNotice() bool {
	return e.readable() && e.said.Head.TranType != v2.TranTypeResponse && !e.said.OfRefund && e.said.Err == nil
}

// takesItselfBack reports whether the message is a notice with a respCode that is
// not that of success.
func (e *sealedEvidence) takesItselfBack() bool {
	head := e.said.Head
	return e.readable() && head.TranType != v2.TranTypeResponse && head.TakesBack()
}

// messageLines tells of the members of head and body.
func messageLines(text []byte) []bilingual.Said {
	text = v2.Readable(text)
	var lines []bilingual.Said
	for _, part := range []string{"head", "body"} {
		lines = append(lines, members(part+".", []byte(gjson.GetBytes(text, part).Raw))...)
	}
	return lines
}

// sealedAcceptedFacts are what is unusual in a message that the bridge takes.
var sealedAcceptedFacts = []sealedFact{
	{holds: (*sealedEvidence).takesItselfBack, causeText: causeText{
		name:     "notice_proves_nothing",
		happened: "The notice has a respCode other than S0000000: whatever state it names, it moves neither a payment nor a refund. It is acknowledged, and the gateway is asked.",
		advice:   "Look at the order: the answer to the query counts. Ask the gateway's people why they send such notices.",
	}},
	{holds: func(e *sealedEvidence) bool { return e.meant["msg_enc"] == "" }, causeText: causeText{
		name:     "old_parameter_name",
		happened: "The message comes as xml_enc, the older name of msg_enc. The bridge takes both.",
		advice:   "Nothing need be done.",
	}},
	{holds: ownTrial(func(_ *sealedEvidence, t trial) bool {
		return t.accepted && t.SignatureGood && t.pair.Used != (v2.Used{})
	}), causeText: causeText{
		name:     "previous_key_used",
		happened: "It needs a previous key, which is still accepted.",
		advice:   "Have the gateway's people use the new keys before the day of the previous one is over.",
	}},
}
