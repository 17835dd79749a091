package requestside

import (
	"slices"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Request is what a request says whose it is and which order it is about.
type Request struct {
	v1.Claims
	Merchant *merchants.Merchant // nil when it is not configured
	Signed   bool                // it is a signed message, whosever the signature is
	Verified bool                // the signature is the merchant's
	Message  *inbound.Message    // nil when it was not read
	Several  bool                // another program may read something else in it
}

// read reads what a request names: of the signed message, or else of the plain
// parameters of a page's address.
func read(m *inbound.Message, registry *merchants.Registry) Request {
	q, form := Request{Message: m}, m.Params.Form()
	if form.Req == "" {
		// Numbers are remembered, and not with them the megabytes that they came with.
		q.Claims = v1.Claims{
			MerID: strings.Clone(m.Params["merid"]), OrderID: strings.Clone(m.Params["orderid"]), Code: strings.Clone(m.Params["code"]),
		}
		q.Merchant = registry.ByMerID(q.MerID)
		return q
	}
	text := m.Signed.JSON
	if m.Signed.Err != nil {
		text, _ = v1.Unverified(form)
	}
	q.Claims, q.Merchant, q.Signed, q.Verified = v1.ReadClaims(text), m.Signed.Merchant, true, m.Signed.Err == nil
	if q.Merchant != nil {
		q.MerID = q.Merchant.MerID // however the message spells it
	}
	return q
}

// AskedBy are the merchants one of whom asks for an openid. Where the link names none,
// they are those who are configured for the address to return to, and v2 serves it when
// all of them have moved.
func (q Request) AskedBy(registry *merchants.Registry) []*merchants.Merchant {
	switch {
	case q.Merchant != nil:
		return []*merchants.Merchant{q.Merchant}
	case q.MerID != "" || q.Signed:
		return nil
	}
	back, err := wechat.ParseReturnAddress(q.Message.Params["backurl"])
	if err != nil {
		return nil
	}
	payWay, _ := merchants.PayWay(q.Message.Params["payway"])
	return registry.OfReturnHost(back.Hosts(), payWay)
}

// Key is what the message was signed with, the zero key when none fits.
func (q Request) Key() v1.Key {
	if q.Message == nil {
		return v1.Key{}
	}
	return q.Message.Signed.Key
}

// Keys are those by which the old gateway may know the merchant: its current one, and what
// the message was signed with, which may be the one before.
func (q Request) Keys() []v1.Key {
	keys := []v1.Key{q.Key()}
	if q.Merchant != nil && q.Merchant.SignKey() != q.Key() {
		keys = append([]v1.Key{q.Merchant.SignKey()}, keys...)
	}
	return slices.DeleteFunc(keys, v1.Key.IsZero)
}

// KnownMerID is for logs: of a configured merchant, else "".
func (q Request) KnownMerID() string {
	if q.Merchant == nil {
		return ""
	}
	return q.Merchant.MerID
}

// KnownOrderID is for logs: of a request whose signature is good, else "".
func (q Request) KnownOrderID() string {
	if !q.Verified {
		return ""
	}
	return q.OrderID
}

// Counts reports whether the answer to a request says how good its side is: that to a
// new payment which is its merchant's own, and of which nobody can read anything else.
func (q Request) Counts(to inbound.Route, cause sides.Cause) bool {
	return to.Name == "pay" && cause == sides.ByRoute && q.Verified && !q.Several
}
