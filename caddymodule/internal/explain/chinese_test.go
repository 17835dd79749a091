package explain

import (
	"strings"
	"testing"
	"unicode"
)

// Everything that a report may give as a cause is worded in Chinese, and nothing else
// is.
func TestEveryCauseIsWordedInChinese(t *testing.T) {
	t.Parallel()
	request := requestTexts()
	for _, f := range acceptedFacts {
		request = append(request, f.causeText)
	}
	sealed := []causeText{sealedUnexplained}
	for _, facts := range [][]sealedFact{envelopeFacts, numberFacts, openingFacts, sealedMemberFacts, sealedAcceptedFacts} {
		for _, f := range facts {
			sealed = append(sealed, f.causeText)
		}
	}
	for _, part := range []struct {
		causes  []causeText
		wording map[string]wording
	}{{request, chinese}, {sealed, chineseOfSealed}} {
		known := make(map[string]bool)
		for _, c := range part.causes {
			known[c.name] = true
			happened, advice := part.wording[c.name].about("")
			for _, text := range []string{happened, advice} {
				if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || strings.Contains(text, "{}") {
					t.Errorf("%s is worded %q", c.name, text)
				}
			}
		}
		for name := range part.wording {
			if !known[name] {
				t.Errorf("%s is worded in Chinese and no cause", name)
			}
		}
	}
	if len(chinese) != len(chineseOfForms)+len(chineseOfEachMember)+len(chineseOfSignatures)+len(chineseOfAccepted) {
		t.Error("a cause is worded twice")
	}
}
