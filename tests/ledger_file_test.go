package tests

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestLedgerFileGone takes the ledger's file away under a bridge that runs, as a
// hurried operator may: no payment is taken from then on and none is sent, load
// balancers are told, and when the file is back, all is as it was.
func TestLedgerFileGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{Extra: hasty})
	w.bridge.start()
	_, file, _ := strings.Cut(w.settings.Ledger, " ")
	before := w.payment("intl", "WxSao", 1500)
	if reply := w.pay("intl", before); reply.RespCode != "00" {
		t.Fatalf("before: %s", reply.Inner)
	}
	if err := os.Rename(file, file+".aside"); err != nil {
		t.Fatal(err)
	}
	known := len(w.gateway.State().Orders)
	for range 3 {
		if reply := w.pay("gm", w.payment("gm", "AliCode", 1600)); reply.RespCode != "96" {
			t.Errorf("without the file: %s", reply.Inner)
		}
	}
	if now := len(w.gateway.State().Orders); now != known {
		t.Errorf("%d payments were sent without a record", now-known)
	}
	w.bridge.wantHealth(http.StatusServiceUnavailable, `"ledger":"failing"`)
	if err := os.Rename(file+".aside", file); err != nil {
		t.Fatal(err)
	}
	w.bridge.wantHealth(http.StatusOK, `"status":"ready"`)
	if reply := w.query("intl", before.OrderID); reply.ResultCode == "" {
		t.Errorf("afterwards: %s", reply.Inner)
	}
	w.rest()
}
