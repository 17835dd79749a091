package readiness

import (
	"slices"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// passed is what went to the old gateway at a path, if anything did.
func (f Facts) passed(path string) (ledger.OldTraffic, bool) {
	i := slices.IndexFunc(f.Passed, func(o ledger.OldTraffic) bool { return o.Path == path })
	if i < 0 {
		return ledger.OldTraffic{}, false
	}
	return f.Passed[i], true
}

// pages are the payers' pages that were passed on, by path. The shadow compares none of
// them.
func (f Facts) pages() []ledger.OldTraffic {
	pages := slices.DeleteFunc(slices.Clone(f.Passed), func(o ledger.OldTraffic) bool {
		return inbound.Served()[o.Path].Caller != inbound.Payer
	})
	slices.SortFunc(pages, func(a, b ledger.OldTraffic) int { return strings.Compare(a.Path, b.Path) })
	return pages
}

// pagesOnly reports whether the merchant was seen, and by nothing that the shadow compares:
// its payers' browsers submit its orders (v1 §3.4).
func (f Facts) pagesOnly() bool {
	programs := slices.ContainsFunc(f.Passed, func(o ledger.OldTraffic) bool {
		return inbound.Served()[o.Path].Caller == inbound.Merchant
	})
	return !programs && len(f.pages()) > 0
}

func (f Facts) ofPagesOnly() Reason {
	reason := Reason{Level: Missing, Advice: onlyPagesAdvice.With(f.MerID)}
	var paths []string
	for _, o := range f.pages() {
		paths = append(paths, o.Path)
		if o.Last.After(reason.LastAt) {
			reason.LastAt = o.Last
		}
	}
	reason.Text = onlyPages.With(strings.Join(paths, ", "))
	return reason
}
