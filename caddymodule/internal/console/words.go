package console

import (
	"embed"
	"encoding/json"
	"fmt"

	"github.com/paybridge/paybridge/caddymodule/internal/pages"
)

//go:embed words/*.json
var wordFiles embed.FS

// words are all texts of page and scripts in one language, by name. Names with a
// dot belong to a family whose second part is a word of the API, such as
// state.paid. What stands in braces is filled in by the scripts.
type words map[string]string

// readWords reads the table of a language.
func readWords(lang pages.Lang) words {
	text, err := wordFiles.ReadFile("words/" + string(lang) + ".json")
	must(err)
	var table words
	must(json.Unmarshal(text, &table))
	return table
}

// say returns a text for the page.
func (w words) say(name string) (string, error) {
	text, known := w[name]
	if !known {
		return "", fmt.Errorf("no word %q", name)
	}
	return text, nil
}
