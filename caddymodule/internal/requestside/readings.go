package requestside

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// A request is passed on as it came, with all that it has. Where it has a parameter
// twice, which one counts is the old gateway's own business: one server takes the first,
// another one the last, one the query's, another one the body's. So whatever any of them
// may read must be the old gateway's, or the request is not passed on.

// maxReadings bounds in how many ways a request may be read.
const maxReadings = 16

// Parameters that are read together.
var (
	signed = []string{"req", "sign"}
	link   = []string{"merid", "orderid", "code"}
	page   = []string{"id"}
)

// named are the parameters that name an order, by the route's name. Who calls openid.html
// names none.
var named = map[string][][]string{
	"pay":         {signed},
	"gateway":     {signed},
	"query":       {signed},
	"cancel":      {signed},
	"gopay":       {signed, link},
	"paying":      {page},
	"result":      {page},
	"status":      {page},
	"unsupported": {signed},
}

// reading is a request as somebody may read it, with the side of that.
type reading struct {
	Request
	sides.Decision
}

// otherReadings are a request as other programs may read it than the bridge does. It
// fails when there are too many of them.
func (f Finder) otherReadings(r *http.Request, m *inbound.Message, to inbound.Route) (others []Request, err error) {
	groups := named[to.Name]
	if len(groups) == 0 {
		return nil, nil
	}
	var values forms.Values
	if err := m.Body.Parse(func(text []byte) (err error) {
		values, err = forms.Every(r.Header.Values("Content-Type"), text, r.URL.RawQuery, slices.Concat(groups...)...)
		return err
	}); err != nil {
		return nil, err //nolint:wrapcheck // the caller only tells kinds apart
	}
	for _, names := range groups {
		for _, params := range combinations(values, names) {
			if !isReadBy(m, params, names) {
				others = append(others, read(inbound.ReadAs(params, f.Merchants), f.Merchants))
			}
		}
		if len(others) > maxReadings {
			return nil, forms.ErrTooManyValues
		}
	}
	return others, nil
}

// combinations are the forms that can be made of values, each with one of each name that
// has any. Of a signature alone none can.
func combinations(values forms.Values, names []string) []v1.Params {
	hasNone := func(name string) bool { return len(values[name]) == 0 }
	if !slices.ContainsFunc(names, func(name string) bool { return !hasNone(name) }) || names[0] == "req" && hasNone("req") {
		return nil
	}
	all := []v1.Params{{}}
	for _, name := range names {
		if hasNone(name) {
			continue
		}
		var longer []v1.Params
		for _, params := range all {
			for _, value := range values[name] {
				more := maps.Clone(params)
				more[name] = value
				longer = append(longer, more)
			}
		}
		all = longer
	}
	return all
}

// isReadBy reports whether the bridge reads just that in a message.
func isReadBy(m *inbound.Message, params v1.Params, names []string) bool {
	if m.Params["req"] != "" && params["req"] == "" && len(names) > 1 {
		return false // it reads the signed message
	}
	for _, name := range names {
		if m.Params[name] != params[name] {
			return false
		}
	}
	return true
}

// withOthers is the decision about a request of the old gateway in which others may read
// something else: it goes nowhere unless all of that is the old gateway's, too.
func (f Finder) withOthers(ctx context.Context, to inbound.Route, first reading, others []Request) (Request, sides.Decision) {
	for _, other := range others {
		other.Several = true
		if first.namesOrder() && other.namesOrder() && first.order() != other.order() {
			return first.Request, sides.Decision{Cause: sides.Ambiguous}
		}
		switch d := finds[to.Name](f, ctx, other); {
		case d.Side == route.V2:
			return first.Request, sides.Decision{Cause: sides.Ambiguous}
		case d.Side != route.Old:
			return other, d
		case !first.namesOrder() && other.namesOrder():
			first = reading{other, d}
		}
	}
	return first.Request, first.Decision
}

// order is what a request names an order by.
func (q Request) order() v1.OrderRef {
	return v1.OrderRef{MerID: q.MerID, QueryID: q.QueryID, OrderID: q.OrderID}
}

func (q Request) namesOrder() bool { return q.MerID != "" && (q.OrderID != "" || q.QueryID != "") }
