package explain

import "github.com/paybridge/paybridge/caddymodule/internal/bilingual"

// match is a combination under which a signature fits.
type match struct {
	text     causeText
	scheme   scheme
	spelling spelling
	by       suspect
}

// causes are the deviations of a match from what is right; none when nothing is
// wrong with the signature itself.
func (m match) causes() []Cause {
	var all []Cause
	for _, w := range []causeText{m.by.causeText, m.text, m.scheme.causeText, m.spelling.causeText} {
		if w.name != "" {
			all = append(all, w.cause(bilingual.Said{}))
		}
	}
	return all
}

// maxDeviations is how many things may be wrong at once. More would take long and
// find nothing that a merchant's program does.
const maxDeviations = 2

// search finds what was signed and how: with nothing wrong, with one thing wrong,
// with characters lost, with two things wrong. It returns the matches with the
// fewest deviations, and how many combinations it tried.
func (e *evidence) search() (found []match, tried int) {
	if e.sent.Sign == "" || e.sent.Req == "" {
		return nil, 0
	}
	s := searcher{evidence: e, texts: make([][]string, len(texts))}
	seen := make(map[string]bool)
	for i, t := range texts {
		for _, text := range t.of(e) {
			if !seen[text] { // else a row above is the simpler story
				s.texts[i] = append(s.texts[i], text)
			}
			seen[text] = true
		}
	}
	for deviations := range maxDeviations + 1 {
		s.level(deviations)
		if deviations == 1 && len(s.found) == 0 {
			s.damaged()
		}
		if len(s.found) > 0 {
			break
		}
	}
	return s.found, s.tried
}

// searcher is a search under way.
type searcher struct {
	*evidence
	texts [][]string // those of each row
	found []match
	tried int
}

// level tries all combinations with this many deviations.
func (s *searcher) level(deviations int) {
	for t, text := range texts {
		for c, scheme := range schemes {
			left := deviations - deviation(t > 0) - deviation(c > 0)
			if left < 0 {
				continue
			}
			for _, by := range s.suspects {
				if scheme.keyless {
					by.causeText = causeText{}
				}
				s.combination(s.texts[t], match{text: text.causeText, scheme: scheme, by: by}, left-deviation(by.name != ""))
			}
		}
	}
}

// maxDamagedKeys bounds the keys that a damaged text is tried with: a merchant's
// own stand first.
const maxDamagedKeys = 4

// damaged tries the texts that lost characters, with the merchant's own keys.
func (s *searcher) damaged() {
	for _, text := range damagedTexts {
		for _, by := range s.suspects[:min(len(s.suspects), maxDamagedKeys)] {
			if by.name != "" {
				continue
			}
			for candidate := range text.of(s.evidence) {
				s.tried++
				if spellings[0].fits(by.key.Sign(candidate), s.sent.Sign) {
					s.found = append(s.found, match{text: text.causeText, by: by})
					return
				}
			}
		}
	}
}

// combination tries the texts of a row with the ways of a scheme and one key.
// left says whether the spelling must be right (0) or wrong (1).
func (s *searcher) combination(texts []string, m match, left int) {
	if left < 0 || left > 1 {
		return
	}
	for _, text := range texts {
		for _, way := range m.scheme.ways {
			s.tried++
			digest := way.digest(s.evidence, text, m.by)
			for i, spelling := range spellings {
				if deviation(i > 0) == left && spelling.fits(digest, s.sent.Sign) {
					m.spelling = spelling
					s.found = append(s.found, m)
					return
				}
			}
		}
	}
}

func deviation(is bool) int {
	if is {
		return 1
	}
	return 0
}
