package readiness

import (
	"cmp"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// Sum is how often something was found over all days.
type Sum struct {
	shadow.Finding
	Times   int
	LastAt  time.Time
	Example string
}

// others reports whether it is what there was no room for, of any subject.
func (s Sum) others() bool {
	return s.Subject == ledger.ShadowOthers && s.Detail == "" && s.Example == ""
}

// sums adds up the days, in the order of [shadow.Kinds] and the most frequent first.
func sums(counts []ledger.ShadowCount) []Sum {
	byFinding := make(map[shadow.Finding]*Sum)
	var list []*Sum
	for _, c := range counts {
		found := shadow.Finding{Kind: shadow.Kind(c.Kind), Interface: c.Interface, Subject: c.Subject, Detail: c.Detail}
		s := byFinding[found]
		if s == nil {
			s = &Sum{Finding: found}
			byFinding[found] = s
			list = append(list, s)
		}
		s.Times += c.Times
		if !c.LastAt.Before(s.LastAt) {
			s.LastAt, s.Example = c.LastAt, cmp.Or(c.Example, s.Example)
		}
	}
	order := shadow.Kinds()
	slices.SortStableFunc(list, func(a, b *Sum) int {
		return cmp.Or(slices.Index(order, a.Kind)-slices.Index(order, b.Kind), b.Times-a.Times)
	})
	all := make([]Sum, len(list))
	for i, s := range list {
		all[i] = *s
	}
	return all
}

// Hosts are the addresses, without path, at which the merchant was to be notified.
func Hosts(counts []ledger.ShadowCount) []string {
	var hosts []string
	for _, s := range sums(counts) {
		if s.Kind == shadow.Host && !s.others() {
			hosts = append(hosts, s.Subject)
		}
	}
	return hosts
}
