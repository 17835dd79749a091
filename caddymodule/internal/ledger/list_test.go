package ledger_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// numbersOf names what is listed by the last digits of its order number.
func numbersOf[T any](list []T, key func(T) ledger.Key) []string {
	var numbers []string
	for _, item := range list {
		id := key(item).OrderID
		numbers = append(numbers, key(item).MerID+"/"+id[max(0, len(id)-3):])
	}
	return numbers
}

func orderKey(o ledger.Order) ledger.Key               { return o.Key }
func notificationKey(n ledger.Notification) ledger.Key { return n.Key }

func mustList(tb testing.TB, l *ledger.Ledger, f ledger.OrderFilter) []ledger.Order {
	tb.Helper()
	list, err := l.Orders(tb.Context(), f)
	if err != nil || len(list.Unreadable) > 0 {
		tb.Fatal(err, list.Unreadable)
	}
	return list.Items
}

// of is order number i of merchant "A" or "B", created i seconds after noon.
func of(merID string, i int) ledger.Order {
	o := sample(i)
	o.MerID, o.CreatedAt = merID, after(time.Duration(i)*time.Second)
	return o
}

func listOrders(t *testing.T, p place) {
	l := p.open(t)
	for i := range 6 {
		o := of([]string{"A", "B"}[i%2], i)
		o.Next = after(time.Duration(i) * time.Minute)
		o.Action, o.Amount = []string{"WxCode", "AliCode"}[i%2], int64(100+i)
		mustBegin(t, l, o)
	}
	for i, state := range map[int]translate.State{0: translate.Paid, 1: translate.Paid, 2: translate.InDoubt, 3: translate.InDoubt} {
		mustRecord(t, l, of([]string{"A", "B"}[i%2], i).Key, ledger.Update{State: state}, translate.Applied)
	}
	if got := mustList(t, l, ledger.OrderFilter{Limit: 1}); len(got) != 1 || got[0] != mustOrder(t, l, of("B", 5).Key) {
		t.Errorf("the newest is %+v", got)
	}
	states := func(list ...translate.State) []translate.State { return list }
	behindB3 := ledger.CursorOf(of("B", 3).Key, of("B", 3).CreatedAt)
	for name, c := range map[string]struct {
		filter ledger.OrderFilter
		want   []string
	}{
		"all":              {ledger.OrderFilter{}, []string{"B/005", "A/004", "B/003", "A/002", "B/001", "A/000"}},
		"limit":            {ledger.OrderFilter{Limit: 2}, []string{"B/005", "A/004"}},
		"merchant":         {ledger.OrderFilter{MerID: "A"}, []string{"A/004", "A/002", "A/000"}},
		"another merchant": {ledger.OrderFilter{MerID: "C"}, nil},
		"state":            {ledger.OrderFilter{States: states(translate.InDoubt)}, []string{"B/003", "A/002"}},
		"states": {
			ledger.OrderFilter{States: states(translate.Paid, translate.InDoubt, translate.Paid)},
			[]string{"B/003", "A/002", "B/001", "A/000"},
		},
		"state nobody knows":  {ledger.OrderFilter{States: states("lost")}, nil},
		"usual of merchant":   {ledger.OrderFilter{MerID: "B", States: states(translate.Paid)}, []string{"B/001"}},
		"unusual of merchant": {ledger.OrderFilter{MerID: "B", States: states(translate.InDoubt)}, []string{"B/003"}},
		"from":                {ledger.OrderFilter{From: after(4 * time.Second)}, []string{"B/005", "A/004"}},
		"to":                  {ledger.OrderFilter{To: after(2 * time.Second)}, []string{"B/001", "A/000"}},
		"overdue":             {ledger.OrderFilter{OverdueAt: after(4 * time.Minute)}, []string{"B/003", "A/002"}},
		"overdue of merchant": {ledger.OrderFilter{OverdueAt: after(time.Hour), MerID: "A"}, []string{"A/004", "A/002"}},
		"overdue in states": {
			ledger.OrderFilter{OverdueAt: after(time.Hour), States: states(translate.InDoubt, translate.Pending)},
			[]string{"B/003", "A/002"},
		},
		"action":             {ledger.OrderFilter{Actions: []string{"AliCode"}}, []string{"B/005", "B/003", "B/001"}},
		"actions":            {ledger.OrderFilter{Actions: []string{"AliCode", "WxCode", "AliCode"}, MerID: "A"}, []string{"A/004", "A/002", "A/000"}},
		"action nobody uses": {ledger.OrderFilter{Actions: []string{"AliSao"}}, nil},
		"amount":             {ledger.OrderFilter{LeastAmount: 102, MostAmount: 102}, []string{"A/002"}},
		"amounts":            {ledger.OrderFilter{LeastAmount: 101, MostAmount: 103}, []string{"B/003", "A/002", "B/001"}},
		"least amount":       {ledger.OrderFilter{LeastAmount: 104}, []string{"B/005", "A/004"}},
		"most amount":        {ledger.OrderFilter{MostAmount: 101, Limit: 1}, []string{"B/001"}},
		"amount in state":    {ledger.OrderFilter{MostAmount: 102, States: states(translate.Paid)}, []string{"B/001", "A/000"}},
		"amount behind":      {ledger.OrderFilter{LeastAmount: 101, After: behindB3, MerID: "B"}, []string{"B/001"}},
		"amount overdue":     {ledger.OrderFilter{LeastAmount: 103, OverdueAt: after(4 * time.Minute)}, []string{"B/003"}},
		"behind":             {ledger.OrderFilter{After: behindB3}, []string{"A/002", "B/001", "A/000"}},
		"behind of merchant": {ledger.OrderFilter{After: behindB3, MerID: "B"}, []string{"B/001"}},
	} {
		if got := numbersOf(mustList(t, l, c.filter), orderKey); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// manyOfAnAmount: the same is listed where there are so many of an amount that the list
// goes by another index.
func manyOfAnAmount(t *testing.T, p place) {
	l := p.open(t)
	usual := sample(0)
	usual.Action, usual.Amount = "WxCode", 100
	pay(t, l, usual, noon)
	multiply(t, l, 1200)
	rare := sample(1)
	rare.Action, rare.Amount, rare.CreatedAt = "AliCode", 555, after(-time.Hour)
	mustBegin(t, l, rare)
	for name, c := range map[string]struct {
		filter ledger.OrderFilter
		want   int
	}{
		"usual":             {ledger.OrderFilter{LeastAmount: 100, MostAmount: 100}, 1000},
		"usual of merchant": {ledger.OrderFilter{LeastAmount: 100, MostAmount: 100, MerID: usual.MerID}, 1000},
		"usual in state":    {ledger.OrderFilter{Actions: []string{"WxCode"}, States: []translate.State{translate.Paid}}, 1000},
		"all but the usual": {ledger.OrderFilter{LeastAmount: 101}, 1},
		"rare":              {ledger.OrderFilter{Actions: []string{"AliCode"}}, 1},
		"both":              {ledger.OrderFilter{LeastAmount: 1, To: after(-time.Minute)}, 1},
	} {
		c.filter.Limit = 1000
		if got := mustList(t, l, c.filter); len(got) != c.want {
			t.Errorf("%s: %d, want %d", name, len(got), c.want)
		}
	}
}

// pagesOfOrders reads a list page by page while orders are begun: before its
// beginning, behind where it is, and of the very time where a page ends.
func pagesOfOrders(t *testing.T, p place) {
	const orders, pageSize = 100, 7
	l := p.open(t)
	there := map[ledger.Key]bool{}
	for i := range orders {
		o := sample(i)
		o.CreatedAt = after(time.Duration(i/9) * time.Second) // nine of a time
		mustBegin(t, l, o)
		there[o.Key] = true
	}
	seen := map[ledger.Key]bool{}
	f := ledger.OrderFilter{Limit: pageSize}
	for added := orders; ; {
		list, err := l.Orders(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list.Items {
			if seen[o.Key] {
				t.Errorf("%v comes twice", o.Key)
			}
			seen[o.Key] = true
		}
		if list.Next.IsZero() {
			break
		}
		f.After = list.Next
		last := list.Items[len(list.Items)-1]
		for _, at := range []time.Time{after(time.Hour), last.CreatedAt} {
			o := sample(added)
			o.CreatedAt = at
			mustBegin(t, l, o)
			added++
		}
		// It changes its state, but not its place.
		mustRecord(t, l, last.Key, ledger.Update{State: translate.Failed}, translate.Applied)
	}
	for k := range there {
		if !seen[k] {
			t.Errorf("%v is left out", k)
		}
	}
}

func listNotifications(t *testing.T, p place) {
	l := p.open(t)
	to := []ledger.NotificationState{ledger.Waiting, ledger.Delivered, ledger.Exhausted, ledger.Withheld, ledger.Exhausted}
	for i, state := range to {
		o := of([]string{"A", "B"}[i%2], i)
		pay(t, l, o, o.CreatedAt)
		d := mustClaim(t, l, after(time.Minute), 1)[0].Notification
		if err := l.Finish(t.Context(), d, ledger.Attempt{At: noon}, state, after(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	pay(t, l, of("B", 5), after(5*time.Second))
	pay(t, l, of("A", 6), after(6*time.Second))
	states := func(list ...ledger.NotificationState) []ledger.NotificationState { return list }
	for name, c := range map[string]struct {
		filter ledger.NotificationFilter
		want   []string
	}{
		"all":                   {ledger.NotificationFilter{}, []string{"A/006", "B/005", "A/004", "B/003", "A/002", "B/001", "A/000"}},
		"limit":                 {ledger.NotificationFilter{Limit: 2}, []string{"A/006", "B/005"}},
		"merchant":              {ledger.NotificationFilter{MerID: "B"}, []string{"B/005", "B/003", "B/001"}},
		"waiting":               {ledger.NotificationFilter{States: states(ledger.Waiting)}, []string{"A/006", "B/005", "A/000"}},
		"exhausted":             {ledger.NotificationFilter{States: states(ledger.Exhausted)}, []string{"A/004", "A/002"}},
		"done":                  {ledger.NotificationFilter{States: states(ledger.Delivered, ledger.Withheld)}, []string{"B/003", "B/001"}},
		"exhausted of merchant": {ledger.NotificationFilter{MerID: "B", States: states(ledger.Exhausted)}, nil},
		"delivered of merchant": {ledger.NotificationFilter{MerID: "B", States: states(ledger.Delivered)}, []string{"B/001"}},
		"waiting of merchant":   {ledger.NotificationFilter{MerID: "A", States: states(ledger.Waiting)}, []string{"A/006", "A/000"}},
		"overdue":               {ledger.NotificationFilter{OverdueAt: after(time.Minute)}, []string{"A/006", "B/005"}},
		"overdue of merchant":   {ledger.NotificationFilter{OverdueAt: after(time.Minute), MerID: "B"}, []string{"B/005"}},
		"overdue and done":      {ledger.NotificationFilter{OverdueAt: after(time.Minute), States: states(ledger.Exhausted)}, nil},
		"window":                {ledger.NotificationFilter{From: after(2 * time.Second), To: after(4 * time.Second)}, []string{"B/003", "A/002"}},
	} {
		list, err := l.Notifications(t.Context(), c.filter)
		if got := numbersOf(list.Items, notificationKey); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
		}
		for _, n := range list.Items {
			if want := mustNotification(t, l, n.Key); n != want {
				t.Errorf("%s: listed\n%+v\nwant\n%+v", name, n, want)
			}
		}
	}
	mustClaim(t, l, after(time.Minute), 1)
	held, err := l.Notifications(t.Context(), ledger.NotificationFilter{OverdueAt: after(time.Minute)})
	if err != nil || len(held.Items) != 1 {
		t.Errorf("overdue while one is in a sender's hands: %v, %v", numbersOf(held.Items, notificationKey), err)
	}
}

func pagesOfNotifications(t *testing.T, p place) {
	l := p.open(t)
	for i := range 50 {
		pay(t, l, sample(i), after(time.Duration(i/9)*time.Second))
	}
	seen := map[ledger.Key]bool{}
	for f := (ledger.NotificationFilter{Limit: 7}); ; {
		list, err := l.Notifications(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range list.Items {
			seen[n.Key] = true
		}
		if list.Next.IsZero() {
			break
		}
		f.After = list.Next
		pay(t, l, sample(100+len(seen)), list.Items[0].CreatedAt.Add(time.Hour))
	}
	if len(seen) != 50 {
		t.Errorf("%d came, want 50", len(seen))
	}
}

func findOrders(t *testing.T, p place) {
	l := p.open(t)
	find := func(number string, limit int) []string {
		t.Helper()
		list, err := l.FindOrders(t.Context(), number, limit)
		if err != nil {
			t.Fatal(err)
		}
		return numbersOf(list.Items, orderKey)
	}
	o := of("A", 1)
	o.Action, o.PayID = "WxJsApi", "PayId1"
	mustBegin(t, l, o)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid}, translate.Applied)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Refunding, RefundNo: "R1"}, translate.Applied)
	same := of("B", 2) // another merchant uses the number too
	same.OrderID = o.OrderID
	mustBegin(t, l, same)
	mixed := of("A", 3) // its own order number is the other's query number
	mixed.OrderID = o.QueryID
	mustBegin(t, l, mixed)
	for _, c := range []struct {
		name, number string
		want         []string
	}{
		{"order number", o.OrderID, []string{"B/001", "A/001"}},
		{"query number", o.QueryID, []string{"A/001", "A/001"}},
		{"order number of v2", o.OrderNo, []string{"A/001"}},
		{"refund number", "R1", []string{"A/001"}},
		{"PayId", "PayId1", []string{"A/001"}},
		{"nothing", "", nil},
		{"unknown", "unknown\x00", nil},
	} {
		if got := find(c.number, 10); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", c.name, got, c.want)
		}
	}
	if got := find(o.OrderID, 1); !slices.Equal(got, []string{"B/001"}) {
		t.Errorf("one of two is %v", got)
	}
}

func payIDs(t *testing.T, p place) {
	l := p.open(t)
	inWeChat := func(i int, payID string) ledger.Order {
		o := sample(i)
		o.Action, o.PayID = "WxJsApi", payID
		return o
	}
	o := mustBegin(t, l, inWeChat(1, "PayId1"))
	mustBegin(t, l, inWeChat(2, "PayId2"))
	shown := sample(3)
	shown.FormAction = "weixin://1"
	mustBegin(t, l, shown)
	mustBegin(t, l, inWeChat(4, ""))
	mustBegin(t, l, inWeChat(5, ""))
	scanned := sample(7) // what another payer scans is no PayId, whatever it is
	scanned.FormAction = "PayId1"
	mustBegin(t, l, scanned)
	elsewhere := sample(8) // whatever its action
	elsewhere.Action, elsewhere.PayID = "AliJsApi", "PayId8"
	elsewhere = mustBegin(t, l, elsewhere)
	if got, err := l.OrderByPayID(t.Context(), "PayId8"); err != nil || got != elsewhere {
		t.Errorf("of another action: %v\n%+v\nwant\n%+v", err, got, elsewhere)
	}
	if got, err := l.OrderByPayID(t.Context(), "PayId1"); err != nil || got != o {
		t.Errorf("by PayId: %v\n%+v\nwant\n%+v", err, got, o)
	}
	for _, unknown := range []string{"", "PayId", "payid1", "weixin://1"} {
		_, err := l.OrderByPayID(t.Context(), unknown)
		wantError(t, err, ledger.ErrNotFound)
	}
	_, _, err := l.Begin(t.Context(), inWeChat(6, "PayId1"))
	wantError(t, err, ledger.ErrNumberTaken)
	o = mustRecord(t, l, o.Key, ledger.Update{
		State: translate.Pending, PayData: `{"appId":"wx1"}`, OpenID: "who pays", Claim: 1,
	}, translate.Applied)
	if o.PayData != `{"appId":"wx1"}` || o.OpenID != "who pays" || o.PayID != "PayId1" || o.FormAction != "" {
		t.Errorf("order is %+v", o)
	}
	if got, err := l.OrderByPayID(t.Context(), "PayId1"); err != nil || got != o {
		t.Errorf("by PayId: %v\n%+v\nwant\n%+v", err, got, o)
	}
}

// limits keep one call from reading everything.
func limits(t *testing.T, p place) {
	l := p.open(t)
	pay(t, l, sample(0), noon)
	multiply(t, l, 1200)
	for limit, want := range map[int]int{-1: 100, 0: 100, 250: 250, 5000: 1000} {
		orders := mustList(t, l, ledger.OrderFilter{Limit: limit})
		list, err := l.Notifications(t.Context(), ledger.NotificationFilter{Limit: limit})
		if err != nil || len(orders) != want || len(list.Items) != want {
			t.Errorf("limit %d: %s, %v", limit, fmt.Sprint(len(orders), " orders, ", len(list.Items), " notifications"), err)
		}
	}
}
