package v1

// maxPayID bounds a PayId, in bytes.
const maxPayID = 512

// GoPay is what the payer's browser brings to gopay.html (v1 §3.3).
type GoPay struct {
	// MerID is the merchant.
	MerID string
	// OrderID is the merchant's order number.
	OrderID string
	// Code is the PayId: the formaction of the WxJsApi reply.
	Code string
}

// ParseGoPay reads the JSON behind req, in which real merchants send it.
// Refusals are an *Error with CodeBadRequest.
func ParseGoPay(json []byte) (GoPay, error) {
	var g GoPay
	if err := readMembers("req", json, g.members()); err != nil {
		return GoPay{}, err
	}
	return g, nil
}

// GoPay reads the plain parameters, as the specification has them; they are not
// signed. Refusals are an *Error with CodeBadRequest.
func (p Params) GoPay() (GoPay, error) {
	var g GoPay
	for _, m := range g.members() {
		*m.text = Trim(p[m.name])
		if err := m.check(); err != nil {
			return GoPay{}, err
		}
	}
	return g, nil
}

func (g *GoPay) members() []member {
	return []member{
		merIDMember(&g.MerID),
		orderIDMember(&g.OrderID),
		{name: "code", text: &g.Code, required: true, max: maxPayID},
	}
}
