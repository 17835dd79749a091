package route_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// share is a route of a share of all actions.
func share(percent int, actions ...v1.Action) route.Route {
	return route.Route{Mode: route.ModeV2, Percent: percent, Actions: actions}
}

// anyOrder draws an order, also of an action that nobody knows.
func anyOrder(t *rapid.T) route.Order {
	return route.Order{
		MerID:     rapid.StringN(1, 20, -1).Draw(t, "merid"),
		OrderID:   rapid.StringN(1, 40, -1).Draw(t, "orderid"),
		Action:    rapid.SampledFrom(append(v1.Actions(), "CardPay", "")).Draw(t, "action"),
		HasOpenID: rapid.Bool().Draw(t, "openid"),
	}
}

// The positions are pinned, and were computed apart, in Python: bridges of different
// versions stand beside each other, and an order has one side.
func TestSharePositions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		merID, orderID string
		first          int // the least share that takes it to v2
	}{
		{"89900001", "20261126000001", 58},
		{"89900001", "20261126000002", 71},
		{"89900002", "20261126000001", 98},
		{"1", "23", 10},
		{"12", "3", 52},
		{"商户", "订单", 37},
	} {
		o := route.Order{MerID: c.merID, OrderID: c.orderID, Action: v1.WxSao}
		first := 1
		for first <= 100 && share(first).Side(o) == route.Old {
			first++
		}
		if first != c.first {
			t.Errorf("%s %s is on v2 from %d %%, want %d", c.merID, c.orderID, first, c.first)
		}
	}
}

func TestGreaterShareMovesInOneDirection(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o, r := anyOrder(t), anyRoute(t)
		if r.Mode != route.ModeV2 || r.Side(o) == route.Old {
			return
		}
		greater := r
		greater.Percent = rapid.IntRange(r.Percent, 100).Draw(t, "greater")
		if greater.Side(o) != route.V2 {
			t.Fatalf("%+v is on v2 with %q and not with %q", o, r, greater)
		}
	})
}

func TestMoreActionsMoveInOneDirection(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o, r := anyOrder(t), anyRoute(t)
		all := r
		all.Actions = nil
		if r.Side(o) == route.V2 && all.Side(o) != route.V2 {
			t.Fatalf("%+v is on v2 with %q and not with %q", o, r, all)
		}
	})
}

func TestOnlyWhatTheRouteNamesGoesToV2(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o, r := anyOrder(t), anyRoute(t)
		if r.Side(o) == route.Old {
			return
		}
		switch {
		case r.Mode != route.ModeV2:
			t.Fatalf("%+v is on v2 with the route %q", o, r)
		case !slices.Contains(v1.Actions(), o.Action):
			t.Fatalf("%q, which the bridge does not know, is on v2", o.Action)
		case r.Actions != nil && !slices.Contains(r.Actions, o.Action):
			t.Fatalf("%q is on v2 with the route %q", o.Action, r)
		case o.Action == v1.WxJsApi && o.HasOpenID && r.Percent < 100:
			t.Fatalf("an openid of the old account is on v2 with %q", r)
		}
	})
}

func TestWholeShareTakesAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := anyOrder(t)
		if slices.Contains(v1.Actions(), o.Action) && route.ToV2.Side(o) != route.V2 {
			t.Fatalf("%+v stays on the old side with %q", o, route.ToV2)
		}
	})
}

func TestOpenIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		route route.Route
		want  route.Side
	}{
		{route.ToOld, route.Old},
		{route.ToShadow, route.Old},
		{share(99), route.Old},
		{share(100), route.V2},
		{share(100, v1.WxSao), route.Old},
		{share(100, v1.WxSao, v1.WxJsApi), route.V2},
		{route.Route{}, route.Old},
	} {
		if got := c.route.OpenIDs(); got != c.want {
			t.Errorf("%q: openids are of %s, want %s", c.route, got, c.want)
		}
		order := route.Order{MerID: "1", OrderID: "2", Action: v1.WxJsApi, HasOpenID: true}
		if got := c.route.Side(order); got != c.want {
			t.Errorf("%q: an order with an openid is on %s, want %s", c.route, got, c.want)
		}
	}
}

func TestOnlyShadowShadows(t *testing.T) {
	t.Parallel()
	for _, r := range []route.Route{{}, route.ToOld, route.ToShadow, route.ToV2, share(20)} {
		if r.Shadows() != (r.Mode == route.ModeShadow) {
			t.Errorf("%q shadows: %t", r, r.Shadows())
		}
	}
}

// A share is one of every merchant's orders, not of all together: 10,000 order
// numbers as merchants make them, one after the other.
func TestShareIsEven(t *testing.T) {
	t.Parallel()
	for _, percent := range []int{1, 20, 50, 99} {
		moved := 0
		for n := range 10_000 {
			o := route.Order{MerID: "89900001", OrderID: fmt.Sprintf("20261126%06d", n), Action: v1.AliSao}
			if share(percent).Side(o) == route.V2 {
				moved++
			}
		}
		if off := moved - percent*100; off < -200 || off > 200 { // four standard deviations at 50 %
			t.Errorf("%d %% of 10,000 orders are %d", percent, moved)
		}
	}
}
