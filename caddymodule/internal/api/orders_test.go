package api

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func orderIDs(list OrderList) []string {
	return shown(list.Items, func(o Order) string { return o.OrderID })
}

func TestListOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	doubt := w.order("89900001", translate.InDoubt, 3*time.Hour)
	paid := w.order("89900001", translate.Paid, 2*time.Hour)
	other := w.order("89900002", translate.Pending, time.Hour)
	otherAction := "AliSao"
	if paid.Action == otherAction {
		otherAction = "WxSao"
	}
	at := func(ago time.Duration) string {
		return strings.ReplaceAll(present.Add(-ago).Format(time.RFC3339), "+", "%2B")
	}
	for name, tc := range map[string]struct {
		query string
		want  []string
	}{
		"all":                  {"", []string{other.OrderID, paid.OrderID, doubt.OrderID}},
		"of a merchant":        {"merid=89900001", []string{paid.OrderID, doubt.OrderID}},
		"in a state":           {"state=in_doubt", []string{doubt.OrderID}},
		"in states":            {"state=in_doubt,pending", []string{other.OrderID, doubt.OrderID}},
		"of a time":            {"from=" + at(150*time.Minute) + "&to=" + at(90*time.Minute), []string{paid.OrderID}},
		"overdue":              {"overdue=true", []string{}},
		"of an unknown number": {"merid=1", []string{}},
		"of an action":         {"action=" + paid.Action + "&merid=89900001", []string{paid.OrderID, doubt.OrderID}},
		"of other actions":     {"action=" + otherAction, []string{}},
		"of an amount":         {fmt.Sprintf("min_fen=%d&max_fen=%d&state=paid", paid.Amount, paid.Amount), []string{paid.OrderID}},
		"of a larger amount":   {fmt.Sprintf("min_fen=%d", paid.Amount+1), []string{}},
		"of a smaller amount":  {fmt.Sprintf("max_fen=%d", paid.Amount-1), []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := orderIDs(read[OrderList](t, w.get("orders?"+tc.query)))
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// A list is read page by page, and every order is on one of them.
func TestOrdersPageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for all := 1; all <= 7; all++ {
		w.order("89900001", translate.InDoubt, time.Duration(all)*time.Minute)
		seen := make(map[string]bool)
		pages, after := 0, ""
		for {
			list := read[OrderList](t, w.get("orders?limit=3&after="+after))
			for _, id := range orderIDs(list) {
				seen[id] = true
			}
			pages++
			if after = list.Next; after == "" {
				break
			}
		}
		if want := (all + 2) / 3; len(seen) != all || pages != want {
			t.Errorf("%d of %d orders on %d pages, want %d", len(seen), all, pages, want)
		}
	}
}

// Other lists, too, say that they go on only when they do.
func TestListsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := 1; i <= 3; i++ {
		w.notification("89900001", ledger.Exhausted, time.Duration(i)*time.Minute)
		list := read[NotificationList](t, w.get("notifications?limit=2"))
		if len(list.Items) != min(i, 2) || (list.Next != "") != (i > 2) {
			t.Errorf("%d notifications: %d listed, next %q", i, len(list.Items), list.Next)
		}
		read[PauseAnswer](t, w.post("merchants/"+[]string{"pause", "resume"}[1-i%2], PauseRequest{MerID: "89900001", Why: "repair"}))
		changes := read[ChangeList](t, w.get("changes?limit=2"))
		if len(changes.Items) != min(i, 2) || (changes.Next != "") != (i > 2) {
			t.Errorf("%d changes: %d listed, next %q", i, len(changes.Items), changes.Next)
		}
	}
}

// TestChangesPageByPage: all changes are listed once, whatever is added meanwhile, of
// all and of one merchant.
func TestChangesPageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pause := func(merID, why string) {
		for _, way := range []string{"pause", "resume"} {
			read[PauseAnswer](t, w.post("merchants/"+way, PauseRequest{MerID: merID, Why: why}))
		}
	}
	for i := range 5 {
		pause("89900001", "old "+strconv.Itoa(i))
		pause("89900002", "old "+strconv.Itoa(i))
	}
	for _, c := range []struct {
		query string
		want  int
	}{{"", 20}, {"merid=89900001&", 10}} {
		seen := map[string]int{}
		for after, pages := "", 0; pages == 0 || after != ""; pages++ {
			list := read[ChangeList](t, w.get("changes?"+c.query+"limit=3&after="+after))
			for _, c := range list.Items {
				seen[c.MerID+c.What+c.Why]++
			}
			if after = list.Next; pages == 1 {
				pause("89900002", "new")
			}
		}
		if len(seen) != c.want {
			t.Errorf("%q: %d changes, want %d: %v", c.query, len(seen), c.want, seen)
		}
		for name, n := range seen {
			if n != 1 || strings.Contains(name, "new") {
				t.Errorf("%q: %s is listed %d times", c.query, name, n)
			}
		}
	}
	w.refused(w.get("changes?after=none"), http.StatusBadRequest, "query.after")
}

