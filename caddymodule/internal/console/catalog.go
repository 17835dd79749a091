package console

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

//go:embed i18n/*.json
var catalogFiles embed.FS

// catalog holds all texts of page and scripts in one language, by name. A name with
// a dot belongs to a family, and its second part is a value of the API, such as
// state.paid. The scripts fill in what stands in braces.
type catalog map[string]string

// readCatalog reads the catalog of a language.
func readCatalog(lang bilingual.Lang) catalog {
	text, err := catalogFiles.ReadFile("i18n/" + string(lang) + ".json")
	must(err)
	var texts catalog
	must(json.Unmarshal(text, &texts))
	return texts
}

// short is the catalog as it is sent: families apart, under their names with the dot,
// and without the words that are the values themselves.
func (c catalog) short() map[string]any {
	sent := make(map[string]any)
	for name, text := range c {
		family, value, member := strings.Cut(name, ".")
		if !member {
			sent[name] = text
			continue
		}
		words, begun := sent[family+"."].(map[string]string)
		if !begun {
			words = make(map[string]string)
			sent[family+"."] = words
		}
		if text != value {
			words[value] = text
		}
	}
	return sent
}

// text returns a text for the page.
func (c catalog) text(name string) (string, error) {
	text, known := c[name]
	if !known {
		return "", fmt.Errorf("no text %q", name)
	}
	return text, nil
}
