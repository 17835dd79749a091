package translate

import (
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// The states of an order. The texts are stored and shown to operators.
const (
	Begun        State = "begun"
	Sent         State = "sent"
	Pending      State = "pending"
	InDoubt      State = "in_doubt"
	Paid         State = "paid"
	Failed       State = "failed"
	Closed       State = "closed"
	Refunding    State = "refunding"
	Refunded     State = "refunded"
	RefundFailed State = "refund_failed"
)

// states is the table of states (design: the table of money rules).
//
// While the outcome of an order is unknown, the merchant of a scanned code is told
// "00", which means "poll": money may have moved. All others hear "96": nothing but
// a code can have been shown, and the same order may be tried again.
//
// Query: 1003 closes the order at the merchant, so it stands only where nothing more
// can come; 1002 and 1004 are credited as paid by some clients and are never said.
// While a refund is open neither "paid" nor "failed" is certain to last; when it has
// failed, the payment stands until somebody gives the money back.
//
// Cancel: "00" makes the merchant close the order at once, so it stands only where
// no money is left with the merchant or can come to stay there: what is paid of a
// failed or closed order is given back. Its merchant, and that of an order whose refund
// came back after it was done, was told so, and goes on hearing "00" and 1003 whatever
// becomes of that ([CancelCode], [ResultCode]).
var states = []StateRow{
	{
		State: Begun, Chinese: "已记录", Means: "recorded; nothing has left for the gateway",
		Pay: v1.CodeBusy, PayScanned: v1.CodeBusy, Query: v1.ResultUnpaid, Cancel: v1.CodeState,
		CancelStep: CancelUnsent, Payer: PayerOpen, Due: DueClose,
		Moves: map[Verdict][]State{Applied: {Sent, Pending, InDoubt, Paid, Failed, Closed}},
	},
	{
		State: Sent, Chinese: "已提交", Means: "the pay call may have left; no answer is recorded yet",
		Pay: v1.CodeBusy, PayScanned: v1.CodeOK, Query: v1.ResultUnpaid, Cancel: v1.CodeState,
		Payer: PayerOpen, Due: DueQuery,
		Settle: []State{Paid, Failed, Closed},
		Moves:  map[Verdict][]State{Applied: {Begun, Pending, InDoubt, Paid, Failed, Closed}},
	},
	{
		State: Pending, Chinese: "待支付", Means: "the gateway knows the order, the payer has not paid",
		Tran: []v2.TranState{v2.TranAccepted, v2.TranProcessing},
		Pay:  v1.CodeOK, PayScanned: v1.CodeOK, Query: v1.ResultUnpaid, Cancel: v1.CodeBusy,
		CancelStep: CancelUnpaid, Payer: PayerOpen, Due: DueQuery,
		Settle: []State{Paid, Failed, Closed},
		Moves:  map[Verdict][]State{Applied: {Paid, Failed, Closed}},
	},
	{
		State: InDoubt, Chinese: "存疑", Means: "no answer that can be trusted; only a query or a notice settles it",
		Pay: v1.CodeBusy, PayScanned: v1.CodeOK, Query: v1.ResultUnpaid, Cancel: v1.CodeState,
		Payer: PayerOpen, Due: DueQuery, Tone: ToneNote,
		Settle: []State{Paid, Failed, Closed},
		Moves:  map[Verdict][]State{Applied: {Sent, Pending, Paid, Failed, Closed}},
	},
	{
		State: Paid, Chinese: "已支付", Means: "the gateway has confirmed the payment", Final: true,
		Tran: []v2.TranState{v2.TranSuccess},
		Pay:  v1.CodeOK, PayScanned: v1.CodeOK, Query: v1.ResultPaid, Cancel: v1.CodeBusy,
		CancelStep: CancelPaid, Notify: NotifySend, Payer: PayerPaid, Tone: ToneGood, Moved: true,
		SettleContradicted: []State{Paid},
		Moves:              map[Verdict][]State{Applied: {Refunding}, Contradicted: {Failed, Closed}},
	},
	{
		State: Failed, Chinese: "失败", Means: "the gateway refused or failed the payment, finally", Final: true,
		Tran: []v2.TranState{v2.TranFailed},
		Pay:  v1.CodeRefused, PayScanned: v1.CodeRefused, Query: v1.ResultFailed, Cancel: v1.CodeOK,
		Payer: PayerFailed, Due: DueLastQuery, Tone: ToneBad,
		SettleContradicted: []State{Failed, Paid},
		Moves:              map[Verdict][]State{LatePayment: {Paid}},
	},
	{
		State: Closed, Chinese: "已关闭", Means: "cancelled or expired before it was paid", Final: true,
		Pay: v1.CodeState, PayScanned: v1.CodeState, Query: v1.ResultFailed, Cancel: v1.CodeOK,
		Payer: PayerClosed, Due: DueLastQuery,
		Moves: map[Verdict][]State{LatePayment: {Paid}},
	},
	{
		State: Refunding, Chinese: "退款中", Means: "a refund number is stored, the outcome of the refund is open",
		Refund: []v2.RefundState{v2.RefundAccepted, v2.RefundProcessing, v2.RefundReviewing},
		Pay:    v1.CodeState, PayScanned: v1.CodeState, Query: v1.ResultUnpaid, Cancel: v1.CodeBusy,
		CancelStep: CancelAskAfter, Notify: NotifyWait, Payer: PayerRefunded, Due: DueRefund, Tone: ToneNote,
		Settle: []State{Refunded, RefundFailed},
		Moves:  map[Verdict][]State{Applied: {Refunded, RefundFailed}, Contradicted: {Failed}},
	},
	{
		State: Refunded, Chinese: "已退款", Means: "the gateway has confirmed the refund", Final: true,
		Refund: []v2.RefundState{v2.RefundSuccess},
		Pay:    v1.CodeState, PayScanned: v1.CodeState, Query: v1.ResultFailed, Cancel: v1.CodeOK,
		Payer: PayerRefunded, Moved: true,
		SettleContradicted: []State{Refunded, RefundFailed}, // it came back from the payer's card
		Moves:              map[Verdict][]State{Contradicted: {RefundFailed, Failed}},
	},
	{
		// 35 (failed to the original card) leaves the money with the gateway and
		// needs a person, as a failure does.
		State: RefundFailed, Chinese: "退款失败", Means: "the gateway refused the refund; the payment stands until somebody gives it back", Final: true,
		Refund: []v2.RefundState{v2.RefundFailed, v2.RefundCardFailed, v2.RefundRejected},
		Pay:    v1.CodeState, PayScanned: v1.CodeState, Query: v1.ResultPaid, Cancel: v1.CodeRefused,
		Notify: NotifySend, Payer: PayerPaid, Due: DueRetryRefund, Tone: ToneBad, Open: true,
		Settle: []State{Refunded}, // what the gateway would not give back somebody gave back by other means
		Moves:  map[Verdict][]State{Applied: {Refunded}, Contradicted: {Failed}},
		Retry:  Refunding,
	},
}