// TestListsGoOn: every list that is cut can be gone on with, so that whoever looks at it
// comes to its end.
func TestListsGoOn(t *testing.T) {
	t.Parallel()
	// A search names an order by a number: who finds too many names the merchant. What is
	// left to the old gateway is told by merchant and path, the last seen first. What a
	// route was long ago is in the list of changes.
	ends := []string{"searchOrders", "findSettlements", "listLeft", "showRouteTimeline"}
	named := func(from reflect.Type, name string) bool {
		return from.Kind() == reflect.Struct && slices.ContainsFunc(membersOf(from), func(m member) bool { return m.name == name })
	}
	cut := 0
	for _, r := range routes {
		if !named(r.takes, "limit") || slices.Contains(ends, r.id) {
			continue
		}
		cut++
		if _, goesOn := r.answers.FieldByName("Next"); !goesOn || !named(r.takes, "after") {
			t.Errorf("%s: nobody can go on with the list", r.id)
		}
	}
	if cut < 8 {
		t.Errorf("only %d lists", cut)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.Paid, time.Hour)
	for _, number := range []string{o.OrderID, o.QueryID, o.OrderNo} {
		if got := orderIDs(read[OrderList](t, w.get("search?number="+number))); !slices.Equal(got, []string{o.OrderID}) {
			t.Errorf("%s: %q", number, got)
		}
	}
	if got := orderIDs(read[OrderList](t, w.get("search?number=nobodys"))); len(got) != 0 {
		t.Errorf("nobody's number: %q", got)
	}
}

// TestSearchFindsMarks: an order of the old gateway is named, beside those of v2.
func TestSearchFindsMarks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.Paid, time.Hour)
	_, err := w.ledger.MarkOld(t.Context(), ledger.Key{MerID: "89900002", OrderID: o.OrderID}, present)
	must(err)
	found := read[OrderList](t, w.get("search?number="+o.OrderID))
	if len(found.Items) != 1 || !slices.Equal(found.Old, []OldOrder{{MerID: "89900002", OrderID: o.OrderID, At: present}}) {
		t.Errorf("%+v", found)
	}
	if found := read[OrderList](t, w.get("search?number="+o.QueryID)); len(found.Old) != 0 {
		t.Errorf("%+v", found.Old)
	}
}

// A number that many merchants use is cut, and the answer says so only then.
func TestSearchSaysThatThereAreMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.Sent, time.Hour)
	for n := 2; n <= maxFound+1; n++ {
		o.MerID, o.QueryID, o.OrderNo = fmt.Sprintf("8990%04d", n), fmt.Sprintf("QQ%d", n), fmt.Sprintf("NN%d", n)
		_, _, err := w.ledger.Begin(t.Context(), o)
		must(err)
		if n < maxFound {
			continue
		}
		found := read[OrderList](t, w.get("search?number="+o.OrderID))
		if more := n > maxFound; len(found.Items) != maxFound || found.More != more || found.Next != "" {
			t.Errorf("of %d orders %d are found, more: %t", n, len(found.Items), found.More)
		}
	}
}

// What the API does not know is refused, and the refusal names it.
func TestQueriesAreStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, tc := range map[string]struct {
		path   string
		status int
		words  string
	}{
		"unknown parameter":      {"orders?merchant=1", 400, "query.merchant: unknown; known are: merid, state"},
		"parameter given twice":  {"orders?merid=1&merid=2", 400, "query.merid: given 2 times"},
		"unknown state":          {"orders?state=lost", 400, "query.state: unknown value \\\"lost\\\"; one of: begun"},
		"no time":                {"orders?from=yesterday", 400, "query.from: not a time"},
		"time without an offset": {"orders?from=2026-11-22T00:00:00", 400, "query.from: not a time"},
		"window turned round":    {"orders?from=2026-11-22T01:00:00Z&to=2026-11-22T00:00:00Z", 400, "query.to: must be later than from"},
		"no number":              {"orders?limit=many", 400, "query.limit: not a whole number"},
		"too many":               {"orders?limit=501", 400, "query.limit: must be 1 to 500"},
		"none":                   {"orders?limit=-1", 400, "query.limit: must be 1 to 500"},
		"an amount of nothing":   {"orders?max_fen=0", 400, "query.max_fen: must be more than 0"},
		"a negative amount":      {"orders?min_fen=-1", 400, "query.min_fen: not an amount in fen"},
		"no room for an amount":  {"orders?min_fen=2&max_fen=1", 400, "query.max_fen: must not be less"},
		"foreign cursor":         {"orders?after=zzzz", 400, "query.after: not the member next of an answer"},
		"neither true nor false": {"orders?overdue=yes", 400, "query.overdue: neither true nor false"},
		"too long":               {"orders?merid=" + strings.Repeat("1", maxText+1), 400, "query.merid: longer than 500 bytes"},
		"whole query too long":   {"orders?merid=" + strings.Repeat("1", maxQuery), 400, "query: longer than 8192 bytes"},
		"not urlencoded":         {"orders?merid=%zz", 400, "query: not urlencoded"},
		"missing":                {"order?merid=1", 400, "query.number: missing"},
		"order without merchant": {"changes?orderid=1", 400, "query.merid: missing"},
		"unknown path":           {"order/1", 404, "openapi.json lists what there is"},
	} {
		t.Run(name, func(t *testing.T) { w.refused(w.get(tc.path), tc.status, tc.words) })
	}
}

func TestUnknownMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refused(w.post("orders", struct{}{}), http.StatusMethodNotAllowed, "does not take the method")
}

// While nothing runs, everything but health and the document says so.
func TestNotServing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.running = false
	w.refused(w.get("orders"), http.StatusServiceUnavailable, "paybridge is not running")
	w.refused(w.get("health"), http.StatusServiceUnavailable, `"not ready"`)
	read[HealthAnswer](t, w.get("health/live"))
	if a := w.get("openapi.json"); a.status != http.StatusOK {
		t.Errorf("the document: %d", a.status)
	}
}
