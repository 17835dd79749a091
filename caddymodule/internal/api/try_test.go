package api

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/translate"
)

// An operator may name an order by its queryid. What is sent, told and recorded is the
// merchant's own number, and that decides whether the order is a try.
func TestTryOrderByQueryID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var sent orderMessage
	w.served.Try = func(_ context.Context, trial merchantapi.Trial) (merchantapi.Tried, error) {
		sent = orderMessage{}
		return merchantapi.Tried{Reply: []byte(`{"respcode":"00"}`)}, json.Unmarshal(trial.Message, &sent)
	}
	customers := w.order("89900001", translate.Paid, time.Hour)
	try := customers
	try.OrderID, try.QueryID, try.OrderNo = translate.TryPrefix+"20261122030000ABCDEF", "QTRY", "NTRY"
	try.State, try.Next = translate.Sent, present.Add(time.Hour)
	if _, _, err := w.ledger.Begin(t.Context(), try); err != nil {
		t.Fatal(err)
	}

	w.refused(w.post("try/cancel", TryOrderRequest{MerID: "89900001", OrderID: customers.QueryID, Why: "why"}),
		http.StatusBadRequest, customers.OrderID)
	for _, c := range []struct {
		path, number string
		yes          bool
		want         string
	}{
		{"try/query", customers.OrderID, false, customers.OrderID},
		{"try/query", customers.QueryID, false, customers.OrderID},
		{"try/query", "T0000000000000000", false, "T0000000000000000"},
		{"try/cancel", customers.QueryID, true, customers.OrderID},
		{"try/cancel", try.QueryID, false, try.OrderID},
	} {
		tried := read[Tried](t, w.post(c.path, TryOrderRequest{MerID: "89900001", OrderID: c.number, Yes: c.yes, Why: "why"}))
		if tried.OrderID != c.want || sent.OrderID != c.want {
			t.Errorf("%s %s: tells of %q and sends %q, want %q", c.path, c.number, tried.OrderID, sent.OrderID, c.want)
		}
	}
	for _, orderID := range []string{customers.OrderID, try.OrderID} {
		changes := read[ChangeList](t, w.get("changes?merid=89900001&orderid="+orderID)).Items
		if len(changes) != 1 || changes[0].What != string(ledger.TryCancel) {
			t.Errorf("%s: %+v", orderID, changes)
		}
	}
}
