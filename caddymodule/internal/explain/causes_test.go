package explain_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
)

// The causes are a closed set, each once and with words in both languages.
func TestRequestCauses(t *testing.T) {
	t.Parallel()
	causes := explain.RequestCauses()
	if len(causes) < 100 {
		t.Errorf("only %d causes", len(causes))
	}
	for i, cause := range causes {
		if slices.Contains(causes[:i], cause) {
			t.Errorf("%s is there twice", cause)
		}
		if strings.Trim(cause, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || cause == "" {
			t.Errorf("%q is no name for scripts and labels", cause)
		}
		en, zh := explain.Happened(bilingual.En, cause), explain.Happened(bilingual.Zh, cause)
		han := func(r rune) bool { return unicode.Is(unicode.Han, r) }
		if en == "" || !strings.ContainsFunc(zh, han) || strings.ContainsFunc(en, han) {
			t.Errorf("%s is %q and %q", cause, en, zh)
		}
	}
	for _, lang := range []bilingual.Lang{bilingual.En, bilingual.Zh} {
		if said := explain.Happened(lang, "unheard-of"); said != "" {
			t.Errorf("%s: %q", lang, said)
		}
	}
}

// Whatever is wrong with a request, its cause is of the set.
func TestCauseIsOfTheSet(t *testing.T) {
	t.Parallel()
	causes, w := explain.RequestCauses(), world(t)
	inputs := []string{signed(message)}
	for _, tc := range wrongForms {
		inputs = append(inputs, tc.input)
	}
	for _, tc := range wrongSignatures {
		inputs = append(inputs, tc.input)
	}
	for _, input := range inputs {
		for _, whole := range []string{input, "POST /api/mpgateway HTTP/1.1\r\n\r\n" + input, "GET /apis/x HTTP/1.1\r\n\r\n" + input} {
			r := explain.Explain([]byte(whole), w)
			if r.Accepted != (r.Cause() == "") || !r.Accepted && r.Kind != explain.KindSealed && !slices.Contains(causes, r.Cause()) {
				t.Errorf("accepted %v, cause %q of %.60s", r.Accepted, r.Cause(), whole)
			}
		}
	}
}
