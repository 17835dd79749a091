package translate

import (
	"cmp"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// JudgePay says what a signed answer to a pay call means, read by
// [v2.Message.PayReply] (design: the table of money rules). The error wraps
// ErrMismatch when the answer tells of something else; nothing is certain then.
func (r Rule) JudgePay(said v2.Statement, want Expected) (Report, error) {
	if err := want.answers(said); err != nil {
		return NothingCertain(err.Error()), err
	}
	if said.Err != nil {
		return NothingCertain("answer cannot be read"), nil
	}
	class := v2.Classify(said.Head.RespCode)
	// Answers seen so far name no amount: it is that of the call.
	said.Amount = cmp.Or(said.Amount, FormatYuan(want.Amount))
	if err := want.checkPayment(said, class == v2.Processed && said.TranState.Paid()); err != nil {
		return NothingCertain(err.Error()), err
	}
	if !names(said) {
		return NothingCertain(unnamed), nil
	}
	switch class {
	case v2.Processed:
		return r.judgeProcessed(said), nil
	case v2.Unknown, v2.Repeated:
		// Repeated: the gateway knows our number, which we never use twice,
		// so an earlier copy of this very call arrived.
		return NothingCertain("gateway answered " + shortCode(said.Head.RespCode)), nil
	default:
		return judgeRefused(said), nil
	}
}

// judgeRefused believes a refusal unless the same answer also tells of a payment
// that goes on.
func judgeRefused(said v2.Statement) Report {
	if said.TranState != "" && said.TranState != v2.TranFailed {
		return NothingCertain("gateway answered " + shortCode(said.Head.RespCode) + " with tranState " + shortCode(said.State()))
	}
	return Report{State: Failed, GatewayMessage: said.Head.Refusal()}
}

func (r Rule) judgeProcessed(said v2.Statement) Report {
	state, known := reported[said.TranState]
	switch {
	case !known:
		return NothingCertain("tranState " + shortCode(said.State()) + " is not known")
	case state == Failed:
		return Report{State: Failed} // respDesc speaks of the message
	}
	report := Report{State: state, GatewayNo: said.GatewayNo}
	if !r.shown(said, &report) && state == Pending {
		return NothingCertain("answer shows no code or link")
	}
	return report
}

// shown fills in what the payer is shown and reports whether there is
// something, or nothing is needed.
func (r Rule) shown(said v2.Statement, report *Report) bool {
	switch r.Mode {
	case MerchantScans:
		return true
	case OfficialAccount:
		report.PayData = said.WcPayData
		return report.PayData != ""
	case PhoneBrowser:
		report.FormAction = BuildLink(said.URLScheme)
		if report.FormAction == "" {
			report.FormAction = BuildLink(said.CodeURL)
		}
	default:
		report.FormAction = BuildLink(said.CodeURL)
	}
	return report.FormAction != ""
}
