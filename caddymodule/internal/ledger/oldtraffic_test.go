package ledger_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// oldTraffic counts what went to the old gateway, by merchant and path, from several
// bridges; what anybody can make up has no more than its room.
func oldTraffic(t *testing.T, p place) {
	clock := after(time.Hour)
	l := p.open(t, ledger.WithClock(func() time.Time { return clock }))
	add := func(seen ...ledger.OldTraffic) {
		t.Helper()
		if n, err := l.AddOldTraffic(t.Context(), seen); err != nil || n != len(seen) {
			t.Fatalf("%d of %d are written, error %v", n, len(seen), err)
		}
	}
	want := func(list ...ledger.OldTraffic) {
		t.Helper()
		got, err := l.OldTraffic(t.Context(), "", len(list)+1)
		if err != nil || !slices.Equal(got.Items, list) {
			t.Errorf("%+v, %v, want %+v", got, err, list)
		}
	}
	want()
	pay := ledger.OldTraffic{MerID: "A", Path: "/api/mpgateway", Last: after(time.Second), Times: 2}
	query := ledger.OldTraffic{MerID: "A", Path: "/api/query", Last: after(2 * time.Second), Times: 1}
	add(pay, query)
	later := pay
	later.Last = noon // of a bridge whose clock is behind
	add(later)
	pay.Times = 4
	want(query, pay)

	var junk []ledger.OldTraffic
	for i := range 1100 {
		junk = append(junk, ledger.OldTraffic{Path: fmt.Sprintf("/api/%d", i), Last: noon, Times: 1, Strange: true})
	}
	add(junk...)
	if n := countRows(t, l, "old_traffic", "strange = 1"); n != 1001 {
		t.Errorf("%d strange rows", n)
	}
	fresh := ledger.OldTraffic{MerID: "B", Path: "/api/query", Last: after(3 * time.Second), Times: 1}
	add(fresh) // has room all the same
	more, err := l.OldTraffic(t.Context(), "", 2)
	if err != nil || len(more.Items) != 2 || more.Items[0] != fresh || more.Next.IsZero() {
		t.Errorf("%+v, %v", more, err)
	}
	if of, err := l.OldTraffic(t.Context(), "A", 1); err != nil || len(of.Items) != 1 || of.Items[0] != query || of.Next.IsZero() {
		t.Errorf("of one merchant: %+v, %v", of, err)
	}
	if n := countRows(t, l, "old_traffic", "mer_id = '' AND path = '' AND times = 100"); n != 1 {
		t.Error("what there was no room for is not counted")
	}
	known := junk[0] // is configured by now, and leaves its place to a stranger
	known.Strange = false
	stranger := ledger.OldTraffic{MerID: "C", Path: "/api/query", Last: noon, Times: 1, Strange: true}
	add(known)
	add(stranger)
	if n := countRows(t, l, "old_traffic", "mer_id = 'C' AND strange = 1"); n != 1 {
		t.Error("a merchant that is configured keeps the place of a stranger")
	}
	clock = after(90*24*time.Hour + time.Second + time.Millisecond)
	add()
	want(fresh, query)
}
