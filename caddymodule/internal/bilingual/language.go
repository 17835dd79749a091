package bilingual

import (
	"net/http"

	"golang.org/x/text/language"
)

// Lang is a language, as it stands in HTML's lang attribute and in the headers
// Accept-Language and Content-Language.
type Lang string

// The languages.
const (
	Zh Lang = "zh-CN"
	En Lang = "en"
)

// LangOf returns the language that whoever sent r reads: the one of the two that
// its Accept-Language ranks above the other, and otherwise when it ranks neither.
func LangOf(r *http.Request, otherwise Lang) Lang {
	tags, ranks, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return otherwise
	}
	best := make(map[string]float32)
	for i, tag := range tags {
		base, _ := tag.Base()
		best[base.String()] = max(best[base.String()], ranks[i])
	}
	switch {
	case best["en"] > best["zh"]:
		return En
	case best["zh"] > best["en"]:
		return Zh
	}
	return otherwise
}
