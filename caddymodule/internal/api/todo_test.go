package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// failedRefund is an order whose refund the gateway refused.
func (w *world) failedRefund() ledger.Order {
	w.t.Helper()
	o := w.order("89900001", translate.Paid, time.Hour)
	for _, state := range []translate.State{translate.Refunding, translate.RefundFailed} {
		var err error
		o, _, err = w.ledger.Record(w.t.Context(), o.Key, ledger.Update{
			State: state, At: present.Add(-time.Minute), Source: "refund", RefundNo: "R" + o.OrderNo, GatewayMessage: "balance too low", Next: nextOf(state),
		})
		must(err)
	}
	if o.State != translate.RefundFailed {
		w.t.Fatalf("the order is %s", o.State)
	}
	return o
}

// TestRefundTriedAgain: a refund that failed stays on the list until it is tried
// again under its number and done.
func TestRefundTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.failedRefund()
	paid := w.order("89900001", translate.Paid, time.Hour)
	open := func(want int) {
		t.Helper()
		list := read[OrderList](t, w.get("orders?open=true")).Items
		if len(list) != want || read[Overview](t, w.get("overview")).Gauges.OpenRefunds != want {
			t.Errorf("open: %+v, want %d", list, want)
		}
	}
	open(1)
	w.refused(w.post("orders/refund", RefundRequest{MerID: paid.MerID, OrderID: paid.OrderID, Why: "x"}), http.StatusConflict, "only a refund that failed")
	w.refused(w.post("orders/refund", RefundRequest{MerID: o.MerID, OrderID: o.OrderID}), http.StatusBadRequest, "body.why")
	w.refused(w.post("orders/refund", RefundRequest{MerID: o.MerID, OrderID: "none", Why: "x"}), http.StatusNotFound, "no order")
	if a := read[RefundAnswer](t, w.post("orders/refund", RefundRequest{MerID: o.MerID, OrderID: o.OrderID, DryRun: true})); a.Order.State != translate.RefundFailed {
		t.Errorf("%+v", a)
	}
	open(1)
	w.gateway.says("S0000000", map[string]string{"oriMerOrderId": o.OrderNo, "merRefundFlowId": o.RefundNo, "refundState": "31", "refundAmt": "19.99"})
	a := read[RefundAnswer](t, w.post("orders/refund", RefundRequest{MerID: o.MerID, OrderID: o.RefundNo, Why: "balance topped up"}))
	if a.Order.State != translate.Refunded || a.GatewaySaid != "refunded" {
		t.Errorf("%+v", a)
	}
	open(0)
}

// TestDealWithOrder: what somebody has dealt with is on no list any more, and on
// record.
func TestDealWithOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.failedRefund()
	n := w.notification("89900001", ledger.Exhausted, time.Hour)
	for matter, key := range map[ledger.Matter]ledger.Key{ledger.RefundMatter: o.Key, ledger.NotificationMatter: n} {
		request := DealRequest{MerID: key.MerID, OrderID: key.OrderID, Matter: matter, Why: "by hand"}
		other := request
		other.Matter = "payment"
		w.refused(w.post("orders/deal", other), http.StatusBadRequest, "one of: refund, notification")
		other.Matter, other.OrderID = matter, "none"
		w.refused(w.post("orders/deal", other), http.StatusNotFound, "no order")
		about := "order?merid=" + key.MerID + "&number=" + key.OrderID
		before := read[Timeline](t, w.get(about)).Order
		read[DealAnswer](t, w.post("orders/deal", request))
		after := read[Timeline](t, w.get(about)).Order
		if isRefund := matter == ledger.RefundMatter; before.Dealt || after.Dealt != isRefund ||
			strings.Contains(after.Explained, "somebody has dealt with that") != isRefund ||
			strings.Contains(before.Explained, "a person has to look into it") != isRefund || strings.Contains(after.Explained, "has to look") {
			t.Errorf("%s: before %q, after %q", matter, before.Explained, after.Explained)
		}
		w.refused(w.post("orders/deal", request), http.StatusConflict, "said already that it is dealt with")
		order, err := w.ledger.Order(t.Context(), key)
		must(err)
		for _, number := range []string{key.OrderID, order.OrderNo} {
			changes := read[ChangeList](t, w.get("changes?merid=89900001&orderid="+number)).Items
			if len(changes) == 0 || changes[0].What != "deal with "+string(matter) || changes[0].Why != "by hand" {
				t.Errorf("%s, asked by %s: %+v", matter, number, changes)
			}
		}
	}
	if list := read[NotificationList](t, w.get("notifications?open=true")).Items; len(list) != 0 {
		t.Errorf("open: %+v", list)
	}
	g := read[Overview](t, w.get("overview")).Gauges
	if g.OpenRefunds != 0 || g.OpenNotifications != 0 || g.Exhausted != 1 {
		t.Errorf("%+v", g)
	}
	// Sent again, it may fail again.
	w.post("notifications/resend", ResendRequest{MerID: n.MerID, OrderID: n.OrderID, Why: "asked by telephone"})
	if g := read[Overview](t, w.get("overview")).Gauges; g.OpenNotifications != 0 || g.Exhausted != 0 {
		t.Errorf("%+v", g)
	}
}

