package api

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	routing "github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// beside makes a world with an old gateway, to which new orders go by default.
func beside(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.served.DefaultRoute = routing.ToOld
	return w
}

// marked writes an order down of a merchant as the old gateway's, age ago.
func (w *world) marked(merID string, age time.Duration) {
	w.t.Helper()
	w.orders++
	_, err := w.ledger.MarkOld(w.t.Context(), ledger.Key{MerID: merID, OrderID: "old" + age.String()}, present.Add(-age))
	must(err)
}

func percent(n int) *int { return &n }

func TestRouteMerchant(t *testing.T) {
	t.Parallel()
	w := beside(t)
	w.marked("89900001", 24*time.Hour)
	a := read[RouteAnswer](t, w.post("merchants/route", RouteRequest{
		MerID: "89900001", Route: "v2", Percent: percent(20), Actions: []string{"AliSao", "WxSao"}, Why: "first share",
	}))
	if a.MerID != "89900001" || a.Mode != routing.ModeV2 || a.Percent != 20 || len(a.Actions) != 2 || a.Actions[0] != v1.WxSao ||
		a.Origin != OwnRoute || a.Why != "first share" || !strings.HasPrefix(a.Who, "ada from") || !a.At.Equal(present) {
		t.Errorf("%+v", a)
	}
	read[RouteAnswer](t, w.post("merchants/route", RouteRequest{MerID: "89900001", Route: "v2", Why: "the rest"}))
	if a := read[RouteAnswer](t, w.post("merchants/route", RouteRequest{MerID: "89900001", Route: "default", Why: "away with it"})); a.Mode != routing.ModeOld || a.Origin != ConfiguredRoute {
		t.Errorf("%+v", a)
	}
	var told []string
	for _, c := range read[ChangeList](t, w.get("changes?merid=89900001")).Items {
		told = append(told, c.Before+" → "+c.After)
	}
	for _, want := range []string{"default → v2 20% WxSao,AliSao", "v2 20% WxSao,AliSao → v2 100%", "v2 100% → default"} {
		if !strings.Contains(strings.Join(told, "; "), want) {
			t.Errorf("changes are %q", told)
		}
	}
	if w.routeChanges != 3 {
		t.Errorf("the bridge was told of %d changes", w.routeChanges)
	}
}

func TestRouteRefused(t *testing.T) {
	t.Parallel()
	w := beside(t)
	w.marked("89900002", 23*time.Hour+59*time.Minute)
	for _, c := range []struct {
		request RouteRequest
		status  int
		words   string
	}{
		{RouteRequest{Route: "old", Why: "x"}, http.StatusBadRequest, "give a merchant's number, or all"},
		{RouteRequest{MerID: "89900001", All: true, Route: "old", Why: "x"}, http.StatusBadRequest, "give a merchant's number, or all"},
		{RouteRequest{All: true, Route: "v2", Why: "x"}, http.StatusBadRequest, "move them one by one"},
		{RouteRequest{All: true, Route: "shadow", Why: "x"}, http.StatusBadRequest, "move them one by one"},
		{RouteRequest{MerID: "89900001", Route: "new", Why: "x"}, http.StatusBadRequest, "body.route: \\\"new\\\": not a route; write old, shadow, v2, or default"},
		{RouteRequest{MerID: "89900001", Route: "v2", Percent: percent(0), Why: "x"}, http.StatusBadRequest, "body.percent: 0: not a whole number from 1 to 100"},
		{RouteRequest{MerID: "89900001", Route: "old", Percent: percent(20), Why: "x"}, http.StatusBadRequest, "only the route v2 has a share, old has none"},
		{RouteRequest{MerID: "89900001", Route: "default", Percent: percent(20), Why: "x"}, http.StatusBadRequest, "without share and actions"},
		{RouteRequest{MerID: "89900001", Route: "v2", Actions: []string{"Wx"}, Why: "x"}, http.StatusBadRequest, "body.actions:"},
		{RouteRequest{MerID: "89900001", Route: "old", Why: " "}, http.StatusBadRequest, "body.why"},
		{RouteRequest{MerID: "1", Route: "old", Why: "a typing error must not look like the way back"}, http.StatusNotFound, "is configured; see merchants"},
		{RouteRequest{MerID: "89900001", Route: "v2", Why: "x"}, http.StatusConflict, "no order of merchant 89900001 is on record yet"},
		{RouteRequest{MerID: "89900002", Route: "v2", Why: "x"}, http.StatusConflict, "on record for 23 hours only"},
	} {
		w.refused(w.post("merchants/route", c.request), c.status, c.words)
	}
	if w.routeChanges != 0 || len(read[ChangeList](t, w.get("changes")).Items) != 0 {
		t.Error("something was changed")
	}
	read[RouteAnswer](t, w.post("merchants/route", RouteRequest{MerID: "89900001", Route: "shadow", Why: "nobody need be seen for that"}))
	read[RouteAnswer](t, w.post("merchants/route", RouteRequest{MerID: "89900001", Route: "v2", Force: true, Why: "new here"}))
	w.served.DefaultRoute = routing.Route{}
	w.refused(w.post("merchants/route", RouteRequest{MerID: "89900001", Route: "old", Why: "x"}), http.StatusConflict, "there is no old gateway")
}

