package explain

import "strings"

// wording is a cause in Chinese. Where it names somebody, {} stands for the number.
type wording struct{ happened, advice string }

// about is the wording with the subject filled in; without one it speaks of somebody
// else.
func (w wording) about(subject string) (happened, advice string) {
	if subject == "" {
		subject = "另一个商户"
	}
	fill := strings.NewReplacer("{}", subject)
	return fill.Replace(w.happened), fill.Replace(w.advice)
}
