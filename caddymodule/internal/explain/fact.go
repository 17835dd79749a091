package explain

import "github.com/paybridge/paybridge/caddymodule/internal/bilingual"

// fact is something that can be seen in a request without any key.
type fact struct {
	causeText
	// holds reports whether it is so; detail, if any, goes behind the text.
	holds func(*evidence) (detail bilingual.Said, is bool)
}

// find adds the causes of the facts that hold.
func (r *Report) find(e *evidence, facts []fact) {
	for _, f := range facts {
		if detail, is := f.holds(e); is {
			r.add(f.cause(detail))
		}
	}
}

// findFirst adds the cause of the first fact that holds, where the later ones
// would only say the same less exactly.
func (r *Report) findFirst(e *evidence, facts []fact) {
	for _, f := range facts {
		if detail, is := f.holds(e); is {
			r.add(f.cause(detail))
			return
		}
	}
}

// findAccepted adds what is unusual and no fault, when nothing else is at fault
// in its place.
func (r *Report) findAccepted(e *evidence) {
	for _, f := range acceptedFacts {
		if detail, is := f.holds(e); is && !r.has(f.name) {
			c := f.cause(detail)
			c.Accepted = true
			r.Causes = append(r.Causes, c)
		}
	}
}

// is makes the test of a fact that has no detail.
func is(holds func(*evidence) bool) func(*evidence) (bilingual.Said, bool) {
	return func(e *evidence) (bilingual.Said, bool) { return bilingual.Said{}, holds(e) }
}

// arrived makes the test of a fact that the shape tells.
func arrived(s shape) func(*evidence) (bilingual.Said, bool) {
	return is(func(e *evidence) bool { return e.shape == s })
}
