package api

import (
	"database/sql"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// exec changes the ledger's file, as somebody with a shell does.
func (w *world) exec(text string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path+"?_pragma=busy_timeout(60000)")
	must(err)
	defer func() { must(db.Close()) }()
	_, err = db.ExecContext(w.t.Context(), text, args...)
	must(err)
}

// wreck makes the row of an order unreadable.
func (w *world) wreck(orderID string) {
	w.t.Helper()
	w.exec(`UPDATE orders SET amount = 'secret' WHERE order_id = $1`, orderID)
}

// wantUnreadable checks what an answer says is missing from it.
func wantUnreadable(t *testing.T, got Missing, want ...Unreadable) {
	t.Helper()
	for i := range got.Unreadable {
		if got.Unreadable[i].Kind != ledger.AttemptRow { // of the others it is made by chance
			got.Unreadable[i].ID = ""
		}
	}
	slices.SortFunc(got.Unreadable, func(a, b Unreadable) int { return strings.Compare(a.Name(), b.Name()) })
	slices.SortFunc(want, func(a, b Unreadable) int { return strings.Compare(a.Name(), b.Name()) })
	if !slices.Equal(got.Unreadable, want) {
		t.Errorf("missing are %+v, want %+v", got.Unreadable, want)
	}
}

func TestUnreadableRowIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := w.order("89900001", translate.Sent, time.Minute)
	good := w.order("89900001", translate.Sent, time.Minute)
	w.wreck(bad.OrderID)
	missed := Unreadable{Kind: ledger.OrderRow, MerID: "89900001", OrderID: bad.OrderID, Cause: "amount: not of its type"}
	for _, number := range []string{bad.OrderID, bad.QueryID, bad.OrderNo} {
		w.refused(w.get("order?merid=89900001&number="+number), http.StatusInternalServerError,
			"row of order "+bad.OrderID+" of merchant 89900001 cannot be read: amount: not of its type; see the runbook PaybridgeRowsSetAside")
		found := read[OrderList](t, w.get("search?number="+number))
		wantUnreadable(t, found.Missing, missed)
	}
	w.refused(w.get("order?merid=89900002&number="+bad.QueryID), http.StatusNotFound,
		`it names order \"`+bad.OrderID+`\" of merchant \"89900001\"`)
	// Whoever meets it sets it aside, before any claim does.
	c := check(t, read[SelfCheck](t, w.get("selfcheck")), "rows")
	if c.Level != LevelWarn || !strings.Contains(c.Detail, bad.OrderID) || strings.Contains(c.Detail, "secret") || c.Advice == "" {
		t.Errorf("the self-check says %+v", c)
	}
	for _, path := range []string{"orders", "orders?merid=89900001", "orders?state=sent"} {
		list := read[OrderList](t, w.get(path))
		wantUnreadable(t, list.Missing, missed)
		if got := orderIDs(list); !slices.Equal(got, []string{good.OrderID}) {
			t.Errorf("%s lists %q", path, got)
		}
	}
	var got []string
	pages := 0
	for after := ""; ; pages++ {
		list := read[OrderList](t, w.get("orders?limit=1&after="+after))
		got = append(got, orderIDs(list)...)
		for _, u := range list.Unreadable {
			got = append(got, "-"+u.OrderID)
		}
		if after = list.Next; after == "" {
			break
		}
	}
	if slices.Sort(got); pages != 1 || !slices.Equal(got, []string{"-" + bad.OrderID, good.OrderID}) {
		t.Errorf("%q come on %d pages and one", got, pages)
	}
	if o := read[Overview](t, w.get("overview")); o.Gauges.SetAside != 1 {
		t.Errorf("%d rows are set aside", o.Gauges.SetAside)
	}
}

// A number that names an order that can be read and one that cannot names two: what
// an operator does must not be done to the wrong one.
func TestNumberOfTwoOrdersOfWhichOneIsUnreadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := w.order("89900001", translate.InDoubt, time.Minute)
	good := w.order("89900001", translate.InDoubt, time.Minute)
	w.exec(`UPDATE orders SET refund_no = $1 WHERE order_id = $2`, bad.QueryID, good.OrderID)
	w.wreck(bad.OrderID)
	w.refused(w.get("order?merid=89900001&number="+bad.QueryID), http.StatusConflict, "names 2 orders of merchant")
}

