package pages

import (
	"net/http"

	"golang.org/x/text/language"
)

// Lang is the language of a page, as it stands in the lang attribute.
type Lang string

// The languages. Chinese is the one of nearly all payers.
const (
	Zh Lang = "zh-CN"
	En Lang = "en"
)

// LangOf returns the language for the browser that sent r: English only if its
// Accept-Language ranks English above Chinese, otherwise Chinese.
func LangOf(r *http.Request) Lang {
	tags, ranks, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return Zh
	}
	best := make(map[string]float32)
	for i, tag := range tags {
		base, _ := tag.Base()
		best[base.String()] = max(best[base.String()], ranks[i])
	}
	if best["en"] > best["zh"] {
		return En
	}
	return Zh
}

// phrase is one text in all languages.
type phrase struct{ zh, en string }

// in returns the text in one language.
func (p phrase) in(l Lang) string {
	if l == En {
		return p.en
	}
	return p.zh
}
