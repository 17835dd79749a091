package merchants

// Registry finds merchants. It is immutable; a reload makes a new one.
type Registry struct {
	byMerID   map[string]*Merchant
	byGateway map[string]*Merchant
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

// Len returns the number of v1 merchants.
func (r *Registry) Len() int { return len(r.byMerID) }

// add makes a merchant known, which does not conflict with another: see
// checkTogether.
func (r *Registry) add(m *Merchant) {
	r.byMerID[m.MerID] = m
	r.byGateway[m.GatewayMerchant] = m
}
