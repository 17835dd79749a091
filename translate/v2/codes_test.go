package v2

import "testing"

func TestClassify(t *testing.T) {
	t.Parallel()
	tests := map[string]Class{
		"S0000000":  Processed,
		"E0000000":  Unknown,
		"E9999999":  Unknown,
		"E8000001":  NotFound,
		"E8000003":  Repeated,
		"E0000003":  Refused,
		"E0000004":  Refused,
		"E0000005":  Refused,
		"E1234567":  Refused,
		"":          Unknown,
		"S0000001":  Unknown,
		"s0000000":  Unknown,
		"e1234567":  Unknown,
		"E123456":   Unknown,
		"E12345678": Unknown,
		"E12345x7":  Unknown,
		"E1234567 ": Unknown,
		"00":        Unknown,
	}
	for code, want := range tests {
		if got := Classify(code); got != want {
			t.Errorf("Classify(%q) = %s; want %s", code, got, want)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	type view struct{ known, final, moved bool }
	tran := map[TranState]view{
		"10": {known: true}, "11": {true, true, true}, "12": {known: true}, "13": {known: true, final: true},
		"": {}, "1": {}, "31": {}, "011": {},
	}
	for s, want := range tran {
		if got := (view{s.Known(), s.Final(), s.Paid()}); got != want {
			t.Errorf("TranState %q: %+v; want %+v", s, got, want)
		}
	}
	refund := map[RefundState]view{
		"30": {known: true}, "31": {true, true, true}, "32": {known: true}, "33": {known: true, final: true}, "34": {known: true},
		"35": {known: true, final: true}, "36": {known: true, final: true}, "": {}, "11": {}, "37": {},
	}
	for s, want := range refund {
		if got := (view{s.Known(), s.Final(), s.Refunded()}); got != want {
			t.Errorf("RefundState %q: %+v; want %+v", s, got, want)
		}
	}
}

// TestLabels keeps the words that metrics use.
func TestLabels(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		Unknown.String(): "unknown", Processed.String(): "processed", NotFound.String(): "not_found", Repeated.String(): "repeated", Refused.String(): "refused",
		ReasonShape.String(): "shape", ReasonKey.String(): "key", ReasonPadding.String(): "padding", ReasonSignature.String(): "signature",
		ReasonUnavailable.String(): "key_unavailable",
	} {
		if got != want {
			t.Errorf("label %q; want %q", got, want)
		}
	}
	if Reason(0).String() != "unknown" || Reason(99).String() != "unknown" || Class(99).String() != "unknown" {
		t.Error("values out of range have no name")
	}
}
