package api

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestShowMerchant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Refusals = refusals.New(uncounted{}, refusals.Rest)
	w.served.Refusals.Refused(refusals.Request{Code: v1.CodeConflict, MerID: "89900001"})
	w.served.Refusals.Refused(refusals.Request{Code: v1.CodeConflict, MerID: "89900002"})
	paid := w.order("89900001", translate.Paid, time.Hour)
	w.order("89900001", translate.Failed, 2*time.Hour)
	w.order("89900001", translate.InDoubt, 30*time.Hour)
	w.order("89900002", translate.Failed, time.Hour)
	for i, took := range []string{"1.5s", "9s"} { // the second is a query
		must(w.ledger.AddEvents(t.Context(), paid.Key, ledger.Event{
			At: present.Add(time.Duration(i) * time.Second), Kind: bridge.CallEventKind, Source: "OP1001", Detail: "F1: E0000000, " + took,
		}))
	}
	exhausted := w.notification("89900001", ledger.Exhausted, time.Minute)
	w.exec(`UPDATE attempts SET class = 'connect', cause = 'connection refused', duration = 40 WHERE order_id = $1`, exhausted.OrderID)
	delivered := w.notification("89900001", ledger.Delivered, time.Minute)
	w.exec(`UPDATE attempts SET class = 'ok' WHERE order_id = $1`, delivered.OrderID)
	again, err := w.ledger.BeginAgain(t.Context(), delivered, present.Add(time.Hour), time.Minute, ledger.Change{At: present, Who: "anna", Why: "asked"})
	must(err)
	must(w.ledger.EndAgain(t.Context(), again.Notification, ledger.Attempt{At: present.Add(time.Hour), Class: "ok"}))
	read[PauseAnswer](t, w.post("merchants/pause", PauseRequest{MerID: "89900001", Why: "repair"}))

	m := read[MerchantView](t, w.get("merchant?merid=89900001"))
	if !m.Configured || m.Pause == nil || m.Pause.Why != "repair" || m.Route != nil {
		t.Errorf("merchant: %+v", m)
	}
	if m.Orders.Paid < 1 || m.Orders.Unpaid != 1 || m.Orders.Orders < 2 || m.SeenSince.IsZero() {
		t.Errorf("orders: %+v since %v", m.Orders, m.SeenSince)
	}
	if m.GatewayTook != (Durations{1, 1500, 1500}) {
		t.Errorf("the gateway took %+v", m.GatewayTook)
	}
	if m.Notifications["exhausted"] != 1 || m.Notifications["delivered"] != 1 {
		t.Errorf("notifications: %+v", m.Notifications)
	}
	if m.Acknowledged.Count != 1 || m.Acknowledged.MostMS > 60_000 || m.MerchantTook.Count != 2 || len(m.Failures) != 1 || m.Failures[0].Cause != "connection refused" {
		t.Errorf("calls: %+v, %+v, %+v", m.Acknowledged, m.MerchantTook, m.Failures)
	}
	if len(m.Refused) != 1 || m.Refused[0].Times != 1 {
		t.Errorf("refused: %+v", m.Refused)
	}
	list := read[NotificationList](t, w.get("notifications?merid=89900001&state=exhausted"))
	if n := list.Items[0]; n.Class != "connect" || n.Cause != "connection refused" {
		t.Errorf("listed: %+v", n)
	}
	if fresh := read[MerchantView](t, w.get("merchant?merid=89900002")); fresh.Failures == nil || fresh.Notifications == nil || fresh.Acknowledged.Count != 0 {
		t.Errorf("of one without notifications: %+v", fresh)
	}
	w.refused(w.get("merchant?merid=1"), http.StatusNotFound, "")
	w.refused(w.get("merchant"), http.StatusBadRequest, "query.merid: missing")
}

func TestDurations(t *testing.T) {
	t.Parallel()
	var list []time.Duration
	for i := range 100 {
		list = append(list, time.Duration(100-i)*time.Millisecond)
	}
	for n, want := range map[int]Durations{0: {}, 1: {1, 100, 100}, 100: {100, 50, 95}} {
		if got := durationsOf(slices.Clone(list[:n])); got != want {
			t.Errorf("%d: %+v, want %+v", n, got, want)
		}
	}
}
