package bilingual

import "regexp"

// Wording reads a text that stands fixed in English, because it is kept or because a
// library wrote it, and says it again from its parts.
type Wording struct {
	Kept *regexp.Regexp
	Say  func(parts []string) Said // from what the groups of Kept have caught, from 1
}

// Wordings are tried one after the other.
type Wordings []Wording

// Reads finds the first wording that fits a text; known is false where none does.
func (w Wordings) Reads(kept string) (said Said, known bool) {
	for _, one := range w {
		if parts := one.Kept.FindStringSubmatch(kept); parts != nil {
			return one.Say(parts), true
		}
	}
	return Said{}, false
}

// In is a text in a language, and as it was kept where no wording fits.
func (w Wordings) In(lang Lang, kept string) string {
	if said, known := w.Reads(kept); known {
		return said.In(lang)
	}
	return kept
}