// Whoever has moved and gone back may move again: the orders of v2 are on record, too.
func TestRouteForwardAgain(t *testing.T) {
	t.Parallel()
	w := beside(t)
	w.order("89900001", translate.Paid, 25*time.Hour)
	w.marked("89900001", time.Minute)
	read[RouteAnswer](t, w.post("merchants/route", RouteRequest{MerID: "89900001", Route: "v2", Why: "mended"}))
}

func TestRouteAllBack(t *testing.T) {
	t.Parallel()
	w := beside(t)
	w.served.DefaultRoute = routing.ToV2
	must(w.ledger.SetRoute(t.Context(), "88800000", routing.ToV2, ledger.Change{Who: "ada", Why: "left us"}))
	a := read[RouteAnswer](t, w.post("merchants/route", RouteRequest{All: true, Route: "old", Why: "v2 is down"}))
	if a.MerID != "" || a.Mode != routing.ModeOld || a.Origin != RouteOfAll || a.Why != "v2 is down" {
		t.Errorf("%+v", a)
	}
	list := read[RouteList](t, w.get("routes"))
	if list.Default.Mode != routing.ModeOld || list.Default.Origin != RouteOfAll || len(list.Items) != 3 {
		t.Errorf("%+v", list)
	}
	for _, m := range list.Items {
		if m.Mode != routing.ModeOld {
			t.Errorf("%+v", m)
		}
	}
	read[RouteAnswer](t, w.post("merchants/route", RouteRequest{All: true, Route: "default", Why: "v2 is up"}))
	list = read[RouteList](t, w.get("routes"))
	if list.Default.Mode != routing.ModeV2 || list.Items[0].Mode != routing.ModeOld || list.Items[1].Mode != routing.ModeV2 {
		t.Errorf("%+v", list)
	}
}

func TestListRoutes(t *testing.T) {
	t.Parallel()
	w := beside(t)
	w.marked("89900001", 5*24*time.Hour)
	w.marked("89900001", time.Hour)    // midnight in Beijing was 11 hours ago
	w.marked("89900001", 12*time.Hour) // yesterday
	w.order("89900001", translate.Paid, time.Minute)
	w.order("89900001", translate.Failed, time.Minute)
	w.order("89900001", translate.Closed, time.Minute)
	w.order("89900001", translate.Pending, time.Minute)
	w.order("89900001", translate.Paid, 12*time.Hour)
	must(w.ledger.SetRoute(t.Context(), "89900001", routing.ToV2, ledger.Change{Who: "ada", Why: "ready"}))
	_, err := w.ledger.AddAnswers(t.Context(), rand.Text(), []ledger.Answers{
		{MerID: "89900001", Day: "2026-11-22", Side: routing.Old, Payments: 5, Refused: 1},
		{MerID: "89900001", Day: "2026-11-22", Side: routing.V2, Payments: 4, Refused: 2},
		{MerID: "89900001", Day: "2026-11-21", Side: routing.V2, Payments: 40, Refused: 20}, // yesterday
		{MerID: "89900001", Day: "2026-11-23", Side: routing.V2, Payments: 40, Refused: 20}, // of a clock that is ahead
	})
	must(err)
	list := read[RouteList](t, w.get("routes"))
	if !list.Beside || len(list.Items) != 2 || list.Default.Mode != routing.ModeOld {
		t.Fatalf("%+v", list)
	}
	m := list.Items[0]
	if m.MerID != "89900001" || !m.Configured || m.Percent != 100 || m.Old.Orders != 1 || m.V2 != (SideOrders{Orders: 4, Paid: 1, Unpaid: 2}) ||
		!m.SeenSince.Equal(present.Add(-5*24*time.Hour)) {
		t.Errorf("%+v", m)
	}
	if m.Answers != (BothAnswers{Old: AnswerCount{5, 1}, V2: AnswerCount{4, 2}}) || m.Verdict != "" || m.By != MovedByPerson {
		t.Errorf("%+v", m)
	}
	if m := list.Items[1]; m.Origin != ConfiguredRoute || !m.SeenSince.IsZero() || m.Verdict != readiness.Unknown || m.By != "" || m.Answers != (BothAnswers{}) {
		t.Errorf("%+v", m)
	}
	if only := read[RouteList](t, w.get("routes?route=v2")); len(only.Items) != 1 {
		t.Errorf("%+v", only)
	}
	if only := read[RouteList](t, w.get("routes?merid=89900002")); len(only.Items) != 1 || only.Items[0].MerID != "89900002" || len(only.Timeline) != 0 {
		t.Errorf("%+v", only)
	}
	if only := read[RouteList](t, w.get("routes?merid=89900001")); len(only.Timeline) != 1 || only.Timeline[0].To.Percent != 100 {
		t.Errorf("%+v", only)
	}
	first := read[RouteList](t, w.get("routes?limit=1"))
	if rest := read[RouteList](t, w.get("routes?limit=1&after="+first.Next)); len(rest.Items) != 1 || rest.Next != "" || first.Next != "89900001" {
		t.Errorf("%+v, %+v", first, rest)
	}
	w.exec(`UPDATE routes SET route = 'v3'`)
	list = read[RouteList](t, w.get("routes"))
	if len(list.Unreadable) != 1 || list.Items[0].Mode != routing.ModeOld || !strings.Contains(list.Items[0].Why, "cannot be read") {
		t.Errorf("%+v", list)
	}
}
