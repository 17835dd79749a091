package translate

import (
	"cmp"
	"fmt"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// JudgePay says what a signed answer to a pay call means (design: the table of
// money rules). The error wraps ErrMismatch when the answer tells of something
// else; nothing is certain then.
func (r Rule) JudgePay(m v2.Message, want Expected) (Report, error) {
	if err := answers(m, want.FlowNo); err != nil {
		return NothingCertain(err.Error()), err
	}
	reply, err := m.PayReply()
	if err != nil {
		return NothingCertain("answer cannot be read"), nil
	}
	class := v2.Classify(m.Head.RespCode)
	// Answers seen so far name no amount: it is that of the call.
	yuan := cmp.Or(reply.TotalAmt, FormatYuan(want.Amount))
	if err := want.check(m.Head, reply.OrderNo, yuan, class == v2.Processed && reply.TranState.Paid()); err != nil {
		return NothingCertain(err.Error()), err
	}
	if !names(m.Head, reply.OrderNo) {
		return NothingCertain(unnamed), nil
	}
	switch class {
	case v2.Processed:
		return r.judgeProcessed(reply), nil
	case v2.Unknown, v2.Repeated:
		// Repeated: the gateway knows our number, which we never use twice,
		// so an earlier copy of this very call arrived.
		return NothingCertain("gateway answered " + shortCode(m.Head.RespCode)), nil
	default:
		return judgeRefused(m.Head, reply), nil
	}
}

// judgeRefused believes a refusal unless the same answer also tells of a payment
// that goes on.
func judgeRefused(head v2.Head, reply v2.PayReply) Report {
	if reply.TranState != "" && reply.TranState != v2.TranFailed {
		return NothingCertain("gateway answered " + shortCode(head.RespCode) + " with tranState " + shortCode(string(reply.TranState)))
	}
	return Report{State: Failed, GatewayMessage: head.Refusal()}
}

func (r Rule) judgeProcessed(reply v2.PayReply) Report {
	state, known := reported[reply.TranState]
	switch {
	case !known:
		return NothingCertain("tranState " + shortCode(string(reply.TranState)) + " is not known")
	case state == Failed:
		return Report{State: Failed} // respDesc speaks of the message
	}
	report := Report{State: state, GatewayNo: reply.JytOrderID}
	if !r.shown(reply, &report) && state == Pending {
		return NothingCertain("answer shows no code or link")
	}
	return report
}

// shown fills in what the payer is shown and reports whether there is
// something, or nothing is needed.
func (r Rule) shown(reply v2.PayReply, report *Report) bool {
	switch r.Mode {
	case MerchantScans:
		return true
	case InWeChat:
		report.PayData = reply.WcPayData
		return report.PayData != ""
	case PhoneBrowser:
		report.FormAction = BuildLink(reply.URLScheme)
		if report.FormAction == "" {
			report.FormAction = BuildLink(reply.CodeURL)
		}
	default:
		report.FormAction = BuildLink(reply.CodeURL)
	}
	return report.FormAction != ""
}

// shortCode quotes a code of the gateway for a log line.
func shortCode(code string) string {
	const longest = 16
	if len(code) > longest {
		code = code[:longest] + "…"
	}
	return fmt.Sprintf("%q", code)
}
