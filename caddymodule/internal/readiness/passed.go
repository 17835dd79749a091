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

// pages are the paths of payers' pages that were passed on. The shadow compares none of
// them.
func (f Facts) pages() []string {
	var paths []string
	for _, o := range f.Passed {
		if inbound.Served()[o.Path].Caller == inbound.Payer {
			paths = append(paths, o.Path)
		}
	}
	slices.Sort(paths)
	return paths
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
	reason := Reason{Level: Missing, Text: onlyPages.With(strings.Join(f.pages(), ", ")), Advice: onlyPagesAdvice.With(f.MerID)}
	for _, path := range f.pages() {
		o, _ := f.passed(path)
		reason.Times += int(o.Times)
		if o.Last.After(reason.LastAt) {
			reason.LastAt = o.Last
		}
	}
	return reason
}
