package merchants

import (
	"cmp"
	"slices"
)

// All returns every merchant, in the order of their v1 numbers.
func (r *Registry) All() []*Merchant {
	all := make([]*Merchant, 0, len(r.byMerID))
	for _, m := range r.byMerID {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *Merchant) int { return cmp.Compare(a.MerID, b.MerID) })
	return all
}
