package quarantine

import (
	"regexp"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
)

// Cause is why a message was not believed. The set is closed; where "explain" tells of
// the same, it has the same name.
type Cause string

// The causes.
const (
	OrderUnknown      Cause = "order_unknown"
	NumberMissing     Cause = "order_number_missing"
	MerchantDiffers   Cause = "merchant_differs"
	RequestDiffers    Cause = "request_differs"
	CodeDiffers       Cause = "tran_code_differs"
	OrderDiffers      Cause = "order_differs"
	RefundDiffers     Cause = "refund_differs"
	AmountDiffers     Cause = "amount_differs"
	MembersContradict Cause = "members_contradict"
	StateUnknown      Cause = "state_unknown"
	// OutcomeContradicted is a message in order that denies what the gateway has said for
	// certain before.
	OutcomeContradicted Cause = "outcome_contradicted"
	// QuestionOpen is a message that proves nothing, about an order that is not asked about
	// any more.
	QuestionOpen      Cause = "question_open"
	MessageUnreadable Cause = "message_unreadable"
	Other             Cause = "other" // Other is shown as it was kept: no name is known for it
)

// row is one cause: its name, the texts by which it is known, and what it means.
type row struct {
	cause Cause
	texts *regexp.Regexp
	means bilingual.Said
}

var (
	say     = bilingual.Say
	matches = regexp.MustCompile
)

// differs matches what tells of a member that is not what the ledger has.
func differs(members string) *regexp.Regexp {
	return matches(`^` + regexp.QuoteMeta(translate.ErrMismatch.Error()) + `: (?:` + members + `)$`)
}

// rows are the causes that have texts.
var rows = []row{
	{OrderUnknown, matches(`^unknown order$`), say("the ledger does not know the order or refund that it names")},
	{NumberMissing, matches(`^notice names neither an order nor a refund$`), say("it names neither an order nor a refund")},
	{MerchantDiffers, differs(`head\.merchantId`), say("it names another merchant than the order's, or none where it must")},
	{RequestDiffers, differs(`head\.tranFlowid`), say("it answers another request: its flow number is not ours")},
	{CodeDiffers, differs(`head\.tranCode`), say("it answers a call of another kind: its tranCode is not that of the call")},
	{OrderDiffers, differs(`body order number`), say("it names another order than the one it should be about, or none where it must")},
	{RefundDiffers, differs(`body\.merRefundFlowId`), say("it names another refund than ours, or none where it must")},
	{AmountDiffers, differs(`body amount|body\.refundAmt`), say("it names another amount than the order's, or none where it must")},
	{MembersContradict, matches(`^body\.\S+: says other than `), say("it contradicts itself: two members that say the same thing differ")},
	{StateUnknown, matches(`^(refund )?state ".*" is not known$`), say("its state is not known, or missing")},
	{OutcomeContradicted, matches(`^contradicts what is final$`), say("it denies what is final: that the order is paid, that its refund is done, or that somebody has given the money back by other means")},
	{QuestionOpen, matches(`^proves nothing, and the order is not asked about any more$`), say("it proves nothing, and the bridge does not ask about the order any more: ask the gateway what became of its refund")},
	{MessageUnreadable, matches(`^(body\.\S+: (not a text|given twice)$|reading message: )`), say("it is signed and cannot be read: not JSON, without head or body, or with a member twice")},
}

// Causes lists every cause.
func Causes() []Cause {
	list := make([]Cause, 0, len(rows)+1)
	for _, r := range rows {
		list = append(list, r.cause)
	}
	return append(list, Other)
}

// CauseOf names the cause that is kept as a text.
func CauseOf(text string) Cause {
	if r, known := rowOf(text); known {
		return r.cause
	}
	return Other
}

// Means says what a cause that is kept as a text means; of one without a name, the text
// itself.
func Means(text string) bilingual.Said {
	if r, known := rowOf(text); known {
		return r.means
	}
	return bilingual.Pair(text, text)
}

func rowOf(text string) (row, bool) {
	for _, r := range rows {
		if r.texts.MatchString(text) {
			return r, true
		}
	}
	return row{}, false
}
