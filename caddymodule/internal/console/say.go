package console

import (
	"strings"
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// catalogs are the texts of both languages.
var catalogs = sync.OnceValue(func() map[bilingual.Lang]catalog {
	return map[bilingual.Lang]catalog{bilingual.Zh: readCatalog(bilingual.Zh), bilingual.En: readCatalog(bilingual.En)}
})

// Say is a text of the console, for commands that say the same: values, by the names
// in braces, are filled in. It panics when there is no such text.
func Say(lang bilingual.Lang, name string, values map[string]string) string {
	text, err := catalogs()[lang].text(name)
	must(err)
	for placeholder, value := range values {
		text = strings.ReplaceAll(text, "{"+placeholder+"}", value)
	}
	return text
}

// Word is the console's word for a value of a family, such as a state; the value
// itself where it has none.
func Word(lang bilingual.Lang, family, value string) string {
	if word, known := catalogs()[lang][family+"."+value]; known {
		return word
	}
	return value
}