// TestDealWithWhatIsOnItsWay: a refund that is tried at this moment may still be paid, and
// nobody hears that it is dealt with.
func TestDealWithWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.failedRefund()
	request := DealRequest{MerID: o.MerID, OrderID: o.OrderID, Matter: ledger.RefundMatter, Why: "by hand"}
	_, err := w.ledger.RetryRefund(t.Context(), o.Key, o.Claim, present.Add(time.Minute), nil)
	must(err)
	w.refused(w.post("orders/deal", request), http.StatusConflict, "nothing is recorded: the refund is being tried")
	paid := w.order("89900001", translate.Paid, time.Hour)
	request.OrderID = paid.OrderID
	w.refused(w.post("orders/deal", request), http.StatusConflict, "it has not failed")
}

func TestQuarantine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.Pending, time.Hour)
	strange := ledger.Quarantined{
		GatewayMerchant: "473053110001", OrderNo: "N9", GatewayNo: "G9", FlowNo: "F9", Source: "notice",
		TranCode: "OP3001", RespCode: "S0000000", State: "11", Amount: "500.00", Cause: "unknown order",
	}
	known := strange
	known.Key, known.OrderNo, known.Cause = o.Key, o.OrderNo, "body amount"
	for i, q := range []ledger.Quarantined{strange, known, known} {
		must(w.ledger.Quarantine(t.Context(), q, present.Add(time.Duration(i)*time.Second)))
	}
	list := read[QuarantineList](t, w.get("quarantine?limit=1"))
	if len(list.Items) != 1 || list.Items[0].OrderID != o.OrderID || list.Items[0].Times != 2 || list.Next == "" {
		t.Fatalf("%+v", list)
	}
	list = read[QuarantineList](t, w.get("quarantine?limit=1&after="+list.Next))
	if len(list.Items) != 1 || list.Next != "" || list.Items[0].OrderNo != "N9" || list.Items[0].Amount != "500.00" || list.Items[0].MerID != "" {
		t.Fatalf("%+v", list)
	}
	id := list.Items[0].ID
	if q := read[Quarantined](t, w.get("quarantine/message?id="+id)); q.State != "11" || q.GatewayNo != "G9" || q.Cause != "order_unknown" || q.Detail != "unknown order" {
		t.Errorf("%+v", q)
	}
	w.refused(w.get("quarantine/message?id=none"), http.StatusNotFound, "is in quarantine")
	w.refused(w.get("quarantine?after=none"), http.StatusBadRequest, "query.after")
	w.refused(w.get("quarantine?merid=89900001"), http.StatusBadRequest, "query.orderid")
	w.refused(w.post("quarantine/deal", DealtRequest{ID: id}), http.StatusBadRequest, "body.why")
	w.refused(w.post("quarantine/deal", DealtRequest{ID: "none", Why: "x"}), http.StatusNotFound, "is in quarantine")
	if q := read[Quarantined](t, w.post("quarantine/deal", DealtRequest{ID: id, Why: "booked by hand"})); q.DealtAt.IsZero() || q.DealtWhy != "booked by hand" {
		t.Errorf("%+v", q)
	}
	w.refused(w.post("quarantine/deal", DealtRequest{ID: id, Why: "x"}), http.StatusConflict, "already")
	if n := read[Overview](t, w.get("overview")).Gauges.OpenQuarantine; n != 1 {
		t.Errorf("open: %d", n)
	}
	if all := read[QuarantineList](t, w.get("quarantine?all=true")).Items; len(all) != 2 {
		t.Errorf("all: %+v", all)
	}
	story := read[Timeline](t, w.get("order?merid=89900001&number="+o.OrderID))
	if last := story.Events[len(story.Events)-1]; last.Kind != "quarantined" || last.Times != 2 {
		t.Errorf("%+v", last)
	}
}
