package ledger_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// aYear is more than any order of these tests needs to be old enough.
const aYear = 365 * 24 * time.Hour

// inAYear opens a ledger whose clock is a year ahead of the orders in it.
func inAYear(t *testing.T, p place) *ledger.Ledger {
	t.Helper()
	return p.open(t, ledger.WithClock(func() time.Time { return after(aYear) }))
}

// purgeable returns everything that can be purged.
func purgeable(t *testing.T, l *ledger.Ledger) (*ledger.Purgeable, []ledger.Archived) {
	t.Helper()
	walk, err := l.Purgeable(after(aYear - ledger.MinPurgeAge))
	if err != nil {
		t.Fatal(err)
	}
	var found []ledger.Archived
	for {
		list, err := walk.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return walk, found
		}
		found = append(found, list...)
	}
}

func mustPurge(t *testing.T, l *ledger.Ledger, want int) []ledger.Archived {
	t.Helper()
	walk, found := purgeable(t, l)
	if n, err := walk.Purge(t.Context(), found); err != nil || n != want {
		t.Fatalf("purged %d of %d, %v, want %d", n, len(found), err, want)
	}
	return found
}

// purge tells every column and then forgets all but what the rules of money go by: the
// number is not used again, and a late notice meets state and amount.
func purge(t *testing.T, p place) {
	l := inAYear(t, p)
	const orders = 120 // more than one transaction purges
	for i := range orders {
		deliver(t, l, i)
	}
	was := mustOrder(t, l, sample(7).Key)
	found := mustPurge(t, l, orders)
	var rows map[string][]map[string]any
	if err := json.Unmarshal(found[7].Rows, &rows); err != nil {
		t.Fatal(err)
	}
	if o := rows["orders"][0]; found[7].Key != was.Key || o["open_id"] != was.OpenID || o["back_url"] != was.BackURL || o["amount"] != float64(was.Amount) ||
		len(rows["notifications"]) != 1 || len(rows["attempts"]) != 1 || len(rows["events"]) == 0 {
		t.Errorf("exported %s", found[7].Rows)
	}
	for _, table := range []string{"notifications", "attempts", "events"} {
		if n := countRows(t, l, table, "1 = 1"); n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
	want := was
	want.BackURL, want.FrontURL, want.OpenID, want.ClientIP, want.Trace = "", "", "", "", ""
	want.FormAction, want.PayData, want.PayID, want.GatewayMessage = "", "", "", ""
	want.PurgedAt = after(aYear)
	if got := mustOrder(t, l, was.Key); got != want {
		t.Errorf("what is left is\n%+v\nwant\n%+v", got, want)
	}
	if stored, fresh, err := l.Begin(t.Context(), sample(7)); err != nil || fresh || stored.Fingerprint != was.Fingerprint {
		t.Errorf("the number was used again: %+v, %t, %v", stored, fresh, err)
	}
	other := sample(orders)
	other.OrderNo = was.OrderNo
	_, _, err := l.Begin(t.Context(), other)
	wantError(t, err, ledger.ErrNumberTaken)
	wantNoMark(t, l, was.Key, ledger.ErrOtherSide)
	mustRecord(t, l, was.Key, ledger.Update{State: translate.Paid, At: after(aYear)}, translate.Repeated)
	_, err = l.Notification(t.Context(), was.Key)
	wantError(t, err, ledger.ErrNotFound)
	if _, left := purgeable(t, l); len(left) != 0 {
		t.Errorf("%d could be purged twice", len(left))
	}
}

// purgeLeaves has one order of everything that somebody may still want, and one of each
// that nobody does.
func purgeLeaves(t *testing.T, p place) {
	l := inAYear(t, p)
	mustBegin(t, l, sample(0))
	pay(t, l, sample(1), noon) // its notification waits
	states := []ledger.NotificationState{
		ledger.Exhausted, ledger.Paused, ledger.Exhausted, ledger.Delivered, ledger.Withheld, ledger.AlreadyCredited, ledger.Delivered,
	}
	mustFinish(t, l, mustClaim(t, l, noon, 1)[0].Notification, ledger.Waiting, after(10*time.Hour))
	for i, state := range states {
		pay(t, l, sample(2+i), noon)
		mustFinish(t, l, mustClaim(t, l, noon, 1)[0].Notification, state, time.Time{})
	}
	if err := l.DealWith(t.Context(), sample(4).Key, ledger.NotificationMatter, because); err != nil {
		t.Fatal(err)
	}
	young := sample(9)
	young.CreatedAt = after(aYear - ledger.MinPurgeAge)
	pay(t, l, young, noon)
	mustFinish(t, l, mustClaim(t, l, noon, 1)[0].Notification, ledger.Delivered, time.Time{})
	if err := ledger.Exec(t.Context(), l, `INSERT INTO set_aside (kind, order_id, mer_id, at, cause, until)
		SELECT 'order', order_id, mer_id, 1, 'amount', 1 FROM orders WHERE order_id = '`+sample(8).OrderID+`'`); err != nil {
		t.Fatal(err)
	}
	got := map[ledger.Key]bool{}
	for _, a := range mustPurge(t, l, 4) {
		got[a.Key] = true
	}
	for _, i := range []int{4, 5, 6, 7} {
		if !got[sample(i).Key] {
			t.Errorf("order %d was left", i)
		}
	}
	if _, err := l.Purgeable(after(aYear - ledger.MinPurgeAge + time.Millisecond)); err == nil {
		t.Error("young orders can be purged")
	}
}

// purgeLeavesChanged changes an order between its export and its purge.
func purgeLeavesChanged(t *testing.T, p place) {
	l := inAYear(t, p)
	deliver(t, l, 0)
	deliver(t, l, 1)
	deliver(t, l, 2)
	walk, found := purgeable(t, l)
	if _, err := l.BeginAgain(t.Context(), sample(0).Key, noon, time.Minute, because); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, l, sample(1).Key, ledger.Update{
		State: translate.Refunding, At: after(aYear), RefundNo: "R1", Next: after(aYear + time.Hour),
	}, translate.Applied)
	for _, want := range []int{1, 0} { // the second time, nothing is left to purge
		if n, err := walk.Purge(t.Context(), found); err != nil || n != want {
			t.Errorf("purged %d, %v, want %d", n, err, want)
		}
	}
	for i, attempts := range []int{2, 1, 0} {
		if got, err := l.Attempts(t.Context(), sample(i).Key); err != nil || len(got.Items) != attempts {
			t.Errorf("order %d has %d attempts, %v, want %d", i, len(got.Items), err, attempts)
		}
	}
}

// purgePassesOver finds what can be purged behind more of what was purged before than one
// read looks at.
func purgePassesOver(t *testing.T, p place) {
	l := inAYear(t, p)
	pay(t, l, sample(0), noon)
	mustFinish(t, l, mustClaim(t, l, noon, 1)[0].Notification, ledger.Delivered, time.Time{})
	multiply(t, l, ledger.ReadAtOnce+100)
	for _, statement := range []string{
		`UPDATE orders SET purged_at = 1, created_at = created_at + 1`, // the last of all that was created at once
		`UPDATE orders SET purged_at = 0 WHERE order_id IN ('M7', 'M99', 'M998')`,
		`UPDATE orders SET purged_at = 0, created_at = created_at + 1 WHERE order_id = 'M1000'`,
	} {
		if err := ledger.Exec(t.Context(), l, statement); err != nil {
			t.Fatal(err)
		}
	}
	_, found := purgeable(t, l)
	var names []string
	for _, a := range found {
		names = append(names, a.OrderID)
	}
	if want := []string{"M7", "M99", "M998", "M1000"}; !slices.Equal(names, want) {
		t.Errorf("found %v, want %v", names, want)
	}
}
