package command

import (
	"slices"
	"testing"
)

// TestHarmless: nothing that is printed as CSV is a formula, and numbers stay numbers.
func TestHarmless(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": "", "89900001": "89900001", "-19.99": "-19.99", "+1": "+1", "茶": "茶", "a=b": "a=b",
		`=cmd|' /C calc'!A0`: `'=cmd|' /C calc'!A0`, "@SUM(1)": "'@SUM(1)", "-1+1": "'-1+1", "+1-1": "'+1-1",
		"\t=1": `\u0009=1`, "\r=1": `\u000d=1`, "a\n=1": `a\u000a=1`, "-": "'-", "=1": "'=1", " =1": " '=1", "＝1+1": "'＝1+1", "＠a": "'＠a",
		"failed;=1": "failed;'=1", "a; @b;－c": "a; '@b;'－c", "a;b": "a;b", "1;2": "1;2", "\x1b[2J": `\u001b[2J`, "\u202e=": `\u202e=`,
	} {
		if got := harmless([]string{given, "x"}); !slices.Equal(got, []string{want, "x"}) {
			t.Errorf("%q became %q", given, got)
		}
	}
}
