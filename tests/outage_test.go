package tests

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/pgtest"
)

// TestLedgerOutage stops the database under a running bridge: new payments hear
// "busy" and nothing is sent, and everything heals by itself.
func TestLedgerOutage(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	w := newWorldOn(t, server.DSN(), settings{Extra: hasty})
	w.bridge.start()
	before := w.payment("intl", "WxSao", 1500)
	if reply := w.pay("intl", before); reply.RespCode != "00" {
		t.Fatalf("before the outage: %s", reply.Inner)
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	known := len(w.gateway.State().Orders)
	for range 3 {
		if reply := w.pay("gm", w.payment("gm", "AliCode", 1600)); reply.RespCode != "96" {
			t.Errorf("during the outage: %s", reply.Inner)
		}
	}
	if reply, err := w.client("intl").Query(w.ctx(), lookup(before.OrderID)); err != nil || reply.RespCode != "96" {
		t.Errorf("query during the outage: %+v, %v", reply, err)
	}
	if now := len(w.gateway.State().Orders); now != known {
		t.Errorf("%d payments were sent without a record", now-known)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	healed := eventually(func() bool {
		return w.pay("gm", w.payment("gm", "AliCode", 1700)).RespCode == "00"
	})
	if !healed {
		t.Error("the bridge does not heal")
	}
	w.rest()
}

// TestStartWithoutDatabase starts a bridge whose database is not there yet.
func TestStartWithoutDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	w := newWorldOn(t, server.DSN(), settings{})
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	w.bridge.startAnyhow()
	p := w.payment("intl", "USao", 1800)
	if reply := w.pay("intl", p); reply.RespCode != "96" {
		t.Errorf("without a database: %s", reply.Inner)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return w.pay("intl", p).RespCode == "00" }) {
		t.Error("the bridge does not find its database")
	}
	w.rest()
}

// TestFrozenBridge stops one of two bridges in the middle of its work for longer
// than its leases last and lets it go on: what it held has been taken over, and
// its late words count for nothing.
func TestFrozenBridge(t *testing.T) {
	t.Parallel()
	w := onPostgres(t, settings{Extra: hasty})
	w.killed = true
	other := w.newBridge("other")
	w.bridge.start()
	other.start()
	l := w.startLoad(4, false, w.bridge, other)
	pause(context.Background(), 3*time.Second)
	if err := other.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	l.bridges.Store(&[]*process{w.bridge})
	pause(context.Background(), 35*time.Second)
	if err := other.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	l.end()
	w.rest()
	l.allNotified(t)
}
