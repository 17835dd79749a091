package ledger_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func mustRoute(tb testing.TB, l *ledger.Ledger, merID string, r route.Route) {
	tb.Helper()
	if err := l.SetRoute(tb.Context(), merID, r, because); err != nil {
		tb.Fatal(err)
	}
}

func mustRouteAll(tb testing.TB, l *ledger.Ledger, r route.Route) {
	tb.Helper()
	if err := l.SetAllRoutes(tb.Context(), r, because); err != nil {
		tb.Fatal(err)
	}
}

// wantRoutes compares the routes on record with "MERID ROUTE".
func wantRoutes(tb testing.TB, l *ledger.Ledger, want ...string) ledger.Routes {
	tb.Helper()
	routes, err := l.Routes(tb.Context())
	var got []string
	for _, r := range routes.Items {
		got = append(got, r.MerID+" "+r.Route.String())
		if r.At.IsZero() || r.Who != because.Who || r.Why != because.Why {
			tb.Errorf("route %+v does not say when, who and why", r)
		}
	}
	if err != nil || !slices.Equal(got, want) {
		tb.Errorf("routes are %q, %v, want %q", got, err, want)
	}
	return routes
}

// routeChanges are the changes of a merchant, or of all, as text and sorted.
func routeChanges(t *testing.T, l *ledger.Ledger, k ledger.Key) []string {
	t.Helper()
	var told []string
	for _, c := range mustChanges(t, l, k) {
		told = append(told, c.MerID+" "+c.What+": "+c.Before+" → "+c.After)
	}
	slices.Sort(told)
	return told
}

var fifth = route.Route{Mode: route.ModeV2, Percent: 20, Actions: []v1.Action{v1.WxSao, v1.AliSao}}

