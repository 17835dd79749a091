package merchants

import (
	"slices"
	"strings"
)

// Registry finds merchants. It is immutable; a reload makes a new one.
type Registry struct {
	byMerID   map[string]*Merchant
	byGateway map[string]*Merchant
	byHost    map[string][]*Merchant // by each of redirect_hosts
}

// ByMerID finds a merchant by its v1 number, nil if there is none.
func (r *Registry) ByMerID(merid string) *Merchant { return r.byMerID[merid] }

// Has reports whether a merchant with this v1 number is configured.
func (r *Registry) Has(merid string) bool { return r.ByMerID(merid) != nil }

// ByGatewayMerchant finds a merchant by its v2 number, nil if there is none.
// Several v1 merchants may share one v2 number, but then also its keys,
// current and previous, so that any of them can open what the gateway sends.
func (r *Registry) ByGatewayMerchant(id string) *Merchant { return r.byGateway[id] }

// HasGatewayMerchant reports whether the keys of a v2 number are configured.
func (r *Registry) HasGatewayMerchant(id string) bool { return r.ByGatewayMerchant(id) != nil }

// OfReturnHost finds the merchants whose redirect_hosts name the host of an address in one
// of its spellings, by their numbers: one, or several who share the official account that a
// payway needs, so that it makes no difference which of them a payer has come from. It finds
// none where it does.
func (r *Registry) OfReturnHost(spellings []string, payway string) []*Merchant {
	var found []*Merchant
	seen := make(map[*Merchant]bool) // thousands may share the host of a platform
	for _, m := range r.naming(spellings) {
		if !seen[m] && m.MayRedirect(spellings...) {
			found = append(found, m)
		}
		seen[m] = true
	}
	for _, m := range found {
		if len(found) > 1 && !m.sharesAccount(found[0], payway) {
			return nil
		}
	}
	slices.SortFunc(found, func(a, b *Merchant) int { return strings.Compare(a.MerID, b.MerID) })
	return found
}

// naming lists the merchants whose redirect_hosts may name a host, some of them repeatedly.
func (r *Registry) naming(spellings []string) (list []*Merchant) {
	for _, host := range spellings {
		host = strings.ToLower(host)
		_, parent, _ := strings.Cut(host, ".")
		list = slices.Concat(list, r.byHost[host], r.byHost["*."+parent])
	}
	return list
}

// Len returns the number of v1 merchants.
func (r *Registry) Len() int { return len(r.byMerID) }

// add makes a merchant known, which does not conflict with another: see
// checkTogether.
func (r *Registry) add(m *Merchant) {
	r.byMerID[m.MerID] = m
	r.byGateway[m.GatewayMerchant] = m
	for _, host := range m.RedirectHosts {
		r.byHost[host] = append(r.byHost[host], m)
	}
}
