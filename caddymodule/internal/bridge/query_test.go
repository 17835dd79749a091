package bridge

import (
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

func TestQueryByEveryNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	queryID := w.pay(p).QueryID
	for _, c := range []struct {
		name string
		ref  v1.OrderRef
		want v1.Code
	}{
		{"orderid", v1.OrderRef{MerID: merID, OrderID: p.OrderID}, "00"},
		{"queryid", v1.OrderRef{MerID: merID, QueryID: queryID}, "00"},
		{"own number in queryid", v1.OrderRef{MerID: merID, QueryID: p.OrderID}, "00"},
		{"unknown queryid, orderid", v1.OrderRef{MerID: merID, QueryID: "H1", OrderID: p.OrderID}, "00"},
		{"queryid wins", v1.OrderRef{MerID: merID, QueryID: queryID, OrderID: "nothing"}, "00"},
		{"unknown", v1.OrderRef{MerID: merID, OrderID: "nothing"}, "93"},
		{"another merchant's queryid", v1.OrderRef{MerID: "89900002", QueryID: queryID}, "93"},
		{"another merchant's orderid", v1.OrderRef{MerID: "89900002", OrderID: p.OrderID}, "93"},
	} {
		reply := w.bridge.Query(t.Context(), w.settings, c.ref)
		if reply.RespCode != c.want {
			t.Errorf("%s: %s", c.name, reply.RespCode)
		}
		if c.want == v1.CodeOK && (reply.ResultCode != v1.ResultPaid || reply.QueryID != queryID || reply.PayTime == "" || reply.TxnAmt != p.TxnAmt) {
			t.Errorf("%s: %+v", c.name, reply)
		}
	}
	if n := w.gateway.count(v2.TranQuery); n != 0 {
		t.Errorf("gateway was asked %d times about what is final", n)
	}
}

// queryStates is what a merchant hears by what the gateway says when asked.
func TestQueryTellsWhatIsCertain(t *testing.T) {
	t.Parallel()
	paid := func(w *world, no string) { w.gateway.payer(no) }
	nothing := func(*world, string) {}
	failed := func(w *world, no string) { w.gateway.books[no].state = v2.TranFailed }
	cases := []struct {
		name  string
		meet  func(*world, string)
		fault fault
		want  v1.ResultCode
		state translate.State
	}{
		{"unpaid", nothing, none, v1.ResultUnpaid, translate.Pending},
		{"paid", paid, none, v1.ResultPaid, translate.Paid},
		{"an attempt failed", failed, none, v1.ResultUnpaid, translate.Pending},
		{"paid, other amount", nothing, wrongSum, v1.ResultUnpaid, translate.Pending},
		{"not found", nothing, notFound, v1.ResultUnpaid, translate.Pending},
		{"refused", nothing, refuses, v1.ResultUnpaid, translate.Pending},
		{"unsent", paid, unsent, v1.ResultUnpaid, translate.Pending},
	}
	for _, f := range unclear {
		cases = append(cases, struct {
			name  string
			meet  func(*world, string)
			fault fault
			want  v1.ResultCode
			state translate.State
		}{f.name, paid, f, v1.ResultUnpaid, translate.Pending})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settings.Timeouts.Gateway = 200 * time.Millisecond
			p := order(v1.WxSao, 1)
			w.pay(p)
			before := w.order(p)
			c.meet(w, before.OrderNo)
			w.gateway.setScript(c.fault)
			if reply := w.query(p); reply.RespCode != v1.CodeOK || reply.ResultCode != c.want {
				t.Fatalf("merchant hears %+v", reply)
			}
			after := w.wantState(p, c.state)
			if after.State == before.State && after != before {
				t.Fatalf("a query without a result changed the order: %+v, was %+v", after, before)
			}
		})
	}
}

func TestQueriesAreCoalescedAndPaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	for range 5 {
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { w.query(p) })
		}
		all.Wait()
	}
	if n := w.gateway.count(v2.TranQuery); n != 1 {
		t.Fatalf("%d calls", n)
	}
	w.clock.advance(queryEvery)
	w.query(p)
	if n := w.gateway.count(v2.TranQuery); n != 2 {
		t.Fatalf("%d calls after a while", n)
	}
}

// A merchant that polls must not push the schedule away: when it gives up, the
// lost notice still has to be found out.
func TestPollingDoesNotMoveTheLadder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gateway.atOnce = v2.TranProcessing
	p := order(v1.WxCode, 1)
	w.pay(p)
	due := w.order(p).Next
	for range 20 {
		w.query(p)
		w.clock.advance(queryEvery)
	}
	if after := w.order(p); after.Next != due || after.Tries != 0 {
		t.Fatalf("next step at %s after %d tries, was %s", after.Next, after.Tries, due)
	}
}

func TestOrderInHandIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	job := w.payJob(p)
	if _, _, err := w.bridge.begin(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if reply := w.query(p); reply.ResultCode != v1.ResultUnpaid {
		t.Fatalf("merchant hears %+v", reply)
	}
	if reply := w.cancel(p); reply.RespCode != v1.CodeState {
		t.Fatalf("cancel hears %+v", reply)
	}
	if n := w.gateway.count(v2.TranQuery); n != 0 {
		t.Fatalf("%d calls", n)
	}
}
