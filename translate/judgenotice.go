package translate

import v2 "github.com/paybridge/paybridge/translate/v2"

// JudgeNotice says what a signed notice of a payment or of a refund means, read by
// [v2.Message.Notice]. Its state speaks, unless it has a respCode that is anything but
// S0000000: then it moves nothing, whatever state it names. Of a refund that has failed
// it must say which, for it may be somebody else's. The error wraps ErrMismatch when the
// notice tells of something else; nothing is certain then.
func JudgeNotice(said v2.Statement, want Expected) (Report, error) {
	want.TranCode = ""
	report, err := judge(said, want)
	switch {
	case err != nil:
		return report, err
	case said.Head.TakesBack(): // most gateways leave the respCode out
		return provesNothing("notice has respCode " + shortCode(said.Head.RespCode)), nil
	case report.State == RefundFailed && said.RefundNo == "":
		return provesNothing("notice of a failed refund does not say which"), nil
	}
	return report, nil
}

// provesNothing is the report of a notice that should be asked about.
func provesNothing(reason string) Report {
	report := NothingCertain(reason)
	report.Ask = true
	return report
}
