package tests

import (
	"context"
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
	if !eventually(func() bool { return w.readiness() == http.StatusServiceUnavailable }) {
		t.Error("load balancers are not told")
	}
	if err := os.Rename(file+".aside", file); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return w.readiness() == http.StatusOK }) {
		t.Error("not ready again")
	}
	if reply := w.query("intl", before.OrderID); reply.ResultCode == "" {
		t.Errorf("afterwards: %s", reply.Inner)
	}
	w.rest()
}

// readiness is the status that load balancers read.
func (w *world) readiness() int {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, w.bridge.url+"/paybridge/health/ready", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}
