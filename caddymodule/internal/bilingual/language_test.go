package bilingual

import (
	"cmp"
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
		want   Lang // "" for neither
	}{
		{"none", "", ""},
		{"Chinese", "zh-CN,zh;q=0.9,en;q=0.8", Zh},
		{"Chinese in Hong Kong", "zh-HK", Zh},
		{"traditional script", "zh-Hant-TW,en;q=0.5", Zh},
		{"English", "en-US,en;q=0.9", En},
		{"English before Chinese", "en-GB,en;q=0.9,zh-CN;q=0.8", En},
		{"both alike", "en,zh", ""},
		{"English last by weight", "en;q=0.5,zh;q=0.6", Zh},
		{"English refused", "en;q=0", ""},
		{"French with English", "fr-FR,fr;q=0.9,en;q=0.8", En},
		{"French only", "fr", ""},
		{"anything", "*", ""},
		{"capitals", "EN-us", En},
		{"rubbish", "<script>;q=x,,;;", ""},
		{"very long", strings.Repeat("en-", 10_000), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept-Language", test.header)
			for _, otherwise := range []Lang{Zh, En} {
				if got, want := LangOf(r, otherwise), cmp.Or(test.want, otherwise); got != want {
					t.Errorf("LangOf(%q, %s) = %s, want %s", test.header, otherwise, got, want)
				}
			}
		})
	}
}