// One row that cannot be read is left out of an order's story; all else is told.
func TestStoryWithUnreadableRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.notification("89900001", ledger.Exhausted, time.Hour)
	for range 2 {
		read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: k.MerID, OrderID: k.OrderID, Why: "to try"}))
		w.exec(`UPDATE notifications SET state = 'exhausted'`)
	}
	must(w.ledger.AddEvents(t.Context(), k, ledger.Event{Kind: "odd", Source: "test", Detail: "secret"}))
	whole := read[Timeline](t, w.get("order?merid=89900001&number="+k.OrderID))
	w.exec(`UPDATE events SET times = 'secret' WHERE kind = 'odd'`)
	w.exec(`UPDATE changes SET at = 'secret' WHERE at = (SELECT min(at) FROM changes) AND id = (SELECT min(id) FROM changes)`)
	w.exec(`UPDATE attempts SET duration = 'secret' WHERE n = 1`)
	missed := func(kind ledger.RowKind, id, cause string) Unreadable {
		return Unreadable{Kind: kind, MerID: k.MerID, OrderID: k.OrderID, ID: id, Cause: cause}
	}
	parts := []Unreadable{
		missed(ledger.EventRow, "", "times: not of its type"),
		missed(ledger.ChangeRow, "", "at: not of its type"),
		missed(ledger.AttemptRow, "1", "duration: not of its type"),
	}
	story := read[Timeline](t, w.get("order?merid=89900001&number="+k.OrderID))
	wantUnreadable(t, story.Missing, parts...)
	if len(story.Events) != len(whole.Events)-len(parts) || story.Notification == nil {
		t.Errorf("of %d events %d are told, notification %+v", len(whole.Events), len(story.Events), story.Notification)
	}
	w.exec(`UPDATE notifications SET attempts = 'secret'`)
	story = read[Timeline](t, w.get("order?merid=89900001&number="+k.OrderID))
	wantUnreadable(t, story.Missing, append(parts, missed(ledger.NotificationRow, "", "attempts: not of its type"))...)
	changes := read[ChangeList](t, w.get("changes?merid=89900001&orderid="+k.OrderID))
	wantUnreadable(t, changes.Missing, parts[1])
	if len(changes.Items) != 1 {
		t.Errorf("changes: %+v", changes.Items)
	}
}

// What a filter finds is sent again to its end, also where a page is short for rows
// that cannot be read: those of notifications, and those of their orders.
func TestResendPassesUnreadableRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const rows = maxLimit + 5
	first := w.notification("89900001", ledger.Exhausted, time.Minute)
	w.multiply(first, rows-1)
	damaged, orderDamaged := "C7", "C9"
	w.exec(`UPDATE notifications SET attempts = 'secret' WHERE order_id = $1`, damaged)
	w.wreck(orderDamaged)
	missed := []Unreadable{
		{Kind: ledger.NotificationRow, MerID: "89900001", OrderID: damaged, Cause: "attempts: not of its type"},
		{Kind: ledger.OrderRow, MerID: "89900001", OrderID: orderDamaged, Cause: "amount: not of its type"},
	}
	for _, dry := range []bool{true, false} {
		sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: "89900001", Rate: 100, DryRun: dry, Why: "to try"}))
		wantUnreadable(t, sent.Missing, missed...)
		if sent.Count != rows-2 || sent.More {
			t.Errorf("dry run %t: %d are sent again, more: %t, want %d", dry, sent.Count, sent.More, rows-2)
		}
	}
	list, err := w.ledger.Notifications(t.Context(), ledger.NotificationFilter{States: []ledger.NotificationState{ledger.Exhausted}})
	if err != nil || len(list.Items)+len(list.Unreadable) != 2 {
		t.Errorf("left are %+v, %v", list, err)
	}
	w.refused(w.post("notifications/resend", ResendRequest{MerID: "89900001", OrderID: orderDamaged, Why: "to try"}),
		http.StatusInternalServerError, "row of order "+orderDamaged+" of merchant 89900001 cannot be read")
	if o := read[Overview](t, w.get("overview")); len(o.Unreadable) > 0 || !slices.Equal(o.Exhausted, []Exhaustion{{"89900001", 2}}) {
		t.Errorf("the overview counts %+v and leaves out %+v", o.Exhausted, o.Unreadable) // it counts both: they cannot be read, but are there
	}
}

