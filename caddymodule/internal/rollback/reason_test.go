package rollback

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// What is kept of a reason is read back with all its numbers, and said in both languages.
func TestReasonIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := Reason{
			Rule: Rule{Window: time.Duration(rapid.Int64Range(int64(leastWindow), int64(longestWindow)).Draw(t, "window")), MaxWorse: rapid.IntRange(1, 99).Draw(t, "most")},
			V2:   anyTally(t, "v2"), Old: anyTally(t, "old"),
		}
		got, ok := ParseReason(want.String())
		if !ok || got != want {
			t.Fatalf("%q is read as %+v, %t; want %+v", want, got, ok, want)
		}
		// The sentence of before there was a name.
		if got, ok := ParseReason(oldSentence(want)); !ok || got != want {
			t.Fatalf("%q is read as %+v, %t; want %+v", oldSentence(want), got, ok, want)
		}
	})
}

func oldSentence(r Reason) string {
	return bilingual.Say("v2 refused %d of %d new payments within %s, the old gateway %d of %d; at most %d percentage points more are allowed",
		r.V2.Refused, r.V2.Payments, r.Rule.Window.String(), r.Old.Refused, r.Old.Payments, r.Rule.MaxWorse).Error()
}

func TestReasonIsSaid(t *testing.T) {
	t.Parallel()
	r := Reason{Rule{Window: 10 * time.Minute, MaxWorse: 20}, Tally{Payments: 50, Refused: 30}, Tally{Payments: 80, Refused: 2}}
	for lang, want := range map[bilingual.Lang]string{
		bilingual.En: "v2 refused 30 of 50 new payments within 10m, the old gateway 2 of 80; at most 20 percentage points more are allowed",
		bilingual.Zh: "10 分钟内 v2 拒绝了 50 笔新支付中的 30 笔，旧网关拒绝了 80 笔中的 2 笔；最多允许高出 20 个百分点",
	} {
		if got := r.Said().In(lang); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	for _, words := range []string{"", "complaints", "v2 refused 3 of 5", r.String() + "!", strings.Replace(r.String(), "10m0s", "99999999999h", 1), strings.Replace(r.String(), "30/50", "99999999999999999999/50", 1)} {
		if _, ok := ParseReason(words); ok {
			t.Errorf("%q is taken for a reason of the guard", words)
		}
	}
}
