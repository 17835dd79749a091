package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// TestTurnover: what moved in a stretch of time is listed page by page, with every
// number, and what cannot be read is named.
func TestTurnover(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	late, early := w.order("89900001", translate.Paid, time.Hour), w.order("89900002", translate.Paid, 2*time.Hour)
	w.order("89900001", translate.Pending, time.Hour)
	w.failedRefund() // paid an hour ago as well
	from := url.QueryEscape(present.Add(-3 * time.Hour).Format(time.RFC3339))
	var got []string
	after := ""
	for range 3 {
		page := read[SettlementList](t, w.get("turnover?movement=payment&limit=1&from="+from+"&after="+after))
		got, after = append(got, page.Items[0].OrderID), page.Next
	}
	if after != "" || !slices.Contains(got, late.OrderID) || got[2] != early.OrderID {
		t.Errorf("%v, then %q", got, after)
	}
	page := read[SettlementList](t, w.get("turnover?movement=payment&merid=89900002"))
	if len(page.Items) != 1 || page.Items[0].OrderNo != early.OrderNo || page.Items[0].GatewayNo != early.GatewayNo || !page.Items[0].PaidAt.Equal(early.PaidAt) {
		t.Errorf("%+v", page.Items)
	}
	if page := read[SettlementList](t, w.get("turnover?movement=refund")); len(page.Items) != 0 {
		t.Errorf("refunds: %+v", page.Items)
	}
	w.wreck(late.OrderID)
	wantUnreadable(t, read[SettlementList](t, w.get("turnover?movement=payment&limit=5000")).Missing,
		Unreadable{Kind: ledger.OrderRow, MerID: late.MerID, OrderID: late.OrderID, Cause: "amount: not of its type"})
	w.refused(w.get("turnover"), http.StatusBadRequest, "query.movement: missing")
	w.refused(w.get("turnover?movement=fee"), http.StatusBadRequest, "one of: payment, refund")
	w.refused(w.get("turnover?movement=refund&limit=5001"), http.StatusBadRequest, "must be 1 to 5000")
	w.refused(w.get("turnover?movement=refund&after=x"), http.StatusBadRequest, "query.after")
}

// TestFindSettlements: orders are found by many numbers at once.
func TestFindSettlements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, other := w.order("89900001", translate.Paid, time.Hour), w.order("89900002", translate.Pending, time.Hour)
	found := read[SettlementList](t, w.get("turnover/orders?number="+one.OrderNo+"&number="+other.QueryID+"&number=none"))
	if len(found.Items) != 2 || found.More {
		t.Errorf("%+v", found)
	}
	w.refused(w.get("turnover/orders"), http.StatusBadRequest, "query.number: missing")
	w.refused(w.get("turnover/orders?number="+strings.Repeat("1,", 151)), http.StatusBadRequest, "more than 150")
}

// TestSums: days are those of Beijing, page by page, and what was counted is kept for
// a while.
func TestSums(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // at eleven o'clock in Beijing
	w.order("89900001", translate.Paid, time.Hour)
	w.order("89900001", translate.Paid, 2*time.Hour)
	w.order("89900002", translate.Paid, 12*time.Hour) // yesterday
	list := read[SumList](t, w.get("sums"))
	want := []DaySum{
		{Day: "2026-11-22", MerID: "89900001", Payments: 2, PaidFen: 3998},
		{Day: "2026-11-21", MerID: "89900002", Payments: 1, PaidFen: 1999},
	}
	if !slices.Equal(list.Items, want) || list.Next != "" {
		t.Errorf("%+v", list)
	}
	first := read[SumList](t, w.get("sums?limit=1"))
	second := read[SumList](t, w.get("sums?limit=1&after="+url.QueryEscape(first.Next)))
	if !slices.Equal(first.Items, want[:1]) || !slices.Equal(second.Items, want[1:]) || second.Next != "" {
		t.Errorf("%+v, %+v", first, second)
	}
	w.order("89900001", translate.Paid, time.Hour)
	if again := read[SumList](t, w.get("sums?days=1")); !slices.Equal(again.Items, want[:1]) {
		t.Errorf("counted anew: %+v", again)
	}
	if day := read[SumList](t, w.get("sums?day=2026-11-21&days=1&merid=89900002")); !slices.Equal(day.Items, want[1:]) {
		t.Errorf("%+v", day)
	}
	w.refused(w.get("sums?days=32"), http.StatusBadRequest, "must be 1 to 31")
	w.refused(w.get("sums?day=today"), http.StatusBadRequest, "not a day")
	w.refused(w.get("sums?limit=501"), http.StatusBadRequest, "must be 1 to 500")
}
