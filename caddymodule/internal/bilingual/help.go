package bilingual

import (
	"maps"
	"slices"
	"strings"
)

// Help is a text of a command's help in a language: a summary, a description or the
// usage of a flag. Each paragraph is its own key, so that a change of one leaves the
// Chinese of the others standing; one that has no Chinese stays English.
func Help(lang Lang, text string) string {
	if lang != Zh {
		return text
	}
	paragraphs := strings.Split(text, "\n\n")
	for i, paragraph := range paragraphs {
		bare := strings.TrimSpace(paragraph)
		if zh, known := chineseOfHelp[bare]; known {
			paragraphs[i] = strings.Replace(paragraph, bare, zh, 1)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// HelpParagraphs are the English paragraphs of help that have a Chinese.
func HelpParagraphs() []string { return slices.Sorted(maps.Keys(chineseOfHelp)) }
