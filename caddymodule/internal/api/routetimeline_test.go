package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	routing "github.com/paybridge/paybridge/caddymodule/internal/route"
)

// wantTimeline compares the timeline of a merchant, the newest change first.
func (w *world) wantTimeline(merID string, want ...string) RouteTimeline {
	w.t.Helper()
	line := read[RouteTimeline](w.t, w.get("routes/timeline?merid="+merID))
	var got []string
	for _, m := range line.Items {
		text := stepText(m.From) + " → " + stepText(m.To) + " by " + string(m.By)
		if m.All {
			text += " for all"
		}
		got = append(got, text)
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("the timeline of %s is\n%s\nwant\n%s", merID, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return line
}

func stepText(s RouteStep) string {
	return routing.Route{Mode: routing.Mode(s.Mode), Percent: s.Percent, Actions: s.Actions}.String()
}

func TestRouteTimeline(t *testing.T) {
	t.Parallel()
	w := beside(t)
	age := 100 * time.Hour
	by := func(who string) ledger.Change {
		age -= time.Hour
		return ledger.Change{Who: who, Why: "<b>because</b>", At: present.Add(-age)}
	}
	own := func(merID, to string) {
		t.Helper()
		r, err := routing.Parse(to)
		if to != "default" {
			must(err)
		}
		must(w.ledger.SetRoute(t.Context(), merID, r, by("ada from 127.0.0.1")))
	}
	own("89900001", "shadow")
	must(w.ledger.SetAllRoutes(t.Context(), routing.ToOld, by("bob from 127.0.0.1"))) // of the first, too
	must(w.ledger.SetAllRoutes(t.Context(), routing.Route{}, by("bob from 127.0.0.1")))
	own("89900001", "v2 20% WxSao")
	seen := read[RouteList](t, w.get("routes?merid=89900001")).Items[0]
	turned, err := w.ledger.TurnBack(t.Context(), "89900001",
		ledger.RouteMark{MerID: "89900001", Route: "v2 20% WxSao", At: seen.At.UnixMilli()}, by(guard.Who))
	if must(err); !turned {
		t.Fatal("not turned back")
	}
	w.exec(`UPDATE routes SET route = 'v3' WHERE mer_id = '89900001'`)
	own("89900001", "v2")
	own("89900001", "default")
	must(w.ledger.SetAllRoutes(t.Context(), routing.ToOld, by("guard from 127.0.0.1"))) // of such a name, and no guard

	line := w.wantTimeline("89900001",
		"default → old by person for all",
		"v2 100% → default by person",
		"unreadable → v2 100% by person",
		"v2 20% WxSao → old by guard",
		"old → v2 20% WxSao by person",
		"shadow → old by person",
		"default → shadow by person",
	)
	if first := line.Items[len(line.Items)-1]; first.Who != "ada from 127.0.0.1" || first.Why != "<b>because</b>" || !first.At.Equal(present.Add(-99*time.Hour)) {
		t.Errorf("%+v", first)
	}
	if line.MerID != "89900001" || line.Now.Mode != routing.ModeOld || line.Now.Origin != RouteOfAll || line.More {
		t.Errorf("%+v", line)
	}
	// Who never had a route of its own has felt whatever was said of all.
	w.wantTimeline("89900002", "default → old by person for all", "old → default by person for all", "default → old by person for all")
	if part := read[RouteTimeline](t, w.get("routes/timeline?merid=89900001&limit=2")); len(part.Items) != 2 || !part.More {
		t.Errorf("%+v", part)
	}
	if list := read[RouteList](t, w.get("routes?merid=89900001")); !slices.EqualFunc(list.Timeline, line.Items, func(a, b RouteMove) bool { return a.At.Equal(b.At) && a.Who == b.Who }) {
		t.Errorf("%+v", list.Timeline)
	}
	w.refused(w.get("routes/timeline"), http.StatusBadRequest, "merid")
	w.refused(w.get("routes/timeline?merid=1&limit=501"), http.StatusBadRequest, "limit")
	w.exec(`UPDATE changes SET at = 'secret' WHERE who = 'guard'`)
	if line := read[RouteTimeline](t, w.get("routes/timeline?merid=89900001")); len(line.Unreadable) != 1 || len(line.Items) != 6 {
		t.Errorf("%+v", line)
	}
}