// multiply copies an order and its notification that often, as orders C0, C1 and so
// on, each a second older than the one before.
func (w *world) multiply(k ledger.Key, times int) {
	w.t.Helper()
	for _, table := range []struct{ name, unique string }{
		{"orders", "query_id = 'C' || n, order_no = 'C' || n, created_at = created_at - n * 1000, order_id = 'C' || n"},
		{"notifications", "created_at = created_at - n * 1000, order_id = 'C' || n"},
	} {
		w.exec(`CREATE TABLE copies AS WITH RECURSIVE count (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < $1)
			SELECT t.*, n FROM `+table.name+` t, count WHERE t.order_id = $2`, times-1, k.OrderID)
		w.exec(`UPDATE copies SET ` + table.unique)
		w.exec(`ALTER TABLE copies DROP COLUMN n`)
		w.exec(`INSERT INTO ` + table.name + ` SELECT * FROM copies`)
		w.exec(`DROP TABLE copies`)
	}
}

// A merchant whose pause cannot be read is paused, as the claims see it.
func TestUnreadablePause(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.notification("89900001", ledger.Exhausted, time.Hour)
	read[PauseAnswer](t, w.post("merchants/pause", PauseRequest{MerID: "89900001", Why: "repair"}))
	w.exec(`UPDATE pauses SET at = 'secret'`)
	missed := Unreadable{Kind: ledger.PauseRow, MerID: "89900001", Cause: "at: not of its type"}
	list := read[MerchantList](t, w.get("merchants?paused=true"))
	wantUnreadable(t, list.Missing, missed)
	if len(list.Items) != 1 || list.Items[0].Pause == nil || !strings.Contains(list.Items[0].Pause.Why, "cannot be read") {
		t.Errorf("merchants: %+v", list.Items)
	}
	sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: k.MerID, Why: "to try"}))
	wantUnreadable(t, sent.Missing, missed)
	if sent.Count != 0 || len(sent.Refused) != 1 {
		t.Errorf("sent again: %+v", sent)
	}
	wantUnreadable(t, read[Overview](t, w.get("overview")).Missing, missed)
	read[PauseAnswer](t, w.post("merchants/resume", PauseRequest{MerID: "89900001", Why: "done"}))
	wantUnreadable(t, read[MerchantList](t, w.get("merchants")).Missing)
}

// A message in quarantine that cannot be read hides no other.
func TestUnreadableQuarantine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, number := range []string{"A1", "A2", "A3"} {
		q := ledger.Quarantined{GatewayMerchant: "473053110001", OrderNo: number, Source: "notice", Cause: "unknown order"}
		must(w.ledger.Quarantine(t.Context(), q, present.Add(time.Duration(i)*time.Minute)))
	}
	w.exec(`UPDATE quarantine SET times = 'secret' WHERE order_no = 'A2'`)
	w.exec(`UPDATE quarantine SET created_at = 'secret' WHERE order_no = 'A3'`)
	var got []string
	for after := ""; ; {
		list := read[QuarantineList](t, w.get("quarantine?limit=1&after="+after))
		for _, q := range list.Items {
			got = append(got, q.OrderNo)
		}
		for _, u := range list.Unreadable {
			got = append(got, string(u.Kind))
			w.refused(w.get("quarantine/message?id="+u.ID), http.StatusInternalServerError, "cannot be read")
		}
		if after = list.Next; after == "" {
			break
		}
	}
	if !slices.Equal(got, []string{"quarantined message", "quarantined message", "A1"}) {
		t.Errorf("listed are %q", got)
	}
}
