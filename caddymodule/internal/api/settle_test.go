package api

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.InDoubt, time.Hour)
	request := SettleRequest{MerID: "89900001", OrderID: o.QueryID, State: translate.Paid, GatewayNo: "GW" + o.OrderNo, Why: "bank statement"}

	w.refused(w.post("orders/settle", request), http.StatusConflict, "no such record, so it cannot be paid")
	w.gateway.says("", nil)
	dry := request
	dry.DryRun = true
	if a := read[SettleAnswer](t, w.post("orders/settle", dry)); a.Settled || a.Order.State != translate.InDoubt || !strings.Contains(a.GatewaySaid, "connection reset") {
		t.Errorf("%+v", a)
	}
	if a := read[SettleAnswer](t, w.post("orders/settle", request)); !a.Settled || a.ByGateway || a.Before != translate.InDoubt || a.Order.State != translate.Paid {
		t.Errorf("%+v", a)
	}
	w.refused(w.post("orders/settle", request), http.StatusConflict, "not stuck")
	changes := read[ChangeList](t, w.get("changes?merid=89900001&orderid="+o.OrderID)).Items
	if len(changes) != 1 || changes[0].What != "settle" || changes[0].Before != "in_doubt" || changes[0].After != "paid, gateway number GW"+o.OrderNo {
		t.Errorf("%+v", changes)
	}
	if n := w.stateOf(o.Key); n.State != ledger.Waiting {
		t.Errorf("the merchant's notification is %s", n.State)
	}
}

func TestSettleByTheGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.InDoubt, time.Hour)
	w.gateway.says("S0000000", map[string]string{"tranState": "11", "merOrderId": o.OrderNo, "totalAmt": "19.99"})
	a := read[SettleAnswer](t, w.post("orders/settle", SettleRequest{MerID: "89900001", OrderID: o.OrderID, State: translate.Failed, Why: "nobody knows"}))
	if a.Settled || !a.ByGateway || a.Order.State != translate.Paid || a.GatewaySaid != "paid" {
		t.Errorf("%+v", a)
	}
}

func TestSettleRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := SettleRequest{MerID: "89900001", OrderID: "T1", State: translate.Failed, Why: "x"}
	for name, tc := range map[string]struct {
		edit   func(*SettleRequest)
		status int
		words  string
	}{
		"unknown order": {func(*SettleRequest) {}, http.StatusNotFound, "has no order with the number"},
		"no reason":     {func(r *SettleRequest) { r.Why = "" }, http.StatusBadRequest, "body.why: missing"},
		"no state":      {func(r *SettleRequest) { r.State = "" }, http.StatusBadRequest, "body.state: missing"},
		"no such state": {func(r *SettleRequest) { r.State = "won" }, http.StatusBadRequest, "body.state: unknown value"},
		"no number":     {func(r *SettleRequest) { r.GatewayNo = "a\nb" }, http.StatusBadRequest, "body.gateway_no: not a number"},
		"long reason":   {func(r *SettleRequest) { r.Why = strings.Repeat("x", maxText+1) }, http.StatusBadRequest, "body.why: longer than 500 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			request := good
			tc.edit(&request)
			w.refused(w.post("orders/settle", request), tc.status, tc.words)
		})
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.Paid, time.Hour)
	path := filepath.Join(t.TempDir(), "copy.db")
	read[BackupAnswer](t, w.post("backup", BackupRequest{Path: path}))
	w.refused(w.post("backup", BackupRequest{Path: path}), http.StatusConflict, "exists already")
	w.refused(w.post("backup", BackupRequest{Path: "copy.db"}), http.StatusBadRequest, "not an absolute path")
	w.refused(w.post("backup", BackupRequest{Path: filepath.Join(path, "below")}), http.StatusInternalServerError, "no backup written")
	backup, err := ledger.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer backup.Close()
	if _, err := backup.Order(t.Context(), o.Key); err != nil {
		t.Error(err)
	}
}
