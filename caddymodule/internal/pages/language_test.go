package pages

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestLangOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header string
		want   Lang
	}{
		{"none", "", Zh},
		{"Chinese", "zh-CN,zh;q=0.9,en;q=0.8", Zh},
		{"Chinese in Hong Kong", "zh-HK", Zh},
		{"traditional script", "zh-Hant-TW,en;q=0.5", Zh},
		{"English", "en-US,en;q=0.9", En},
		{"English before Chinese", "en-GB,en;q=0.9,zh-CN;q=0.8", En},
		{"both alike", "en,zh", Zh},
		{"English last by weight", "en;q=0.5,zh;q=0.6", Zh},
		{"English refused", "en;q=0", Zh},
		{"French with English", "fr-FR,fr;q=0.9,en;q=0.8", En},
		{"French only", "fr", Zh},
		{"anything", "*", Zh},
		{"capitals", "EN-us", En},
		{"rubbish", "<script>;q=x,,;;", Zh},
		{"very long", strings.Repeat("en-", 10_000), Zh},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept-Language", test.header)
			if got := LangOf(r); got != test.want {
				t.Errorf("LangOf(%q) = %s, want %s", test.header, got, test.want)
			}
		})
	}
}