func routes(t *testing.T, p place) {
	l := p.open(t)
	first := wantRoutes(t, l).Revision
	mustRoute(t, l, "B", route.ToShadow)
	mustRoute(t, l, "A", fifth)
	second := wantRoutes(t, l, "A v2 20% WxSao,AliSao", "B shadow").Revision
	mustRoute(t, l, "A", fifth) // is there already
	mustRoute(t, l, "A", route.ToV2)
	third := wantRoutes(t, l, "A v2 100%", "B shadow").Revision
	if first == second || second == third {
		t.Errorf("revisions are %d, %d, %d", first, second, third)
	}
	mustRoute(t, l, "A", route.Route{})
	mustRoute(t, l, "C", route.Route{}) // has none
	wantRoutes(t, l, "B shadow")
	for _, merID := range []string{"", string(make([]byte, 129))} {
		if err := l.SetRoute(t.Context(), merID, route.ToOld, because); err == nil {
			t.Errorf("the route of %q was changed", merID)
		}
	}
	want := []string{
		"A route: default → v2 20% WxSao,AliSao", "A route: v2 100% → default", "A route: v2 20% WxSao,AliSao → v2 100%",
		"B route: default → shadow",
	}
	if got := routeChanges(t, l, ledger.Key{}); !slices.Equal(got, want) {
		t.Errorf("changes are %q, want %q", got, want)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = p.open(t)
	wantRoutes(t, l, "B shadow")
	if n, err := l.RouteRevision(t.Context()); err != nil || n == third {
		t.Errorf("revision is %d, %v", n, err)
	}
}

// allRoutes is the way back: everybody at once, also who has no route of its own.
func allRoutes(t *testing.T, p place) {
	l := p.open(t)
	all := func(r route.Route) {
		t.Helper()
		mustRouteAll(t, l, r)
	}
	mustRoute(t, l, "A", route.ToV2)
	mustRoute(t, l, "B", fifth)
	mustRoute(t, l, "C", route.ToOld)
	all(route.ToOld)
	wantRoutes(t, l, " old", "A old", "B old", "C old")
	all(route.ToOld)
	mustRoute(t, l, "A", route.ToShadow)
	all(route.Route{})
	wantRoutes(t, l, "A shadow", "B old", "C old")
	want := []string{
		" route: default → old", " route: old → default",
		"A route: default → v2 100%", "A route: old → shadow", "A route: v2 100% → old",
		"B route: default → v2 20% WxSao,AliSao", "B route: v2 20% WxSao,AliSao → old", "C route: default → old",
	}
	if got := routeChanges(t, l, ledger.Key{}); !slices.Equal(got, want) {
		t.Errorf("changes are %q, want %q", got, want)
	}
	if got := routeChanges(t, l, ledger.Key{MerID: "B"}); len(got) != 2 {
		t.Errorf("changes of B are %q", got)
	}
	mustPause(t, l, "B")
	var told []string
	history, err := l.RouteChanges(t.Context(), "B", 10)
	for _, c := range history.Items {
		told = append(told, c.MerID+" "+c.Before+" → "+c.After)
	}
	slices.Sort(told)
	if want := []string{" default → old", " old → default", "B default → v2 20% WxSao,AliSao", "B v2 20% WxSao,AliSao → old"}; err != nil || !slices.Equal(told, want) {
		t.Errorf("history of B is %q, %v, want %q", told, err, want)
	}
}

// unreadableRoutes are named and can be replaced, alone and with all the others.
func unreadableRoutes(t *testing.T, p place) {
	l, _ := damageable(t, p)
	for _, merID := range []string{"A", "B", "C"} {
		mustRoute(t, l, merID, route.ToV2)
	}
	mustExec(t, l, `UPDATE routes SET route = 'v3 secret' WHERE mer_id = 'A'`)
	damaged := []ledger.UnreadableError{{Kind: ledger.RouteRow, Key: ledger.Key{MerID: "A"}, Cause: "route: not a route"}}
	mustExec(t, l, `UPDATE routes SET at = 0 WHERE mer_id = 'B'`)
	if isLoose(p) {
		mustExec(t, l, `UPDATE routes SET at = 'secret' WHERE mer_id = 'B'`)
		damaged = append(damaged, ledger.UnreadableError{Kind: ledger.RouteRow, Key: ledger.Key{MerID: "B"}, Cause: "at: not of its type"})
	}
	list, err := l.Routes(t.Context())
	wantNames(t, err, list.Unreadable, damaged...)
	mustRoute(t, l, "A", route.ToV2)
	if err := l.SetAllRoutes(t.Context(), route.ToOld, because); err != nil {
		t.Fatal(err)
	}
	wantRoutes(t, l, " old", "A old", "B old", "C old")
	for _, told := range routeChanges(t, l, ledger.Key{}) {
		if told == "A route: unreadable → v2 100%" {
			return
		}
	}
	t.Errorf("changes are %q", routeChanges(t, l, ledger.Key{}))
}

// routesAtOnce changes one route through every bridge: each change tells the route
// that was there before it, and every one is seen in the revision.
func routesAtOnce(t *testing.T, p place) {
	const changes = 20
	ledgers := bridges(t, p)
	before, err := ledgers[0].RouteRevision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range changes {
		all.Go(func() {
			r := route.Route{Mode: route.ModeV2, Percent: i + 1}
			if err := ledgers[i%len(ledgers)].SetRoute(t.Context(), "A", r, because); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	last, err := ledgers[0].Routes(t.Context())
	if err != nil || len(last.Items) != 1 || last.Revision != before+changes {
		t.Fatalf("routes are %+v, %v; revision was %d", last, err, before)
	}
	next := map[string]string{} // by the route before
	for _, c := range mustChanges(t, ledgers[0], ledger.Key{MerID: "A"}) {
		next[c.Before] = c.After
	}
	at := "default"
	for range changes {
		at = next[at]
	}
	if at != last.Items[0].Route.String() || len(next) != changes {
		t.Errorf("the changes lead to %q, the route is %q; %v", at, last.Items[0].Route, next)
	}
}

// unchangedRoutes are not read again by every bridge: what changes no route leaves the
// revision as it is.
func unchangedRoutes(t *testing.T, p place) {
	l := p.open(t)
	mustRoute(t, l, "A", fifth)
	mustRouteAll(t, l, route.ToShadow)
	before := wantRoutes(t, l, " shadow", "A shadow")
	for name, change := range map[string]func(){
		"the same route":   func() { mustRoute(t, l, "A", route.ToShadow) },
		"none, as before":  func() { mustRoute(t, l, "B", route.Route{}) },
		"the same for all": func() { mustRouteAll(t, l, route.ToShadow) },
		"not turned back":  func() { mustTurn(t, l, "A", ledger.RouteMark{}, false) },
		"by another's":     func() { mustTurn(t, l, "B", before.Items[1].Mark(), false) },
	} {
		change()
		if after := wantRoutes(t, l, " shadow", "A shadow"); after.Revision != before.Revision {
			t.Errorf("%s: revision %d became %d", name, before.Revision, after.Revision)
		}
	}
	mustTurn(t, l, "A", before.Items[1].Mark(), true)
	if after := wantRoutes(t, l, " shadow", "A old"); after.Revision == before.Revision {
		t.Errorf("turned back, and the revision is still %d", after.Revision)
	}
}

// TestDamagedRevision: when what bridges see changes of routes by cannot be read, routes
// can be changed all the same, the way back among them, and the change mends it. (On
// PostgreSQL the column takes nothing but numbers.)
func TestDamagedRevision(t *testing.T) {
	t.Parallel()
	l := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}.open(t)
	mustRoute(t, l, "A", route.ToShadow)
	mustExec(t, l, `UPDATE revisions SET n = 'x' WHERE id = 'routes'`)
	mustRoute(t, l, "A", route.ToOld)
	wantRoutes(t, l, "A old")
}

// turnedBackOnce: a change that was made, and whose caller has not heard so, is not made again,
// and was made.
func turnedBackOnce(t *testing.T, p place) {
	l := p.open(t)
	mustRoute(t, l, "A", fifth)
	seen := wantRoutes(t, l, "A "+fifth.String()).Items[0].Mark()
	once := because
	once.Once = "a finding"
	for range 2 {
		if turned, err := l.TurnBack(t.Context(), "A", seen, once); err != nil || !turned {
			t.Errorf("turned back: %t, %v", turned, err)
		}
	}
	if n := countRows(t, l, "changes", "became = 'old'"); n != 1 {
		t.Errorf("%d changes are on record", n)
	}
	other := because
	other.Once = "another"
	if turned, err := l.TurnBack(t.Context(), "A", seen, other); err != nil || turned {
		t.Errorf("turned back by another finding: %t, %v", turned, err)
	}
}

// mustTurn insists on whether a merchant is turned back.
func mustTurn(t *testing.T, l *ledger.Ledger, merID string, seen ledger.RouteMark, want bool) {
	t.Helper()
	turned, err := l.TurnBack(t.Context(), merID, seen, because)
	if err != nil || turned != want {
		t.Errorf("%s by %+v is turned back: %t, %v, want %t", merID, seen, turned, err, want)
	}
}

// turnedBackAtOnce is what every bridge does that finds too much: one of them turns the
// merchant back, and the others see that it was.
func turnedBackAtOnce(t *testing.T, p place) {
	const tries = 20
	ledgers := bridges(t, p)
	mustRoute(t, ledgers[0], "A", fifth)
	before := wantRoutes(t, ledgers[0], "A "+fifth.String())
	var turned atomic.Int32
	var all sync.WaitGroup
	for i := range tries {
		all.Go(func() {
			switch done, err := ledgers[i%len(ledgers)].TurnBack(t.Context(), "A", before.Items[0].Mark(), because); {
			case err != nil:
				t.Error(err)
			case done:
				turned.Add(1)
			}
		})
	}
	all.Wait()
	after := wantRoutes(t, ledgers[0], "A old")
	if n := turned.Load(); n != 1 || after.Revision != before.Revision+1 {
		t.Errorf("%d of %d have turned the merchant back, revision %d became %d", n, tries, before.Revision, after.Revision)
	}
}

// lostRevision is what somebody leaves who empties a table: changes are seen all the
// same.
func lostRevision(t *testing.T, p place) {
	l := p.open(t)
	mustExec(t, l, `DELETE FROM revisions`)
	_, err := l.RouteRevision(t.Context())
	wantError(t, err, ledger.ErrNotFound)
	mustRoute(t, l, "A", route.ToOld)
	wantRoutes(t, l, "A old")
	if n, err := l.RouteRevision(t.Context()); err != nil || n == 0 {
		t.Errorf("revision is %d, %v", n, err)
	}
}

// activity tells since when a merchant is known, whichever side its first order was
// on, and how much it has done since a time.
func activity(t *testing.T, p place) {
	l := p.open(t)
	want := func(merID string, since time.Time, old int, v2 map[translate.State]int) {
		t.Helper()
		got, err := l.Activity(t.Context(), merID, after(time.Hour))
		if err != nil || !got.Since.Equal(since) || got.Old != old || !maps.Equal(got.V2, v2) {
			t.Errorf("%s: %+v, %v", merID, got, err)
		}
	}
	want("A", time.Time{}, 0, map[translate.State]int{})
	for i, at := range []time.Duration{2 * time.Hour, time.Minute, time.Hour} {
		mustMarkOld(t, l, of("A", i).Key, after(at))
	}
	mustMarkOld(t, l, of("B", 9).Key, after(3*time.Hour))
	want("A", after(time.Minute), 2, map[translate.State]int{})
	for i, at := range []time.Duration{time.Second, time.Hour, 2 * time.Hour} {
		o := of("A", 10+i)
		o.CreatedAt = after(at)
		pay(t, l, o, after(4*time.Hour))
	}
	open := of("A", 20)
	open.CreatedAt = after(time.Hour)
	mustBegin(t, l, open)
	for i, merID := range []string{"A", "C"} { // what an operator has tried does not count
		tried := of(merID, 30+i)
		tried.OrderID, tried.CreatedAt = translate.TryPrefix+merID, after(0)
		pay(t, l, tried, after(time.Hour))
		tried = of(merID, 40+i)
		tried.OrderID, tried.CreatedAt = translate.TryPrefix+merID+"2", after(2*time.Hour)
		pay(t, l, tried, after(2*time.Hour))
	}
	want("C", time.Time{}, 0, map[translate.State]int{})
	want("A", after(time.Second), 2, map[translate.State]int{translate.Paid: 2, translate.Begun: 1})
	want("B", after(3*time.Hour), 1, map[translate.State]int{})
}

// turnedBack goes by the route that was seen, and by no other.
func turnedBack(t *testing.T, p place) {
	l := p.open(t)
	mark := func(merID string) ledger.RouteMark {
		t.Helper()
		list, err := l.Routes(t.Context())
		for _, r := range list.Items {
			if r.MerID == merID {
				return r.Mark()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return ledger.RouteMark{}
	}
	turn := func(merID string, seen ledger.RouteMark, want bool) {
		t.Helper()
		mustTurn(t, l, merID, seen, want)
	}
	mustRoute(t, l, "A", fifth)
	before := mark("A")
	mustRoute(t, l, "A", route.ToV2)
	turn("A", before, false)
	turn("A", ledger.RouteMark{}, false)
	wantRoutes(t, l, "A v2 100%")
	seen := mark("A")
	turn("A", seen, true)
	turn("A", seen, false) // another bridge, a moment later
	turn("B", ledger.RouteMark{}, true)
	wantRoutes(t, l, "A old", "B old")
	mustRouteAll(t, l, route.ToV2)
	turn("C", ledger.RouteMark{}, false) // it goes by that of all now
	turn("C", mark(""), true)
	turn("A", mark(""), false)
	wantRoutes(t, l, " v2 100%", "A v2 100%", "B v2 100%", "C old")
	if got := routeChanges(t, l, ledger.Key{MerID: "C"}); !slices.Equal(got, []string{"C route: default → old"}) {
		t.Errorf("changes of C are %q", got)
	}
}

// allRoutesPageByPage: what one word changes for many merchants at once is listed whole,
// whatever the pages are.
func allRoutesPageByPage(t *testing.T, p place) {
	l := p.open(t)
	const merchants = 50
	for i := range merchants {
		mustRoute(t, l, fmt.Sprintf("8990%04d", i), route.ToV2)
	}
	mustRouteAll(t, l, route.ToOld)
	for _, limit := range []int{1, 7, 100} {
		seen := map[string]int{}
		for f := (ledger.ChangeFilter{Limit: limit}); ; {
			list, err := l.Changes(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list.Items {
				seen[c.MerID+" "+c.After]++
			}
			if f.After = list.Next; f.After.IsZero() {
				break
			}
		}
		for change, n := range seen {
			if n != 1 {
				t.Errorf("pages of %d: %s is listed %d times", limit, change, n)
			}
		}
		if want := 2*merchants + 1; len(seen) != want { // one is for all others
			t.Errorf("pages of %d: %d changes, want %d", limit, len(seen), want)
		}
	}
}
